// What the sandbox does in another way than the project asks for: nothing here stops a run, and nothing is left unsaid.
import type { ResolvedConfig, RewriteKind } from '../../config/resolved-config.ts'
import { locatePlace } from '../locate.ts'
import type { Hit, Rule } from '../rule.ts'
import { COMPOSE_REWRITES } from './rewrites-compose.ts'
import { DEVCONTAINER_REWRITES } from './rewrites-devcontainer.ts'

/** What was found while the files were resolved. */
const told = (kind: RewriteKind) => ({
  config: (config: ResolvedConfig): readonly Hit[] =>
    (config.rewrites ?? [])
      .filter((rewrite) => rewrite.kind === kind)
      .map(({ message, place }) => ({ message, source: locatePlace(config, place) })),
})

const TOLD: readonly Rule[] = [
  {
    id: 'AL704',
    title: "variables of the host's environment",
    severity: 'rewrite',
    promise: 2,
    reason: "the host's environment holds tokens, and what is filled in ends in images and containers",
    remedy: 'Give the value, or a default (`${NAME:-value}`), in a file that git does not ignore.',
    ...told('host variables'),
  },
  {
    id: 'AL705',
    title: 'environment file that git ignores',
    severity: 'rewrite',
    promise: 2,
    reason: "files that git ignores hold the developer's own keys, and what compose reads from them ends in containers",
    remedy: 'Bring a file with test values in by name (include), or commit one.',
    ...told('environment files'),
  },
  {
    id: 'AL707',
    title: "bind that is narrowed to the project, or is only the host's clock",
    severity: 'rewrite',
    promise: 3,
    reason: 'the folder around the project has every other project in it',
    remedy: 'Nothing has to be done; bind the project itself to be exact.',
    ...told('narrowed binds'),
  },
  {
    id: 'AL709',
    title: 'security option that switches a protection off',
    severity: 'rewrite',
    promise: 1,
    reason: "debuggers ask for it out of habit; ptrace works under Docker's own profile since kernel 4.8",
    remedy: 'Nothing has to be done.',
    ...told('protections'),
  },
  {
    id: 'AL711',
    title: 'setting without a meaning in the sandbox',
    severity: 'rewrite',
    promise: 4,
    reason: 'the sandbox has limits, names, labels and a Claude Code of its own',
    remedy: 'Nothing has to be done.',
    ...told('no meaning'),
  },
  {
    id: 'AL715',
    title: "the user's own files, or a data folder of the host",
    severity: 'rewrite',
    promise: 2,
    reason:
      "caches, settings and keys of the user's home and data folders are the host's own; a sandbox starts without them",
    remedy: 'Nothing has to be done; what the project needs of it belongs into the project.',
    ...told('binds of the host'),
  },
]

export const REWRITES: readonly Rule[] = [...COMPOSE_REWRITES, ...DEVCONTAINER_REWRITES, ...TOLD].sort((a, b) =>
  a.id.localeCompare(b.id),
)

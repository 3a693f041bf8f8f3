// What the configuration itself reads of the host's files and environment.
import { resolve } from 'node:path'
import { isString, listOf, objectOf, textOf } from '../../config/json.ts'
import type { JsonObject, ResolvedConfig } from '../../config/resolved-config.ts'
import { locateInCompose } from '../locate.ts'
import { type Hit, hit, type Project, type Rule } from '../rule.ts'

export const FILES: readonly Rule[] = [
  {
    id: 'AL301',
    title: "secret or config from outside the project's copy",
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 2,
    reason: "what is mounted as a secret can be read by whatever runs in the sandbox's network",
    remedy: 'Keep a file with test values in the project; one that git ignores is brought in by name (include).',
    config: (config, project) =>
      (['secrets', 'configs'] as const).flatMap((kind) =>
        usedFiles(config, project, kind).flatMap((name) => fileHits(config, project, kind, name)),
      ),
  },
  {
    id: 'AL302',
    title: "env_file outside the project's folder",
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 2,
    reason: "a file outside the project holds the host's own values, and each of them would be in the container",
    remedy: 'Move the file into the project.',
    container: (container, project) =>
      listOf(container.keys.env_file)
        .filter((file) => isString(file) && (!project.inside(file) || project.withheld(file)))
        .map((file) => hit(container, 'env_file', `env_file ${file}`, 'env-file')),
    config: (config) =>
      (config.envFiles ?? [])
        .filter(({ use }) => use === 'outside')
        .map(({ service, path }) => ({
          message: `env_file ${path} on service ${service}`,
          source: locateInCompose(config, ['services', service, 'env_file']),
        })),
  },
  {
    id: 'AL303',
    title: 'configuration that a link leads out of the project',
    severity: 'refuse',
    whenAllowed: 'kept',
    promise: 3,
    reason: 'what is read through the link is not part of the project, and nobody reviews it with the project',
    remedy: 'Replace the link by the file itself.',
    config: (config, project) =>
      [config.devcontainer, ...config.composeFiles, ...(config.composeParts ?? [])]
        .filter((document) => document !== undefined)
        // A file that was named from outside on purpose is no link; one below the project that leads out is.
        .filter(({ file }) => !file.startsWith('..') && !project.inside(resolve(config.directory, file)))
        .map((document) => ({ message: `${document.file} is a link`, source: { file: document.file } })),
  },
]

function usedFiles(config: ResolvedConfig, { model }: Project, kind: 'secrets' | 'configs'): readonly string[] {
  const entries = config.services.flatMap((name) => listOf(model?.services[name]?.[kind]))
  return [...new Set(entries.map((entry) => (isString(entry) ? entry : textOf(objectOf(entry).source))))]
}

function fileHits(config: ResolvedConfig, project: Project, kind: 'secrets' | 'configs', name: string): readonly Hit[] {
  const entry: JsonObject = project.model?.[kind]?.[name] ?? {}
  const what = `${kind === 'secrets' ? 'secret' : 'config'} ${name}`
  const at = (key: string) => locateInCompose(config, [kind, name, key])
  if (isString(entry.environment)) {
    return [{ message: `${what} comes from the host's variable ${entry.environment}`, source: at('environment') }]
  }
  if (entry.external) return [{ message: `${what} is external`, source: at('external') }]
  if (isString(entry.content)) return []
  if (!isString(entry.file)) return [{ message: `${what} has no file`, source: at('file') }]
  if (!project.inside(entry.file)) return [{ message: `${what} is the file ${entry.file}`, source: at('file') }]
  if (!project.withheld(entry.file)) return []
  return [{ message: `${what} is ${entry.file}, which git ignores`, source: at('file') }]
}

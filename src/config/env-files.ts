// Which environment files compose may read: those that are part of the workspace's copy anyway. A file that git ignores
// (`.env`, as a rule) holds the developer's own keys, and what compose reads from it ends in containers.
import { access } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Process } from '../ports/process.ts'
import { isBelow } from './below.ts'
import { leftOutOfCopy } from './copied.ts'
import { readProjectFile } from './project-file.ts'
import { realPath } from './real-paths.ts'
import type { EnvFile, Rewrite } from './resolved-config.ts'

export interface EnvContext {
  readonly directory: string
  readonly include: readonly string[]
  readonly process: Process
}

/** What compose interpolates `${…}` from. */
export interface DotEnv {
  /** Text that compose may read; empty when there is no file or it is withheld. */
  readonly text: string
  readonly notes: readonly Rewrite[]
}

/** @param folder the compose project's folder, where compose itself looks for `.env` */
export async function readDotEnv(folder: string, context: EnvContext): Promise<DotEnv> {
  const path = join(folder, '.env')
  const read = await readProjectFile(context.directory, path)
  if ('missing' in read) return { text: '', notes: [] }
  const use = (await judge([path], context)).get(path)
  const name = relative(context.directory, path)
  if ('text' in read && use === 'read') return { text: withoutToolSettings(read.text), notes: [] }
  const why = {
    outside: "lies outside the project's folder",
    withheld: `is ignored by git (include: ${name} brings it in)`,
    read: 'problem' in read ? read.problem : '',
  }[use ?? 'withheld']
  const message = `${name} is not read for the compose files' variables: it ${why}`
  return { text: '', notes: [{ kind: 'environment files', message, place: { in: 'compose', path: [], near: '${' } }] }
}

// With COMPOSE_FILE, COMPOSE_EXPERIMENTAL_GIT_REMOTE, DOCKER_HOST and the like a repository's .env would steer the
// compose command on the host instead of the project.
function withoutToolSettings(text: string): string {
  return text.replaceAll(/^[ \t]*(?:export[ \t]+)?(?:COMPOSE|DOCKER|BUILDKIT|BUILDX)_[A-Za-z0-9_]*[ \t]*[=:].*$/gm, '')
}

/** Those of `paths` that exist and must not be read. */
export async function unreadable(paths: readonly string[], context: EnvContext): Promise<readonly string[]> {
  const uses = await judge(paths, context)
  const withheld = paths.filter((path) => uses.get(path) !== 'read')
  const exist = await Promise.all(
    withheld.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  )
  return withheld.filter((_, index) => exist[index])
}

/** Judges each `env_file` entry of the services. */
export async function judgeEnvFiles(
  entries: readonly { readonly service: string; readonly path: string }[],
  context: EnvContext,
): Promise<readonly EnvFile[]> {
  const uses = await judge(
    entries.map(({ path }) => path),
    context,
  )
  return entries.map((entry) => ({ ...entry, use: uses.get(entry.path) ?? 'withheld' }))
}

// By where a link leads, too: a link that git tracks may lead to a file that it ignores.
async function judge(paths: readonly string[], context: EnvContext): Promise<ReadonlyMap<string, EnvFile['use']>> {
  const root = await realPath(context.directory)
  const real = await Promise.all(paths.map(realPath))
  const withheld = await leftOutOfCopy(context.directory, [...paths, ...real], context.include, context.process)
  return new Map(
    paths.map((path, index) => {
      const leadsTo = real[index] as string
      if (!isBelow(root, leadsTo)) return [path, 'outside']
      return [path, withheld.has(path) || withheld.has(leadsTo) ? 'withheld' : 'read']
    }),
  )
}

/** Blanks the values of environment files out of a message. */
export function redact(message: string, texts: readonly string[]): string {
  const values = texts
    .flatMap((text) => text.split(/\r?\n/))
    .flatMap((line) => [line.trim(), line.slice(line.search(/[=:]/) + 1).trim()])
    .map((value) => value.replace(/^(['"])(.*)\1$/, '$2'))
    .filter((value) => value.length >= 4)
    .sort((a, b) => b.length - a.length)
  return values.reduce((text, value) => text.replaceAll(value, '***'), message)
}

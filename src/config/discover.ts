// Which files describe the project's development environment.
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { ProjectSource } from '../request/run-request.ts'
import type { Problems } from './problems.ts'

/** Absolute paths of the files that the project is described by. */
export type Found =
  | { readonly kind: 'devcontainer'; readonly file: string }
  | { readonly kind: 'compose'; readonly files: readonly string[] }

// Most specific first; the rest in Compose's own order.
const COMPOSE_FILES = [
  'docker-compose.dev.yml',
  'docker-compose.dev.yaml',
  'compose.dev.yaml',
  'compose.dev.yml',
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
]

/** @returns undefined when there is nothing to go by; the reason went to `problems` */
export async function discover(
  directory: string,
  source: ProjectSource,
  problems: Problems,
): Promise<Found | undefined> {
  if (source.kind === 'devcontainer') return named('devcontainer', [source.file], directory, problems)
  if (source.kind === 'compose') return named('compose', source.files, directory, problems)
  const files = await devcontainerFiles(directory)
  if (files.length > 1) return ambiguous(directory, files, problems)
  if (files[0]) return { kind: 'devcontainer', file: files[0] }
  for (const name of COMPOSE_FILES) {
    const file = join(directory, name)
    if (await isFile(file)) return { kind: 'compose', files: [file, ...(await overrideOf(file))] }
  }
  problems.add(
    `there is no .devcontainer/devcontainer.json, .devcontainer.json or compose file in ${directory}`,
    undefined,
    'Name the file that describes the development environment: config_file or compose_file.',
  )
  return undefined
}

/** Every description that the project has, each to be resolved by itself; one where the source leaves no choice. */
export async function developmentConfigs(directory: string, source: ProjectSource): Promise<readonly ProjectSource[]> {
  if (source.kind !== 'auto') return [source]
  const files = await devcontainerFiles(directory)
  if (files.length < 2) return [source]
  return files.map((file) => ({ kind: 'devcontainer', file: relative(directory, file) }))
}

async function named(
  kind: Found['kind'],
  files: readonly string[],
  directory: string,
  problems: Problems,
): Promise<Found | undefined> {
  const paths = files.map((file) => resolve(directory, file))
  let missing = paths.length === 0
  for (const [index, path] of paths.entries()) {
    if (await isFile(path)) continue
    problems.add(`${files[index]} does not exist in ${directory}`)
    missing = true
  }
  if (missing) return undefined
  return kind === 'compose' ? { kind, files: paths } : { kind, file: paths[0] as string }
}

/** The places of https://containers.dev/implementors/spec/#devcontainerjson; the first two win over the third. */
async function devcontainerFiles(directory: string): Promise<readonly string[]> {
  for (const name of ['.devcontainer/devcontainer.json', '.devcontainer.json']) {
    const file = join(directory, name)
    if (await isFile(file)) return [file]
  }
  const folder = join(directory, '.devcontainer')
  const names = await readdir(folder).catch(() => [])
  const files = names.sort().map((name) => join(folder, name, 'devcontainer.json'))
  const found = await Promise.all(files.map(async (file) => ((await isFile(file)) ? [file] : [])))
  return found.flat()
}

function ambiguous(directory: string, files: readonly string[], problems: Problems): undefined {
  const names = files.map((file) => relative(directory, file))
  problems.add(
    `the project has ${names.length} devcontainers: ${names.join(', ')}`,
    undefined,
    `Choose one, for example: config_file: ${names[0]}`,
  )
}

// `docker compose up` reads this file as well when no -f is given.
async function overrideOf(file: string): Promise<readonly string[]> {
  const [, stem] = /^(compose|docker-compose)\.ya?ml$/.exec(basename(file)) ?? []
  if (!stem) return []
  for (const extension of ['yml', 'yaml']) {
    const override = join(dirname(file), `${stem}.override.${extension}`)
    if (await isFile(override)) return [override]
  }
  return []
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

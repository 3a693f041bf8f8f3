// The compose files as written, with those that they extend or include.
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { isBelow } from './below.ts'
import { isObject, isString, listOf, objectOf, stringsOf } from './json.ts'
import type { Problems } from './problems.ts'
import { realPath } from './real-paths.ts'
import type { JsonObject, Source, SourceDocument } from './resolved-config.ts'
import { parseYaml } from './yaml.ts'

export interface ComposeDocuments {
  /** In the order of the `-f` options. */
  readonly files: readonly SourceDocument[]
  /** What those extend or include. */
  readonly parts: readonly SourceDocument[]
}

interface Reference {
  readonly file: string
  readonly path: readonly (string | number)[]
}

/**
 * Reads and checks the files before compose does, because compose would follow `include` and `extends` to any file of
 * the host, and to git remotes.
 *
 * @param paths absolute
 */
export async function readComposeFiles(
  directory: string,
  paths: readonly string[],
  problems: Problems,
): Promise<ComposeDocuments> {
  const root = await realPath(directory)
  const seen = new Set(paths)
  const read = (path: string) => readDocument(directory, path, problems)
  const files = (await Promise.all(paths.map(read))).filter((document) => document !== undefined)
  const parts: SourceDocument[] = []
  const queue = [...files]
  while (queue.length > 0) {
    const document = queue.shift() as SourceDocument
    for (const reference of references(document.value)) {
      const path = resolve(directory, dirname(document.file), reference.file)
      if (!(await isAllowed(root, path, reference, document, problems)) || seen.has(path)) continue
      seen.add(path)
      const part = await read(path)
      if (part) {
        parts.push(part)
        queue.push(part)
      }
    }
  }
  return { files, parts }
}

/** An environment file that compose reads for the variables of an included file, asked for or by its place. */
export interface IncludedEnvFile {
  /** Absolute. */
  readonly path: string
  readonly source: Source
}

export function includedEnvFiles(directory: string, { files, parts }: ComposeDocuments): readonly IncludedEnvFile[] {
  return [...files, ...parts].flatMap((document) => {
    const from = resolve(directory, dirname(document.file))
    return listOf(document.value.include).flatMap((entry, index) => {
      const { path, project_directory, env_file } = isString(entry) ? { path: entry } : objectOf(entry)
      const folder = isString(project_directory) ? project_directory : dirname(stringsOf(path)[0] ?? '.')
      const named = env_file === undefined ? [join(folder, '.env')] : stringsOf(env_file)
      return named.map((file) => ({ path: resolve(from, file), source: document.locate(['include', index]) }))
    })
  })
}

async function readDocument(directory: string, path: string, problems: Problems): Promise<SourceDocument | undefined> {
  const file = relative(directory, path)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    problems.add(error.code === 'ENOENT' ? `${file} does not exist` : `${file} can not be read: ${error.message}`)
    return undefined
  })
  return text === undefined ? undefined : parseYaml(text, file, problems)
}

function references(value: JsonObject): readonly Reference[] {
  const services = Object.entries(objectOf(value.services)).flatMap(([name, service]) => {
    const base = isObject(service) ? objectOf(service.extends).file : undefined
    return isString(base) ? [{ file: base, path: ['services', name, 'extends', 'file'] }] : []
  })
  const included = listOf(value.include).flatMap((entry, index) => {
    const { path, project_directory, env_file } = isString(entry) ? { path: entry } : objectOf(entry)
    const named = [...stringsOf(path), ...stringsOf(project_directory), ...stringsOf(env_file)]
    return named.map((file) => ({ file, path: ['include', index] }))
  })
  return [...services, ...included]
}

async function isAllowed(
  root: string,
  path: string,
  { file, path: at }: Reference,
  document: SourceDocument,
  problems: Problems,
): Promise<boolean> {
  const source = document.locate(at)
  if (/^[a-z][a-z0-9+.-]*:|^git@|\.git(#|$)/i.test(file)) {
    problems.add(`${file} is not a file of the project`, source, 'Copy the remote compose file into the project.')
    return false
  }
  // What the variable holds decides which file is read, and only compose knows that.
  if (file.includes('$')) {
    problems.add(`${file}: variables are not supported in extends and include`, source)
    return false
  }
  if (isBelow(root, await realPath(path))) return true
  problems.add(
    `${file} lies outside the project's folder`,
    source,
    'Run airlock in the folder that holds all compose files, or copy the file into the project.',
  )
  return false
}

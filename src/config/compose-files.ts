// The compose files as written, with those that they extend or include.
import { dirname, join, relative, resolve } from 'node:path'
import { type Reference, references } from './compose-references.ts'
import { isString, listOf, objectOf, stringsOf } from './json.ts'
import type { Problems } from './problems.ts'
import { follow, readProjectFile } from './project-file.ts'
import type { Source, SourceDocument } from './resolved-config.ts'
import { parseYaml } from './yaml.ts'

export interface ComposeDocuments {
  /** In the order of the `-f` options. */
  readonly files: readonly SourceDocument[]
  /** What those extend or include. */
  readonly parts: readonly SourceDocument[]
  readonly includedEnvFiles: readonly IncludedEnvFile[]
}

/** A compose file of the project, as the `-f` options have them. */
export interface NamedFile {
  /** Absolute. */
  readonly path: string
  /** Where the project's own configuration names it; undefined when the user does, who may name any file. */
  readonly source?: Source | undefined
}

/** An environment file that compose reads for the variables of an included file, asked for or by its place. */
export interface IncludedEnvFile {
  /** Absolute. */
  readonly path: string
  readonly source: Source
}

/** A document, and the folder that compose takes its references from. */
interface Placed {
  readonly document: SourceDocument
  readonly folder: string
}

/**
 * Reads and checks the files before compose does, because compose would follow `include` and `extends` to any file of
 * the host, and to git remotes.
 *
 * @param directory the project's folder, links followed
 */
export async function readComposeFiles(
  directory: string,
  named: readonly NamedFile[],
  problems: Problems,
): Promise<ComposeDocuments> {
  const read = (file: NamedFile) => readDocument(directory, file, problems)
  const files = (await Promise.all(named.map(read))).filter((document) => document !== undefined)
  const seen = new Set(named.map(({ path }) => path))
  // Compose takes the references of every -f file from the folder of the first.
  const folder = dirname(named[0]?.path ?? directory)
  const queue: Placed[] = files.map((document) => ({ document, folder }))
  const all: Placed[] = [...queue]
  while (queue.length > 0) {
    const placed = queue.shift() as Placed
    for (const reference of references(placed.document.value)) {
      for (const path of pathsOf(reference, placed, directory)) {
        if (!(await isAllowed(directory, path, reference, placed.document, problems))) break
        if (reference.kind === 'other' || seen.has(path)) continue
        seen.add(path)
        const part = await read({ path, source: placed.document.locate(reference.path) })
        if (!part) continue
        const below = { document: part, folder: folderOf(reference, path, placed.folder) }
        all.push(below)
        queue.push(below)
      }
    }
  }
  const parts = all.slice(files.length).map(({ document }) => document)
  return { files, parts, includedEnvFiles: all.flatMap(includedEnvFiles) }
}

// Releases of compose differ in whether a file that is not the first takes references from its own folder; where the two
// readings differ, both must be the project's.
function pathsOf({ file }: Reference, { document, folder }: Placed, directory: string): readonly string[] {
  const own = resolve(directory, dirname(document.file), file)
  return own === resolve(folder, file) ? [own] : [resolve(folder, file), own]
}

const folderOf = ({ projectFolder }: Reference, path: string, from: string) =>
  projectFolder === undefined ? dirname(path) : resolve(from, projectFolder)

function includedEnvFiles({ document, folder }: Placed): readonly IncludedEnvFile[] {
  return listOf(document.value.include).flatMap((entry, index) => {
    const { path, project_directory, env_file } = isString(entry) ? { path: entry } : objectOf(entry)
    const around = isString(project_directory) ? project_directory : dirname(stringsOf(path)[0] ?? '.')
    const named = env_file === undefined ? [join(around, '.env')] : stringsOf(env_file)
    return named.map((file) => ({ path: resolve(folder, file), source: document.locate(['include', index]) }))
  })
}

async function readDocument(
  directory: string,
  { path, source }: NamedFile,
  problems: Problems,
): Promise<SourceDocument | undefined> {
  const file = relative(directory, path)
  // A file that the user names may lie anywhere; one that the project names is the project's own.
  const outside = source === undefined && file.startsWith('..')
  const read = await readProjectFile(outside ? undefined : directory, path)
  if ('text' in read) return parseYaml(read.text, file, problems)
  problems.add('missing' in read ? `${file} does not exist` : `${file} ${read.problem}`, source)
  return undefined
}

async function isAllowed(
  directory: string,
  path: string,
  { file, path: at }: Reference,
  document: SourceDocument,
  problems: Problems,
): Promise<boolean> {
  const source = document.locate(at)
  if (/^[a-z][a-z0-9+.-]*:|^[^/]*@[^/]*:|^github\.com\/|\.git(#|$)/i.test(file)) {
    problems.add(`${file} is not a file of the project`, source, 'Copy the remote compose file into the project.')
    return false
  }
  // What the variable holds decides which file is read, and only compose knows that.
  if (file.includes('$')) {
    problems.add(`${file}: variables are not supported in extends and include`, source)
    return false
  }
  if ((await follow(directory, path)).kind !== 'outside') return true
  problems.add(
    `${file} lies outside the project's folder`,
    source,
    'Run airlock in the folder that holds all compose files, or copy the file into the project.',
  )
  return false
}

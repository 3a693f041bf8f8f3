// What a workspace will be filled with: decided on the host before anything starts.
import type { Process } from '../ports/process.ts'
import { attributeNotes } from './attributes.ts'
import { hostGit } from './git.ts'
import { type Entry, listFiles, some } from './listing.ts'
import { type Repository, readRepository } from './repository.ts'

export interface Snapshot {
  readonly directory: string
  readonly repository: Repository | undefined
  readonly entries: readonly Entry[]
  /** Paths that `exclude` left out. */
  readonly excluded: readonly string[]
  /** The project's folder inside its repository: '' or 'examples/orders/'. Patches carry it. */
  readonly prefix: string
  readonly files: number
  readonly notes: readonly string[]
  /** Whether a path (file or folder, relative) is part of the copy. */
  has(path: string): boolean
}

/** Errors: `input`, naming what can't be read. Writes nothing. */
export async function takeSnapshot(
  request: { readonly directory: string; readonly include: readonly string[]; readonly exclude: readonly string[] },
  { process }: { readonly process: Process },
): Promise<Snapshot> {
  const { directory } = request
  const gitIn = (folder: string) => hostGit(process, folder)
  const repository = await readRepository(gitIn(directory), directory)
  const { entries, excluded, notes } = await listFiles({ ...request, gitIn }, repository !== undefined)
  const attributes = repository ? await attributeNotes(gitIn(directory), { directory, entries }) : []
  return {
    ...{ directory, repository, entries, excluded },
    prefix: repository?.prefix ?? '',
    files: entries.length,
    notes: [...repositoryNotes(repository, excluded), ...notes, ...attributes],
    has: known(entries),
  }
}

function known(entries: readonly Entry[]): (path: string) => boolean {
  const paths = new Set<string>()
  for (const { path } of entries) {
    for (let at = path.length; at > 0 && !paths.has(path.slice(0, at)); at = path.lastIndexOf('/', at - 1)) {
      paths.add(path.slice(0, at))
    }
  }
  return (path) => path === '' || paths.has(path.replace(/\/+$/, ''))
}

function repositoryNotes(repository: Repository | undefined, excluded: readonly string[]): readonly string[] {
  if (!repository) return ['the folder is in no git repository: everything in it is copied, and there is no history']
  const notes: string[] = []
  if (repository.prefix !== '') {
    notes.push(`only ${repository.prefix} of the repository is copied; its history in the sandbox is one commit`)
  }
  if (repository.shallow !== '') notes.push('the history is shallow, as it is here')
  if (repository.index.some((entry) => entry.skipWorktree)) notes.push('the checkout is sparse: so is the copy')
  const tracked = new Set(repository.index.map(({ path }) => path))
  const withheld = excluded.filter((path) => tracked.has(path))
  if (withheld.length > 0) {
    notes.push(`left out by exclude, but still in the history that goes along: ${some(withheld)}`)
  }
  return notes
}

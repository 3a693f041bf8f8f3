// What a workspace will be filled with: decided on the host before anything starts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Process } from '../ports/process.ts'
import { hostGit } from './git.ts'
import { type Entry, type Listing, listFiles } from './listing.ts'
import { type Repository, readRepository } from './repository.ts'

export interface Snapshot {
  readonly directory: string
  readonly repository: Repository | undefined
  readonly entries: readonly Entry[]
  readonly forced: readonly string[]
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
  const listing = await listFiles({ ...request, gitIn }, repository !== undefined)
  const known = new Set<string>()
  for (const { path } of listing.entries) {
    for (let at = path.length; at > 0 && !known.has(path.slice(0, at)); at = path.lastIndexOf('/', at - 1)) {
      known.add(path.slice(0, at))
    }
  }
  return {
    directory,
    repository,
    entries: listing.entries,
    forced: listing.forced,
    prefix: repository?.prefix ?? '',
    files: listing.entries.length,
    notes: [...repositoryNotes(repository), ...listing.notes, ...lfsNote(directory, listing)],
    has: (path) => path === '' || known.has(path.replace(/\/+$/, '')),
  }
}

function repositoryNotes(repository: Repository | undefined): readonly string[] {
  if (!repository) return ['the folder is in no git repository: everything in it is copied, and there is no history']
  const notes: string[] = []
  if (repository.prefix !== '') {
    notes.push(`only ${repository.prefix} of the repository is copied; its history in the sandbox is one commit`)
  }
  if (repository.shallow !== '') notes.push('the history is shallow, as it is here')
  if (repository.index.some((entry) => entry.skipWorktree)) notes.push('the checkout is sparse: so is the copy')
  return notes
}

const LFS_POINTER = 'version https://git-lfs.github.com/spec/v1'

// A pointer that was never replaced by its content is a small text file; the sandbox has no LFS to fetch it with.
function lfsNote(directory: string, listing: Listing): readonly string[] {
  const attributes = listing.entries.some(({ path }) => path === '.gitattributes' || path.endsWith('/.gitattributes'))
  if (!attributes) return []
  const small = listing.entries.filter((entry) => entry.kind === 'file' && entry.size > 100 && entry.size < 200)
  const pointers = small.filter(({ path }) => readFileSync(join(directory, path), 'latin1').startsWith(LFS_POINTER))
  return pointers.length === 0 ? [] : [`${pointers.length} LFS pointers are copied as they are, without their content`]
}

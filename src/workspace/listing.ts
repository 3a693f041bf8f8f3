// Which files are copied: git decides, include and exclude go on top.
import { accessSync, constants, lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { AirlockError } from '../ports/errors.ts'
import { type HostGit, splitPaths } from './git.ts'

export interface Entry {
  /** Relative to the project's folder, with forward slashes. */
  readonly path: string
  readonly kind: 'file' | 'link'
  readonly executable: boolean
  /** Bytes. */
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
}

export interface Listing {
  readonly entries: readonly Entry[]
  /** Paths that git ignores and that are there because `include` names them. */
  readonly forced: readonly string[]
  readonly notes: readonly string[]
}

export interface ListingOptions {
  readonly directory: string
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** Opens a git for a folder inside the project (a submodule). */
  readonly gitIn: (directory: string) => HostGit
}

/** @param repository false for a folder that is in no repository: everything is copied */
export async function listFiles(options: ListingOptions, repository: boolean): Promise<Listing> {
  const excluded = options.exclude.length === 0 ? () => false : picomatch([...options.exclude], { dot: true })
  const notes: string[] = []
  const listed = repository ? await gitPaths(options, '', notes) : walk(options.directory, '', notes)
  const forced = repository ? await includedPaths(options) : []
  const paths = [...new Set([...listed, ...forced])].filter((path) => !excluded(path))
  const entries = examine(options.directory, paths, notes)
  const kept = forced.filter((path) => !excluded(path))
  if (kept.length > 0) notes.push(`copied although git ignores ${kept.length === 1 ? 'it' : 'them'}: ${some(kept)}`)
  return { entries, forced: kept, notes }
}

async function gitPaths(options: ListingOptions, prefix: string, notes: string[]): Promise<readonly string[]> {
  const git = options.gitIn(join(options.directory, prefix))
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  const paths = splitPaths(await git.run('listing files', listing))
  const all: string[] = []
  for (const path of paths) {
    // A submodule's own entry, or a repository inside this one (`dir/`): its files are copied as plain files.
    const nested = nestedRepository(join(options.directory, prefix), path)
    if (nested === undefined) all.push(`${prefix}${path}`)
    else if (nested === 'empty')
      notes.push(`${prefix}${path}: the submodule is not checked out here, so it is empty in the sandbox`)
    else {
      notes.push(`${prefix}${path}: a repository of its own, copied as plain files`)
      all.push(...(await gitPaths(options, `${prefix}${path.replace(/\/$/, '')}/`, notes)))
    }
  }
  return all
}

function nestedRepository(directory: string, path: string): 'full' | 'empty' | undefined {
  const full = join(directory, path)
  if (!path.endsWith('/') && !stat(full)?.isDirectory()) return undefined
  return stat(join(full, '.git')) ? 'full' : 'empty'
}

async function includedPaths({ directory, include, gitIn }: ListingOptions): Promise<readonly string[]> {
  if (include.length === 0) return []
  const wanted = picomatch([...include], { dot: true })
  const ignored = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard']
  return splitPaths(await gitIn(directory).run('listing ignored files', ignored)).filter((path) => wanted(path))
}

function walk(directory: string, prefix: string, notes: string[]): string[] {
  return readdirSync(join(directory, prefix), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.toLowerCase() === '.git') {
      notes.push(`${prefix}${entry.name} is left out: repositories inside the folder are copied as plain files`)
      return []
    }
    return entry.isDirectory() ? walk(directory, `${prefix}${entry.name}/`, notes) : [`${prefix}${entry.name}`]
  })
}

const MOST_NAMED = 20

function examine(directory: string, paths: readonly string[], notes: string[]): readonly Entry[] {
  const unreadable: string[] = []
  const special: string[] = []
  const entries = paths.flatMap((path): Entry[] => {
    const full = join(directory, path)
    const facts = stat(full)
    // Listed by git and gone from the folder: a deletion, which the copy shows the same way.
    if (!facts || facts.isDirectory()) return []
    if (!facts.isFile() && !facts.isSymbolicLink()) special.push(path)
    else if (facts.isFile() && !readable(full)) unreadable.push(path)
    const kind = facts.isSymbolicLink() ? 'link' : 'file'
    return facts.isFile() || facts.isSymbolicLink()
      ? [
          {
            path,
            kind,
            executable: (facts.mode & 0o100) !== 0,
            size: facts.size,
            mtime: Math.floor(facts.mtimeMs / 1000),
          },
        ]
      : []
  })
  if (unreadable.length > 0) throw unreadableError(directory, unreadable)
  if (special.length > 0) notes.push(`left out, neither files nor links: ${some(special)}`)
  return entries
}

export function unreadableError(directory: string, paths: readonly string[]): AirlockError {
  return new AirlockError('input', `${paths.length} ${paths.length === 1 ? 'file' : 'files'} can not be read`, {
    where: directory,
    detail: [...paths.slice(0, MOST_NAMED), ...(paths.length > MOST_NAMED ? ['…'] : [])].join('\n'),
    next: 'Make them readable for the user who runs airlock, or leave them out with exclude.',
  })
}

function stat(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

export const some = (paths: readonly string[]) =>
  paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`

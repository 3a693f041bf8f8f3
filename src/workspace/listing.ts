// Which files are copied: git decides, include and exclude go on top.
import { accessSync, constants, lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { AirlockError } from '../ports/errors.ts'
import { type HostGit, splitPaths } from './git.ts'

export interface Entry {
  /** Relative to the project's folder, with forward slashes. */
  readonly path: string
  /** A folder is listed only where it is empty and no git is asked. */
  readonly kind: 'file' | 'link' | 'folder'
  readonly executable: boolean
  /** Bytes. */
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
}

export interface Listing {
  readonly entries: readonly Entry[]
  /** Paths that `exclude` took out. */
  readonly excluded: readonly string[]
  readonly notes: readonly string[]
}

export interface ListingOptions {
  readonly directory: string
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** Opens a git for a folder inside the project (a submodule). */
  readonly gitIn: (directory: string) => HostGit
}

/**
 * Errors: `input`, naming what can't be read.
 * @param repository false for a folder that is in no repository: everything is copied
 */
export async function listFiles(options: ListingOptions, repository: boolean): Promise<Listing> {
  const { directory, exclude } = options
  const isExcluded = exclude.length === 0 ? () => false : picomatch([...exclude], { dot: true })
  const survey = new Survey(directory, isExcluded)
  if (!repository) walk(survey, '')
  else {
    await gitPaths(options, '', survey)
    const included = await includedPaths(options)
    for (const path of included) survey.look(path)
    const kept = included.filter((path) => survey.entries.has(path))
    if (kept.length > 0)
      survey.notes.push(`copied although git ignores ${kept.length === 1 ? 'it' : 'them'}: ${some(kept)}`)
  }
  return survey.result()
}

async function gitPaths(options: ListingOptions, prefix: string, survey: Survey): Promise<void> {
  const folder = join(options.directory, prefix)
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  for (const path of splitPaths(await listing(options.gitIn(folder), 'listing files', args, prefix, survey))) {
    // A submodule's own entry, or a repository inside this one (`dir/`): its files are copied as plain files.
    if (survey.look(`${prefix}${path}`) !== 'folder') continue
    const nested = `${prefix}${path.replace(/\/$/, '')}`
    if (lstat(join(options.directory, nested, '.git'))) {
      survey.notes.push(`${nested}: a repository of its own, copied as plain files`)
      await gitPaths(options, `${nested}/`, survey)
    } else survey.notes.push(`${nested}: the submodule is not checked out here, so it is empty in the sandbox`)
  }
}

async function includedPaths({ directory, include, gitIn }: ListingOptions): Promise<readonly string[]> {
  if (include.length === 0) return []
  const wanted = picomatch([...include], { dot: true })
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard']
  return splitPaths(await gitIn(directory).run('listing ignored files', args)).filter((path) => wanted(path))
}

// git passes over a folder that it can't open, with a warning and exit code 0.
async function listing(git: HostGit, doing: string, args: readonly string[], prefix: string, survey: Survey) {
  const result = await git.call(args)
  if (result.exitCode !== 0) return git.run(doing, args)
  for (const match of result.stderr.matchAll(/could not open directory '([^\n]*)': /g)) {
    survey.deny(`${prefix}${match[1]}`)
  }
  return result.stdout
}

function walk(survey: Survey, prefix: string): void {
  const found = survey.children(prefix)
  if (found.length === 0 && prefix !== '') survey.look(prefix, true)
  for (const entry of found) {
    const path = `${prefix}${entry.name}`
    if (entry.name.toLowerCase() === '.git')
      survey.notes.push(`${path} is left out: repositories inside the folder are copied as plain files`)
    else if (entry.isDirectory()) walk(survey, `${path}/`)
    else survey.look(path)
  }
}

/** What was found so far, path by path. */
class Survey {
  readonly entries = new Map<string, Entry>()
  readonly notes: string[] = []
  readonly unreadable: string[] = []
  readonly #excluded: string[] = []
  readonly #special: string[] = []
  readonly #directory: string
  readonly #isExcluded: (path: string) => boolean

  constructor(directory: string, isExcluded: (path: string) => boolean) {
    this.#directory = directory
    this.#isExcluded = isExcluded
  }

  /** Takes the path in if it is one to copy; tells of a folder, which is not. */
  look(path: string, takeFolder = false): 'folder' | undefined {
    if (this.entries.has(path)) return undefined
    if (this.#isExcluded(path)) return void this.#excluded.push(path)
    const full = join(this.#directory, path)
    const facts = lstat(full)
    if (facts === 'denied') return void this.unreadable.push(path)
    // Listed by git and gone from the folder: a deletion, which the copy shows the same way.
    if (!facts) return path.includes('\ufffd') ? nameError(path) : undefined
    if (facts.isDirectory() && !takeFolder) return 'folder'
    const kind = facts.isFile() ? 'file' : facts.isSymbolicLink() ? 'link' : facts.isDirectory() ? 'folder' : undefined
    if (kind === undefined) return void this.#special.push(path)
    if (kind === 'file' && !readable(full, facts)) return void this.unreadable.push(path)
    const { size, mtimeMs, ctimeMs } = facts
    this.entries.set(path, { path, kind, executable: (facts.mode & 0o100) !== 0, size, mtimeMs, ctimeMs })
    return undefined
  }

  /** A folder that can't be opened: an error, unless it was to be left out anyway. */
  deny(folder: string): void {
    const path = folder.replace(/\/$/, '')
    if (this.#isExcluded(path)) this.#excluded.push(path)
    else this.unreadable.push(path)
  }

  children(prefix: string) {
    if (prefix !== '' && this.#isExcluded(prefix.slice(0, -1))) return []
    try {
      return readdirSync(join(this.#directory, prefix), { withFileTypes: true })
    } catch {
      this.unreadable.push(prefix)
      return []
    }
  }

  result(): Listing {
    if (this.unreadable.length > 0) throw unreadableError(this.#directory, this.unreadable)
    const special = this.#special
    const notes = special.length > 0 ? [`left out, neither files nor links: ${some(special)}`] : []
    return { entries: [...this.entries.values()], excluded: this.#excluded, notes: [...this.notes, ...notes] }
  }
}

const MOST_NAMED = 20

export function unreadableError(directory: string, paths: readonly string[]): AirlockError {
  return new AirlockError('input', `${paths.length} ${paths.length === 1 ? 'file' : 'files'} can not be read`, {
    where: directory,
    detail: [...paths.slice(0, MOST_NAMED), ...(paths.length > MOST_NAMED ? ['…'] : [])].join('\n'),
    next: 'Make them readable for the user who runs airlock, or leave them out with exclude.',
  })
}

function nameError(path: string): never {
  throw new AirlockError('input', 'a file name is not valid UTF-8', {
    where: path,
    next: 'Rename the file, or leave it out with exclude.',
  })
}

function lstat(path: string): Stats | 'denied' | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES') return 'denied'
    // A file has taken the place of the folder.
    if (code === 'ENOTDIR') return undefined
    throw error
  }
}

function readable(path: string, { mode }: Stats): boolean {
  if ((mode & 0o444) === 0o444) return true
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

export const some = (paths: readonly string[]) =>
  paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`

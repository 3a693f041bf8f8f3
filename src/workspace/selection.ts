// Which files of the workspace the helper is told to take into the comparison. Paths are bytes as latin1 here: a name
// that is not UTF-8 has to be named to be refused. Pure.
import { posix } from 'node:path'
import type { OddFile } from './changes.ts'

/** What the helper saw, NUL-separated. */
export interface Inspection {
  /** Stamps that only the baseline has, and, after a tab, those that only the workspace has now. */
  readonly differences: Buffer
  readonly unread: Buffer
  /** Everything named `.git`, whatever its case. */
  readonly nested: Buffer
  /** Names of which a bare repository is made. */
  readonly markers: Buffer
  readonly ignored: Buffer
}

/** Things beside the changes that a reader of the patch should know of, as text. */
export interface Findings {
  readonly odd: readonly OddFile[]
  readonly nestedGit: readonly string[]
  readonly bareRoots: readonly string[]
  readonly unreadable: readonly string[]
}

export interface Selection {
  readonly gone: readonly string[]
  readonly taken: readonly string[]
  /** How many of those taken were not there before: each of them is a change. */
  readonly newcomers: number
  /** Bytes of the files taken. */
  readonly bytes: number
  readonly findings: Findings
}

interface Stamp {
  readonly type: string
  readonly mode: number
  readonly size: number
}

// Longer ones can't be opened by their whole name.
const LONGEST_PATH = 2048

/** Throws on anything that the helper would not say. */
export function select(inspection: Inspection): Selection {
  const { before, now } = parseDifferences(inspection.differences)
  const ignored = new Set(paths(inspection.ignored))
  const unread = paths(inspection.unread)
  const hidden = below(new Set(unread))
  const nested = paths(inspection.nested).filter((path) => !ignored.has(path))
  const touched = [...now.keys()]
  // A test's bare repository that nobody touched is the project's own business.
  const bare = bareRoots(paths(inspection.markers).filter((path) => !ignored.has(path))).filter((root) =>
    touched.some((path) => isPartOfGitDirectory(path, root)),
  )
  const isForeign = foreign(nested, bare)
  const isNew = (path: string) => !isContent(before.get(path))
  const wanted = [...now].filter(
    ([path, stamp]) =>
      isContent(stamp) &&
      path.length <= LONGEST_PATH &&
      !hidden(path) &&
      !(isNew(path) && (ignored.has(path) || isForeign(path))),
  )
  const gone = [...before].filter(
    ([path, stamp]) => isContent(stamp) && !hidden(path) && !isSpecial(now.get(path)) && path.length <= LONGEST_PATH,
  )
  const seen = [...now].filter(([path]) => !(isNew(path) && ignored.has(path)))
  return {
    gone: gone.map(([path]) => path),
    taken: wanted.map(([path]) => path),
    newcomers: wanted.filter(([path]) => isNew(path)).length,
    bytes: wanted.reduce((sum, [, { type, size }]) => sum + (type === 'f' ? size : 0), 0),
    findings: {
      odd: seen.flatMap(([path, stamp]) => oddities(path, stamp)),
      nestedGit: nested.map(asText),
      bareRoots: bare.map(asText),
      unreadable: unread.filter((path) => !ignored.has(path)).map(asText),
    },
  }
}

/** NUL-terminated list for the helper. */
export const pathList = (list: readonly string[]) => Buffer.from(list.map((path) => `${path}\0`).join(''), 'latin1')

const isContent = (stamp: Stamp | undefined) => stamp?.type === 'f' || stamp?.type === 'l'
const isSpecial = (stamp: Stamp | undefined) => stamp !== undefined && !'fld'.includes(stamp.type)
const asText = (path: string) => Buffer.from(path, 'latin1').toString('utf8')
const paths = (list: Buffer) => list.toString('latin1').split('\0').slice(0, -1)

function parseDifferences(output: Buffer) {
  const before = new Map<string, Stamp>()
  const now = new Map<string, Stamp>()
  for (const record of paths(output)) {
    const match = /^(\t?)(.) ([0-7]+) (\d+) [\d.]+ \d+ ([\s\S]+)$/.exec(record)
    if (!match) throw new Error('the list of files can not be read')
    const stamp = { type: match[2] ?? '', mode: Number.parseInt(match[3] ?? '', 8), size: Number(match[4]) }
    ;(match[1] === '' ? before : now).set(match[5] ?? '', stamp)
  }
  return { before, now }
}

const KINDS: Readonly<Record<string, string>> = {
  p: 'a named pipe',
  s: 'a socket',
  b: 'a block device',
  c: 'a character device',
}

function oddities(path: string, { type, mode }: Stamp): readonly OddFile[] {
  const setId = type === 'f' && (mode & 0o6000) !== 0
  const why = isSpecial({ type, mode, size: 0 })
    ? (KINDS[type] ?? 'no ordinary file')
    : setId
      ? `a file with mode ${mode.toString(8)} (setuid or setgid)`
      : path.length > LONGEST_PATH
        ? 'a file whose path is too long'
        : undefined
  return why === undefined ? [] : [{ path: asText(path), why }]
}

/** Whether a path is one of these or lies below one. */
function below(roots: ReadonlySet<string>): (path: string) => boolean {
  if (roots.size === 0) return () => false
  return (path) => {
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) if (roots.has(path.slice(0, at))) return true
    return false
  }
}

/** Folders that git takes for a repository wherever they lie, each with a slash at its end; '' is the top. */
function bareRoots(markers: readonly string[]): readonly string[] {
  const names = new Map<string, Set<string>>()
  for (const path of markers) {
    const root = path.slice(0, path.lastIndexOf('/') + 1)
    names.set(root, (names.get(root) ?? new Set()).add(posix.basename(path).toLowerCase()))
  }
  return [...names].filter(([, found]) => found.has('head') && found.size > 1).map(([root]) => root)
}

/** Whether a path belongs to the bare repository at `root`: at the top of the tree only what git itself puts there. */
export const isPartOfGitDirectory = (path: string, root: string) =>
  path.startsWith(root) && (root !== '' || GIT_DIRECTORY_PART.test(path))

const GIT_DIRECTORY_PART =
  /^(HEAD|config|config\.worktree|commondir|packed-refs|index|(objects|refs|hooks|info|logs|modules|worktrees)(\/.*)?)$/is

// New files of another repository stay where they are. A top that was made to look like a bare one keeps its own files.
function foreign(nested: readonly string[], bare: readonly string[]): (path: string) => boolean {
  const roots = [...nested.map((path) => posix.dirname(path)).filter((root) => root !== '.')]
  const inside = below(new Set([...roots, ...bare.filter((root) => root !== '').map((root) => root.slice(0, -1))]))
  const atTop = bare.includes('')
  return (path) => inside(path) || /(^|\/)\.git(\/|$)/i.test(path) || (atTop && GIT_DIRECTORY_PART.test(path))
}

// Names that are harmless here and something else on another file system.

// Characters that HFS+ ignores when it compares names.
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/**
 * True for what is `.git` on any file system: case-insensitive ones, HFS+ (ignorable characters), NTFS (short names,
 * trailing dots and spaces, alternate streams). Source: git's own verify_path, is_hfs_dotgit and is_ntfs_dotgit.
 */
export function isDotGit(component: string): boolean {
  const plain = fold(component.replaceAll(IGNORED, '').normalize('NFKC'))
  return /^(\.git|git~\d+)[ .]*(:.*)?$/s.test(plain)
}

/** What is wrong with a path, whatever is in it; undefined when it is an ordinary one. */
export function pathProblem(path: string): string | undefined {
  if (path === '' || path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'the path is absolute'
  if (/[\p{Cc}\u2028\u2029]/u.test(path)) return 'the name contains control characters'
  if (path.includes('\\')) return 'the name contains a backslash, which separates folders on Windows'
  if (/\p{Cf}/u.test(path)) return 'the name contains invisible characters'
  const components = path.split('/')
  if (components.some((part) => part === '' || part === '.' || part === '..')) return 'the path leaves its folder'
  if (components.some(isDotGit)) return 'the path is a git directory on some file system'
  if (components.some(isShortName)) return 'the name may be the short form of another on Windows'
  return undefined
}

// `GITHUB~1` reaches `.github` there. Source: Microsoft, "Naming Files, Paths, and Namespaces", short vs. long names.
const isShortName = (component: string) => /^[^.~ ]{1,6}~[1-9]\d{0,2}(\.[^.~ ]{0,3})?$/.test(component)

/** Two paths with the same key are one file on a file system that ignores case or Unicode normalisation. */
export const collisionKey = (path: string) =>
  ASCII.test(path) ? path.toLowerCase() : fold(path.normalize('NFC')).normalize('NFC')

const ASCII = /^[\0-\x7f]*$/

// Upper case first: ß and SS, ſ and s are one to a file system that folds case fully.
const fold = (text: string) => text.toUpperCase().toLowerCase()

/** The path as Windows would read it: without dots and spaces at the end of names. */
export const withoutTrailing = (path: string) =>
  path.replaceAll(/[ .]+(?=\/|$)/g, (end, at, whole) => ((whole[at - 1] ?? '/') === '/' ? end : ''))

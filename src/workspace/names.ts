// Names that are harmless here and something else on another file system.

// Characters that HFS+ ignores when it compares names.
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/**
 * True for what is `.git` on any file system: case-insensitive ones, HFS+ (ignorable characters), NTFS (short names,
 * trailing dots and spaces, alternate streams). Source: git's own verify_path, is_hfs_dotgit and is_ntfs_dotgit.
 */
export function isDotGit(component: string): boolean {
  const plain = component.replaceAll(IGNORED, '').normalize('NFKC').toLowerCase()
  return /^(\.git|git~\d+)[ .]*(:.*)?$/.test(plain)
}

/** What is wrong with a path, whatever is in it; undefined when it is an ordinary one. */
export function pathProblem(path: string): string | undefined {
  if (path === '' || path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'the path is absolute'
  if (/[\u0000-\u001f\u007f-\u009f]/.test(path)) return 'the name contains control characters'
  if (path.includes('\\')) return 'the name contains a backslash, which separates folders on Windows'
  if (/[\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/.test(path)) return 'the name contains invisible characters'
  const components = path.split('/')
  if (components.some((part) => part === '' || part === '.' || part === '..')) return 'the path leaves its folder'
  if (components.some(isDotGit)) return 'the path is a git directory on some file system'
  return undefined
}

/** Two paths with the same key are one file on a file system that ignores case or Unicode normalisation. */
export const collisionKey = (path: string) => path.normalize('NFC').toLowerCase().normalize('NFC')

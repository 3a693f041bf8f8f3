// Reads files of the project, and nothing else. A repository can hold a link to any file of the host, to a device that
// never ends or to a pipe that never answers: each step of a path is looked at before it is taken.
import { constants } from 'node:fs'
import { lstat, open, readlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { isBelow } from './below.ts'

/** Where a path leads, its links followed one by one without ever leaving the project. */
export type Trail =
  | { readonly kind: 'file' | 'folder' | 'other'; readonly path: string }
  | { readonly kind: 'missing' }
  /** `link` is the last step that was still inside. */
  | { readonly kind: 'outside'; readonly link: string }

export type FileRead = { readonly text: string } | { readonly missing: true } | { readonly problem: string }

// As many as Linux follows.
const MOST_LINKS = 40

/** Larger than any configuration that a person wrote, and small enough to be parsed in a moment. */
export const MOST_BYTES = 1024 * 1024

/**
 * @param root the project's folder, links followed
 * @param path absolute
 */
export async function follow(root: string, path: string): Promise<Trail> {
  if (!isBelow(root, path)) return { kind: 'outside', link: path }
  const rest = stepsOf(relative(root, path))
  let at = root
  let kind: 'file' | 'folder' | 'other' = 'folder'
  for (let links = 0; rest.length > 0; ) {
    const [name] = rest.splice(0, 1) as [string]
    const next = name === '..' ? dirname(at) : join(at, name)
    if (!isBelow(root, next)) return { kind: 'outside', link: at }
    const found = await lstat(next).catch(() => undefined)
    if (!found) return { kind: 'missing' }
    if (!found.isSymbolicLink()) {
      at = next
      kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
      continue
    }
    links += 1
    const target = await readlink(next)
    if (links > MOST_LINKS) return { kind: 'missing' }
    if (isAbsolute(target)) {
      if (!`${target}/`.startsWith(`${root}/`)) return { kind: 'outside', link: next }
      at = root
      rest.unshift(...stepsOf(target.slice(root.length)))
    } else rest.unshift(...stepsOf(target))
  }
  return { kind, path: at }
}

const stepsOf = (path: string) => path.split(sep).filter((step) => step !== '' && step !== '.')

/** @param root the project's folder, links followed; undefined for a file that the user named from outside it */
export async function readProjectFile(root: string | undefined, path: string): Promise<FileRead> {
  const trail: Trail = root === undefined ? { kind: 'file', path } : await follow(root, path)
  if (trail.kind === 'missing') return { missing: true }
  if (trail.kind === 'outside') return { problem: 'leads out of the project and is not read' }
  if (trail.kind !== 'file') return { problem: trail.kind === 'folder' ? 'is a folder' : 'is no regular file' }
  return readRegular(trail.path, root === undefined)
}

async function readRegular(path: string, followLinks: boolean): Promise<FileRead> {
  // Without NONBLOCK the open of a pipe would wait for a writer.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (followLinks ? 0 : (constants.O_NOFOLLOW ?? 0))
  try {
    await using file = await open(path, flags)
    const found = await file.stat()
    if (!found.isFile()) return { problem: 'is no regular file' }
    if (found.size > MOST_BYTES) {
      return { problem: `has ${(found.size / 1024 / 1024).toFixed(1)} MB; a configuration file may have 1` }
    }
    return { text: await file.readFile('utf8') }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? { missing: true } : { problem: `can not be read: ${message}` }
  }
}

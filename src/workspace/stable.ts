// Reading a file that somebody may be writing: either all of one state of it, or an error.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { AirlockError } from '../ports/errors.ts'

const TRIES = 3
// The clock of file systems ticks every 1 to 10 ms.
const TICK_MS = 20

/** No link is followed, and a named pipe that took the file's place doesn't make the reader wait for ever. */
export const SAFE_OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Whether a file was written so recently that a second write may leave no trace in its times. */
export const fresh = (ctimeMs: number) => Math.abs(Date.now() - ctimeMs) < TICK_MS

export const sameFile = (a: Stats, b: Stats) => a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs

/** The whole content. Errors: `input` when it never held still, and those of the file system. */
export function readStable(full: string, path: string): Buffer {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const descriptor = openSync(full, SAFE_OPEN)
    try {
      const before = fstatSync(descriptor)
      if (!before.isFile()) break
      const content = readAll(descriptor, before.size)
      if (content && sameFile(before, fstatSync(descriptor))) return content
    } finally {
      closeSync(descriptor)
    }
  }
  throw changed(path)
}

function readAll(descriptor: number, size: number): Buffer | undefined {
  const content = Buffer.allocUnsafe(size)
  for (let at = 0; at < size; ) {
    const read = readSync(descriptor, content, at, size - at, at)
    if (read === 0) return undefined
    at += read
  }
  return content
}

export const changed = (path: string) =>
  new AirlockError('input', `${path} changed while it was being copied`, {
    next: 'Wait until whatever writes it is done, or leave it out with exclude. Nothing was started from the copy.',
  })

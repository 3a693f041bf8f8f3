// Reading a file that somebody may be writing: either all of one state of it, or nothing.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { AirlockError } from '../ports/errors.ts'

// The clock of file systems ticks every 1 to 10 ms, and a file has the time at which a write began, not its end: on a busy
// machine a writer may be held up in the middle of one.
const FRESH_MS = 100
const SETTLE_MS = 25
const TRIES = 4

/** No link is followed, and a named pipe that took the file's place doesn't make the reader wait for ever. */
export const SAFE_OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

const fresh = (ctimeMs: number) => Math.abs(Date.now() - ctimeMs) < FRESH_MS

export const sameFile = (a: Stats, b: Stats) => a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs

/**
 * The whole content; undefined for a file that somebody may be writing, which only `readSettled` can tell. Errors: those of
 * the file system.
 */
export function readStable(full: string): Buffer | undefined {
  const descriptor = openSync(full, SAFE_OPEN)
  try {
    const before = fstatSync(descriptor)
    if (!before.isFile() || fresh(before.ctimeMs)) return undefined
    const content = readAll(descriptor, before.size)
    return content && sameFile(before, fstatSync(descriptor)) ? content : undefined
  } finally {
    closeSync(descriptor)
  }
}

/** The whole content, read twice with a pause between. Errors: `input` when it never holds still, and the file system's. */
export async function readSettled(full: string, path: string): Promise<Buffer> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const descriptor = openSync(full, SAFE_OPEN)
    try {
      const before = fstatSync(descriptor)
      if (!before.isFile()) break
      const content = readAll(descriptor, before.size)
      await sleep(SETTLE_MS)
      const { size, mtimeMs } = fstatSync(descriptor)
      // Not the time of its change: an editor that replaces the file does nothing to what is read here.
      const still = size === before.size && mtimeMs === before.mtimeMs
      if (content && still && readAll(descriptor, size)?.equals(content)) return content
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

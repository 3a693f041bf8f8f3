// The tar stream that fills a workspace. A file that changes while it is read is noticed: its size is in the header
// before its bytes are, and a header that lies would shift everything behind it.
import { closeSync, createReadStream, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { type Pack as TarPack, pack as tarPack } from 'tar-stream'
import { AirlockError } from '../ports/errors.ts'
import type { Pack } from './history.ts'
import { type Entry, unreadableError } from './listing.ts'
import { metaFiles } from './meta.ts'
import type { Snapshot } from './snapshot.ts'

// Below this a file is read in one piece, and read again when it changed under the reader.
const SMALL = 4 * 1024 * 1024
const TRIES = 3

/** Writes everything into the tar and ends it. Errors: `input`, naming the file. */
export async function writeArchive(snapshot: Snapshot, history: Pack | undefined, tar: TarPack): Promise<void> {
  for (const [name, content] of metaFiles(snapshot))
    await entry(tar, { name: `baseline/in/${name}`, mode: 0o644 }, content)
  for (const file of history?.files ?? []) {
    await entry(tar, { name: `baseline/in/${basename(file)}`, mode: 0o444 }, await readFile(file))
  }
  for (const file of snapshot.entries) await addFile(tar, snapshot.directory, file)
  tar.finalize()
}

export const newTar = () => tarPack()

interface Header {
  readonly name: string
  readonly mode: number
  readonly mtime?: Date
  readonly type?: 'file' | 'symlink'
  readonly linkname?: string
}

// Waits when the reader is behind, so that memory stays small whatever is copied.
function entry(tar: TarPack, header: Header, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry({ type: 'file', ...header }, content, (error) => (error ? reject(error) : resolve()))
  })
}

async function addFile(tar: TarPack, directory: string, file: Entry): Promise<void> {
  const full = join(directory, file.path)
  const header = {
    name: `workspace/${file.path}`,
    mode: file.executable ? 0o755 : 0o644,
    mtime: new Date(file.mtime * 1000),
  }
  try {
    if (file.kind === 'link') {
      const linkname = readlinkSync(full)
      return await entry(tar, { ...header, type: 'symlink', linkname }, Buffer.alloc(0))
    }
    if (file.size <= SMALL) return await entry(tar, header, readStable(full, file.path))
    return await stream(tar, header, full, file)
  } catch (error) {
    if (error instanceof AirlockError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') throw unreadableError(directory, [file.path])
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'ENOTDIR') throw changed(file.path)
    throw error
  }
}

function readStable(full: string, path: string): Buffer {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const descriptor = openSync(full, 'r')
    try {
      const before = fstatSync(descriptor)
      if (!before.isFile()) throw changed(path)
      const content = readAll(descriptor, before.size)
      if (content && same(before, fstatSync(descriptor))) return content
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

const same = (a: Stats, b: Stats) => a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs

async function stream(tar: TarPack, header: Header, full: string, file: Entry): Promise<void> {
  const descriptor = openSync(full, 'r')
  try {
    const before = fstatSync(descriptor)
    const sink = tar.entry({ type: 'file', ...header, size: before.size })
    const source = createReadStream('', {
      fd: descriptor,
      autoClose: false,
      highWaterMark: 1024 * 1024,
      end: before.size - 1,
    })
    source.pipe(sink)
    await finished(sink)
    if (!same(before, fstatSync(descriptor))) throw changed(file.path)
  } catch (error) {
    throw error instanceof Error && /size mismatch/i.test(error.message) ? changed(file.path) : error
  } finally {
    closeSync(descriptor)
  }
}

const changed = (path: string) =>
  new AirlockError('input', `${path} changed while it was being copied`, {
    next: 'Wait until whatever writes it is done, or leave it out with exclude. Nothing was started from the copy.',
  })

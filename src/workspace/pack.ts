// The tar streams that fill a workspace: first the files, then the history. A file that changes while it is read is
// noticed: its size is in the header before its bytes are, and a header that lies would shift everything behind it.
import { readlinkSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Writable } from 'node:stream'
import { AirlockError } from '../ports/errors.ts'
import { FrameWriter } from './frames.ts'
import type { Pack } from './history.ts'
import { type Entry, unreadableError } from './listing.ts'
import { metaFiles } from './meta.ts'
import type { Snapshot } from './snapshot.ts'
import { changed, readSettled, readStable, SAFE_OPEN, sameFile } from './stable.ts'
import { padding, TAR_END, tarHeader } from './tar-header.ts'

// Below this a file is read in one piece, and read again when it changed under the reader.
const SMALL = 4 * 1024 * 1024
const CHUNK = 1024 * 1024

/** Writes everything and ends the stream. Errors: `input`, naming the file. */
export async function writeArchives(
  snapshot: Snapshot,
  history: Promise<Pack | undefined>,
  out: Writable,
): Promise<void> {
  const files = new FrameWriter(out)
  for (const [name, content] of metaFiles(snapshot)) addMeta(files, name, content)
  for (const entry of snapshot.entries) {
    const wait = addEntry(files, snapshot.directory, entry)
    if (wait !== undefined) await wait
  }
  files.add(TAR_END)
  await files.end()
  const rest = new FrameWriter(out)
  for (const file of (await history)?.files ?? []) {
    const name = `baseline/in/${basename(file)}`
    await stream(rest, { name, mode: 0o444, mtime: 0, type: 'file' }, file, 'the packed history')
  }
  addMeta(rest, 'complete', Buffer.alloc(0))
  rest.add(TAR_END)
  await rest.end()
  out.end()
}

function addMeta(writer: FrameWriter, name: string, content: Buffer): void {
  writer.add(tarHeader({ name: `baseline/in/${name}`, mode: 0o644, mtime: 0, type: 'file', size: content.length }))
  writer.add(content)
  writer.add(padding(content.length))
}

/** Something to wait for only where there is: a promise for each small file would cost more than its bytes. */
function addEntry(writer: FrameWriter, directory: string, entry: Entry): Promise<void> | undefined {
  const full = join(directory, entry.path)
  const mode = entry.kind === 'folder' || entry.executable ? 0o755 : 0o644
  const head = { name: `workspace/${entry.path}`, mode, mtime: Math.floor(entry.mtimeMs / 1000), type: entry.kind }
  try {
    if (entry.kind === 'folder') return wait(writer, writer.add(tarHeader({ ...head, size: 0 })))
    if (entry.kind === 'link') {
      return wait(writer, writer.add(tarHeader({ ...head, size: 0, target: readlinkSync(full) })))
    }
    if (entry.size > SMALL)
      return stream(writer, head, full, entry.path).catch((error) => fail(error, directory, entry))
    const content = readStable(full)
    if (!content) return settle(writer, head, full, directory, entry)
    return wait(writer, addContent(writer, head, content))
  } catch (error) {
    return fail(error, directory, entry)
  }
}

type Head = Omit<Parameters<typeof tarHeader>[0], 'size' | 'target'>

function addContent(writer: FrameWriter, head: Head, content: Buffer): boolean {
  writer.add(tarHeader({ ...head, size: content.length }))
  writer.add(content)
  return writer.add(padding(content.length))
}

const wait = (writer: FrameWriter, full: boolean) => (full ? writer.flushed() : undefined)

async function settle(writer: FrameWriter, head: Head, full: string, directory: string, entry: Entry): Promise<void> {
  try {
    addContent(writer, head, await readSettled(full, entry.path))
  } catch (error) {
    fail(error, directory, entry)
  }
  await writer.flushed()
}

async function stream(writer: FrameWriter, head: Head, full: string, path: string): Promise<void> {
  await using file = await open(full, SAFE_OPEN)
  const before = await file.stat()
  writer.add(tarHeader({ ...head, size: before.size }))
  for (let at = 0; at < before.size; ) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, before.size - at))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) throw changed(path)
    at += bytesRead
    if (writer.add(buffer.subarray(0, bytesRead))) await writer.flushed()
  }
  writer.add(padding(before.size))
  if (!sameFile(before, await file.stat())) throw changed(path)
}

function fail(error: unknown, directory: string, { path }: Entry): never {
  if (error instanceof AirlockError) throw error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'EACCES' || code === 'EPERM') throw unreadableError(directory, [path])
  if (['ENOENT', 'EINVAL', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(code)) throw changed(path)
  throw error
}

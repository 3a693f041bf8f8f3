// What lies in the outbox, read by the helper: regular files of its top folder and nothing else, within limits. Whatever
// is there was put there by somebody who may be hostile.
import { constants } from 'node:fs'
import { open, opendir } from 'node:fs/promises'
import { join } from 'node:path'

export const OUTBOX_LIMITS = {
  /** Names that are looked at at all. */
  names: 1000,
  files: 200,
  fileBytes: 65_536,
  bytes: 4 * 1024 * 1024,
}

export interface OutboxContent {
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly refused: readonly string[]
}

export async function readOutboxFolder(folder: string): Promise<OutboxContent> {
  const { names, more } = await listNames(folder)
  const refused = more ? [`the outbox holds more than ${OUTBOX_LIMITS.names} files; only so many were looked at`] : []
  const files: { name: string; text: string }[] = []
  let bytes = 0
  for (const name of names) {
    const read = await readOne(join(folder, name)).catch((error: NodeJS.ErrnoException) => problem(error.code))
    const left = OUTBOX_LIMITS.bytes - bytes
    if ('problem' in read) refused.push(`${shown(name)}: ${read.problem}`)
    else if (files.length === OUTBOX_LIMITS.files || read.content.length > left) {
      refused.push(`${shown(name)}: the outbox is full (${OUTBOX_LIMITS.files} files, ${OUTBOX_LIMITS.bytes} bytes)`)
    } else {
      const text = decode(read.content)
      bytes += read.content.length
      if (text === undefined) refused.push(`${shown(name)}: it is not UTF-8`)
      else files.push({ name, text })
    }
  }
  return { files, refused }
}

async function listNames(folder: string): Promise<{ names: readonly string[]; more: boolean }> {
  const names: string[] = []
  for await (const { name } of await opendir(folder)) {
    if (names.length === OUTBOX_LIMITS.names) return { names: names.sort(), more: true }
    names.push(name)
  }
  return { names: names.sort(), more: false }
}

type Read = { readonly content: Buffer } | { readonly problem: string }

// Opened without following a link and without waiting for whoever has a pipe's other end, and judged when it is open:
// then it can no longer become something else.
async function readOne(path: string): Promise<Read> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const stat = await file.stat()
  if (!stat.isFile()) return { problem: 'it is no regular file' }
  if (stat.nlink > 1) return { problem: 'it is a hard link' }
  if (stat.size > OUTBOX_LIMITS.fileBytes) return problem('EFBIG')
  const { bytesRead, buffer } = await file.read(Buffer.alloc(stat.size), 0, stat.size, 0)
  return { content: buffer.subarray(0, bytesRead) }
}

function problem(code: string | undefined): { problem: string } {
  switch (code) {
    case 'ELOOP':
      return { problem: 'it is a link' }
    case 'EACCES':
      return { problem: 'it is not readable for the user that Claude works as' }
    case 'ENXIO':
      return { problem: 'it is no regular file' }
    case 'EFBIG':
      return { problem: `it has more than ${OUTBOX_LIMITS.fileBytes.toLocaleString('en')} bytes` }
    default:
      return { problem: code ?? 'it can not be read' }
  }
}

function decode(content: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return undefined
  }
}

/** A name in a report: on one line, and not without end. */
const shown = (name: string) => JSON.stringify(name.slice(0, 80))

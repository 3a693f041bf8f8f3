// Headers of the tar stream, in the pax format: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
// Twenty thousand small files are mostly headers, so they are made without a stream object for each.

export interface TarEntry {
  /** At most a few kilobytes; any bytes but NUL. */
  readonly name: string
  readonly mode: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly type: 'file' | 'link' | 'folder'
  /** Bytes that follow; 0 unless it is a file. */
  readonly size: number
  /** Where a link points. */
  readonly target?: string
}

export const BLOCK = 512
const TYPE_FLAGS = { file: '0', link: '2', folder: '5' } as const
// Twelve octal digits less one hold 8 GiB.
const MOST_OCTAL = 0o77777777777

/** The header of an entry, with a pax header before it where a name is too long or not ASCII. */
export function tarHeader(entry: TarEntry): Buffer {
  const long: [string, string][] = []
  if (!fits(entry.name)) long.push(['path', entry.name])
  if (entry.target !== undefined && !fits(entry.target)) long.push(['linkpath', entry.target])
  if (entry.size > MOST_OCTAL) long.push(['size', String(entry.size)])
  if (long.length === 0) return block(entry, TYPE_FLAGS[entry.type])
  const records = Buffer.concat(long.map(([key, value]) => paxRecord(key, value)))
  const pax = { name: 'pax', mode: 0o644, mtime: 0, type: 'file' as const, size: records.length }
  return Buffer.concat([block(pax, 'x'), records, padding(records.length), block(entry, TYPE_FLAGS[entry.type])])
}

/** Zeros that fill the last block of a file's bytes. */
export const padding = (size: number) => ZEROS.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK)

const ZEROS = Buffer.alloc(BLOCK)

/** The end of an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK)

const fits = (text: string) => text.length <= 100 && /^[\x20-\x7e]*$/.test(text)

function block(entry: TarEntry, flag: string): Buffer {
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, digits: number) =>
    header.write(value.toString(8).padStart(digits, '0'), at, 'latin1')
  header.write(entry.name, 0, 100, 'utf8')
  octal(entry.mode, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(Math.min(entry.size, MOST_OCTAL), 124, 11)
  octal(Math.min(Math.max(0, entry.mtime), MOST_OCTAL), 136, 11)
  header.fill(0x20, 148, 156)
  header.write(flag, 156, 'latin1')
  if (entry.target !== undefined) header.write(entry.target, 157, 100, 'utf8')
  header.write('ustar\x0000', 257, 'latin1')
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

// `<length> <key>=<value>\n`, where the length counts its own digits too.
function paxRecord(key: string, value: string): Buffer {
  const body = Buffer.from(` ${key}=${value}\n`)
  let length = body.length
  while (String(length).length + body.length !== length) length = String(length).length + body.length
  return Buffer.concat([Buffer.from(String(length)), body])
}

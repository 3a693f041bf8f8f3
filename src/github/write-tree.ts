// Writes the files of a commit, byte for byte as git keeps them: no filter runs, no line ends change, no link is followed.
import { closeSync, constants, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { AirlockError } from '../ports/errors.ts'
import type { IsolatedGit } from './isolated-git.ts'
import type { TreeEntry } from './trees.ts'

/** Thrown where the objects are not all there, as in a partial clone. */
export class MissingObject extends Error {}

/** @param folder new and empty: nothing is overwritten */
export async function writeTree(git: IsolatedGit, entries: readonly TreeEntry[], folder: string): Promise<void> {
  const made = new Set<string>()
  const place = (path: string) => {
    const full = join(folder, path)
    const parent = dirname(full)
    if (!made.has(parent)) mkdirSync(parent, { recursive: true })
    made.add(parent)
    return full
  }
  // A submodule's files are in another repository.
  for (const { path } of entries.filter(({ mode }) => mode === '160000')) mkdirSync(place(path))
  const files = entries.filter(({ mode }) => mode !== '160000')
  if (files.length === 0) return
  const child = git.start(['cat-file', '--batch', '--buffer'])
  child.stdin.end(files.map(({ sha }) => `${sha}\n`).join(''))
  const reader = new Reader(child.stdout)
  try {
    for (const { path, mode, sha } of files) await writeOne(reader, sha, mode, place(path))
  } finally {
    child.kill('SIGKILL')
    await child.done
  }
}

async function writeOne(reader: Reader, sha: string, mode: TreeEntry['mode'], full: string): Promise<void> {
  const head = await reader.line()
  const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(head)?.[1] ?? Number.NaN)
  if (Number.isNaN(size)) throw new MissingObject(`${sha}: ${head.slice(0, 100)}`)
  if (mode === '120000') {
    const target = Buffer.concat(await collect(reader.bytes(size)))
    if (target.length === 0 || target.includes(0)) throw new AirlockError('input', `${full} is no link`)
    symlinkSync(target, full)
  } else {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    const file = openSync(full, flags, mode === '100755' ? 0o755 : 0o644)
    try {
      for await (const chunk of reader.bytes(size))
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at)
    } finally {
      closeSync(file)
    }
  }
  await reader.line()
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<readonly Buffer[]> {
  const all: Buffer[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

class Reader {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next()
    if (done) throw new MissingObject('git ended early')
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value])
  }

  async line(): Promise<string> {
    for (let end = this.#rest.indexOf(10); ; end = this.#rest.indexOf(10)) {
      if (end !== -1) {
        const line = this.#rest.subarray(0, end).toString('utf8')
        this.#rest = this.#rest.subarray(end + 1)
        return line
      }
      await this.#more()
    }
  }

  async *bytes(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0) await this.#more()
      const chunk = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(chunk.length)
      left -= chunk.length
      yield chunk
    }
  }
}

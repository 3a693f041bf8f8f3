// Reads the helper's output: named sections of announced length. The helper read hostile files, so lengths are bounded.
import type { Readable } from 'node:stream'

export class SectionReader {
  readonly #source: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)
  #left: number

  /** @param maxBytes of all sections together */
  constructor(stream: Readable, maxBytes: number) {
    this.#source = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    this.#left = maxBytes
  }

  /** The next section; undefined at the end. Throws RangeError when the output is too long, Error when it is garbled. */
  async next(): Promise<{ readonly name: string; readonly data: Buffer } | undefined> {
    const head = await this.#line()
    if (head === undefined) return undefined
    const match = /^@([a-z-]+) (\d{1,15})$/.exec(head)
    if (!match) throw new Error('the helper’s output can not be read')
    const size = Number(match[2])
    this.#left -= size
    if (this.#left < 0) throw new RangeError('the changes are larger than allowed')
    return { name: match[1] ?? '', data: await this.#bytes(size) }
  }

  /** The next section, which has to have this name. */
  async expect(name: string): Promise<Buffer> {
    const section = await this.next()
    if (section?.name !== name) throw new Error(`the helper gave ${section?.name ?? 'nothing'} instead of ${name}`)
    return section.data
  }

  async #line(): Promise<string | undefined> {
    let end = this.#rest.indexOf(10)
    while (end === -1) {
      if (this.#rest.length > 256) throw new Error('the helper’s output can not be read')
      if (!(await this.#more())) return undefined
      end = this.#rest.indexOf(10)
    }
    const line = this.#rest.subarray(0, end).toString('latin1')
    this.#rest = this.#rest.subarray(end + 1)
    return line
  }

  async #bytes(size: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let have = 0
    while (have < size) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new Error('the helper’s output ended too early')
      const part = this.#rest.subarray(0, size - have)
      parts.push(part)
      have += part.length
      this.#rest = this.#rest.subarray(part.length)
    }
    return Buffer.concat(parts)
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#source.next()
    if (done) return false
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value])
    return true
  }
}

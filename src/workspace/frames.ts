// Many small pieces become few large writes, and each write is announced by its length: the helper hands the pieces to
// tar until the frame of length 0, and what comes after that is the next archive.
import type { Writable } from 'node:stream'

const FRAME = 4 * 1024 * 1024

export class FrameWriter {
  readonly #out: Writable
  #frame = Buffer.allocUnsafe(FRAME)
  #filled = 0

  constructor(out: Writable) {
    this.#out = out
  }

  /** Takes the piece at once; true when the caller has to wait for `flushed` before the next. */
  add(piece: Buffer): boolean {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.copy(this.#frame, this.#filled, at)
      this.#filled += taken
      at += taken
      if (this.#filled === FRAME) this.#send()
    }
    return this.#out.writableNeedDrain
  }

  /** Resolves when the reader has caught up; rejects when it has gone away. */
  async flushed(): Promise<void> {
    const out = this.#out
    if (out.destroyed) throw gone()
    if (!out.writableNeedDrain) return
    await new Promise<void>((resolve, reject) => {
      const settle = (end: () => void) => () => {
        out.off('drain', drained).off('close', closed)
        end()
      }
      const drained = settle(resolve)
      const closed = settle(() => reject(gone()))
      out.on('drain', drained).on('close', closed)
    })
  }

  /** Sends what is left and the frame that ends the archive. */
  async end(): Promise<void> {
    this.#send()
    this.#out.write('0\n')
    await this.flushed()
  }

  #send(): void {
    if (this.#filled === 0) return
    this.#out.write(`${this.#filled}\n`)
    this.#out.write(this.#frame.subarray(0, this.#filled))
    // The old one belongs to the stream until it is written.
    this.#frame = Buffer.allocUnsafe(FRAME)
    this.#filled = 0
  }
}

const gone = () => new Error('the helper has gone away')

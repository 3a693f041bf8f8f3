// The transcript on disk: what Claude's process wrote, byte for byte.
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { AirlockError } from '../ports/errors.ts'

export interface Transcript {
  write(chunk: Buffer): void
  /** Whether something could not be written. */
  failed(): boolean
  /** Resolves when all is on disk, or with why it is not. */
  close(): Promise<AirlockError | undefined>
}

export function openTranscript(file: string): Transcript {
  const stream = createWriteStream(file, { mode: 0o600 })
  let failure: Error | undefined
  // Without a listener the error would end the process, and leave the work and the containers behind.
  stream.on('error', (error) => {
    failure ??= error
  })
  return {
    write: (chunk) => void stream.write(chunk),
    failed: () => failure !== undefined,
    async close() {
      stream.end()
      await finished(stream).catch(() => {})
      return failure && unwritten(file, failure)
    },
  }
}

const unwritten = (file: string, cause: Error) =>
  new AirlockError('claude', 'the transcript could not be written, so Claude was stopped', {
    where: file,
    detail: cause.message,
    next: 'Free space where the output goes, or choose another folder (output_dir).',
    cause,
  })

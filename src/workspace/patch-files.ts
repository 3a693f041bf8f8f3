// A patch on disk: what is accepted, what waits for a person, and the list of both with the reasons.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AirlockError } from '../ports/errors.ts'
import type { Patch } from './patch.ts'

export interface PatchFiles {
  /** Absolute paths. */
  readonly patch: string
  readonly changes: string
  /** Only where something was withheld. */
  readonly withheld?: string
}

/** Errors: `patch`, naming the file that could not be written. */
export async function writePatchFiles(
  directory: string,
  { patch, withheld, changes, refusals }: Patch,
): Promise<PatchFiles> {
  const files = { patch: join(directory, 'changes.patch'), changes: join(directory, 'changes.json') }
  const held = withheld.length === 0 ? {} : { withheld: join(directory, 'withheld.patch') }
  await write(files.patch, patch)
  if (held.withheld !== undefined) await write(held.withheld, withheld)
  // The last one says that the others are whole.
  await write(files.changes, `${JSON.stringify({ changes, refusals }, undefined, 2)}\n`)
  return { ...files, ...held }
}

async function write(file: string, data: string | Buffer): Promise<void> {
  await writeFile(file, data).catch((error: Error) => {
    throw new AirlockError('patch', 'the changes could not be written to the output folder', {
      where: file,
      detail: error.message,
      next: 'Free space where the output goes, or choose another folder (output_dir). The workspace is kept in its volume.',
      cause: error,
    })
  })
}

// Reads what Claude left to be said on GitHub: what it told the gateway's tools, and what `gh` put into the outbox.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseOutbox } from '../github/outbox.ts'
import { AirlockError } from '../ports/errors.ts'
import { type BriefingVolumes, readOutbox } from '../sandbox/briefing.ts'
import { runNames } from '../sandbox/names.ts'
import type { Running } from './boot.ts'
import type { Stage } from './stage.ts'

export function briefingVolumes(runId: string, image: string): BriefingVolumes {
  const { contextVolume, outboxVolume } = runNames(runId)
  return { context: contextVolume, outbox: outboxVolume, image, runId }
}

const unwritten = (file: string, cause: Error) =>
  new AirlockError('sandbox', 'the outbox could not be written to the output folder', {
    where: file,
    detail: cause.message,
    next: 'Free space where the output goes, or choose another folder (output_dir).',
    cause,
  })

const CUT = 'the gateway no longer answered: calls of its tools may be missing'

/** Of runs with a briefing, once everything inside is halted. Errors: `sandbox`. */
export async function collectOutbox(running: Running, { request, record, docker }: Stage): Promise<void> {
  const { briefing, runId, outputDir } = request
  if (!briefing) return
  const { owner, image } = running.volumes
  const [complete, { files, refused }] = await Promise.all([
    running.link.caughtUp(),
    readOutbox(briefingVolumes(runId, image), owner, { docker }),
  ])
  const calls = running.link.events.filter((event) => event.event === 'call')
  const raw = { calls, files, refused: complete ? refused : [CUT, ...refused] }
  record.outbox = parseOutbox(raw, briefing.subject)
  record.notes.push(...record.outbox.refused.map((reason) => `not taken from the outbox: ${reason}`))
  const file = join(outputDir, 'outbox.json')
  await writeFile(file, `${JSON.stringify(record.outbox, undefined, 2)}\n`).catch((error: Error) => {
    throw unwritten(file, error)
  })
  record.output.outbox = file
}

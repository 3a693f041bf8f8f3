// The pipeline: a call a step, no logic.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RunRecord } from './report/record.ts'
import type { RunResult } from './report/run-result.ts'
import type { RunRequest } from './request/run-request.ts'
import { bootStage } from './stages/boot.ts'
import { collect } from './stages/collect.ts'
import { finish } from './stages/finish.ts'
import { images } from './stages/images.ts'
import { prepare } from './stages/prepare.ts'
import type { RunDeps, Stage } from './stages/stage.ts'
import { work } from './stages/work.ts'

const OUTPUT_FILES = [
  ...['result.json', 'transcript.jsonl', 'execution.json'],
  ...['changes.patch', 'changes.json', 'withheld.patch', 'outbox.json'],
]

export type { RunDeps } from './stages/stage.ts'

/**
 * Runs Claude for a request. Failures of the run are in the result, nothing is thrown for them; only a folder that can't
 * be written to is.
 */
export async function run(request: RunRequest, deps: RunDeps): Promise<RunResult> {
  await freshFolder(request.outputDir)
  const record = new RunRecord(request.runId, request.outputDir, join(request.outputDir, 'result.json'))
  const stage: Stage = { ...deps, request, record }
  deps.host.info(`Run ${request.runId}; what comes of it goes to ${request.outputDir}`)
  let unsaved = false
  const close = deps.host.section('Preparing the sandbox')
  try {
    const prepared = await prepare(stage)
    const made = await images(prepared, stage)
    const running = await bootStage(prepared, made, stage)
    close()
    unsaved = true
    const ended = await work(running, join(request.outputDir, 'transcript.jsonl'), stage)
    if (ended) record.fail(ended)
    await collect(running, stage)
    unsaved = false
  } catch (error) {
    record.fail(error)
    close()
  }
  return finish(unsaved, stage)
}

// What an earlier run wrote to the same folder must not pass for this one's: neither with a reader nor with a sweep.
async function freshFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await Promise.all(OUTPUT_FILES.map((name) => rm(join(folder, name), { force: true })))
}

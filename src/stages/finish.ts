// The end of every run: nothing of it stays in the engine, and the whole story is on disk.
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { asAirlockError } from '../ports/errors.ts'
import type { RunResult } from '../report/run-result.ts'
import { runNames } from '../sandbox/names.ts'
import { sweep } from '../sandbox/sweep.ts'
import type { Stage } from './stage.ts'

// A command that was cut off can leave the engine making one more container; a second look finds it.
const SETTLE_MS = 400

/** @param unsaved whether the workspace's volume holds work that was not brought back */
export async function finish(unsaved: boolean, stage: Stage): Promise<RunResult> {
  const { request, record, docker, signal } = stage
  const { runId } = request
  if (unsaved) record.keptVolume = runNames(runId).workspaceVolume
  await record.time('stop', async () => {
    try {
      await sweep(docker, { runId, keep: record.keptVolume })
      if (record.error || signal.aborted) {
        await sleep(SETTLE_MS)
        await sweep(docker, { runId, keep: record.keptVolume })
      }
    } catch (error) {
      record.fail(error)
    }
  })
  // What failed because of the cancellation is not the story.
  if (signal.aborted) record.cancel()
  try {
    await writeFile(record.output.result, `${JSON.stringify(record.result(), undefined, 2)}\n`)
  } catch (error) {
    record.fail(asAirlockError(error, 'patch', `the result could not be written to ${record.output.result}`))
  }
  return record.result()
}

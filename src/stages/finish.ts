// The end of every run: nothing of it stays in the engine, and the whole story is on disk.
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunResult } from '../report/run-result.ts'
import { sweep } from '../sandbox/sweep.ts'
import type { Stage } from './stage.ts'

// A command that was cut off can leave the engine making one more container; a second look finds it.
const SETTLE_MS = 400

export async function finish(keepVolumes: boolean, stage: Stage): Promise<RunResult> {
  const { request, record, docker, signal } = stage
  await record.time('stop', async () => {
    try {
      await sweep(docker, { runId: request.runId, keepVolumes })
      if (record.error || signal.aborted) {
        await sleep(SETTLE_MS)
        await sweep(docker, { runId: request.runId, keepVolumes })
      }
    } catch (error) {
      record.fail(error)
    }
  })
  // What failed because of the cancellation is not the story.
  if (signal.aborted) record.cancel()
  const result = record.result()
  await writeFile(record.output.result, `${JSON.stringify(result, undefined, 2)}\n`)
  return result
}

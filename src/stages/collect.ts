// Brings the work back: every process stopped, the patch computed away from the host, judged, and written.
import type { Docker } from '../ports/docker.ts'
import { waitForEngine } from '../sandbox/engine.ts'
import { writePatchFiles } from '../workspace/patch-files.ts'
import { readPatch } from '../workspace/read.ts'
import type { Running } from './boot.ts'
import { collectOutbox } from './outbox.ts'
import type { Stage } from './stage.ts'

/** Errors: `patch` and `engine`. */
export async function collect(running: Running, stage: Stage): Promise<void> {
  await running.halt()
  // An outbox that can't be read is a failure, but none that may cost the patch.
  await Promise.all([
    collectPatch(running, stage),
    overRestart(stage.docker, () => collectOutbox(running, stage)).catch((error) => stage.record.fail(error)),
  ])
}

async function collectPatch(running: Running, stage: Stage): Promise<void> {
  const { request, record, docker } = stage
  await record.time('patch', async () => {
    const policy = { ...running.policy, contents: stage.onPatch !== undefined }
    const patch = await overRestart(docker, () => readPatch(running.volumes, policy, stage))
    record.patch = patch
    Object.assign(record.output, await writePatchFiles(request.outputDir, patch))
    stage.onPatch?.(patch)
  })
}

// An engine that is going down may still have answered a moment ago. Reading changes nothing, so it can be done again.
async function overRestart<T>(docker: Docker, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (await waitForEngine(docker)) return work()
    throw error
  }
}

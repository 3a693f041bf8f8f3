// Brings the work back: every process stopped, the patch computed away from the host, judged, and written.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Docker } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import { waitForEngine } from '../sandbox/engine.ts'
import { readPatch } from '../workspace/read.ts'
import type { Running } from './boot.ts'
import { collectOutbox } from './outbox.ts'
import type { Stage } from './stage.ts'

/** Errors: `patch` and `engine`. */
export async function collect(running: Running, prefix: string, stage: Stage): Promise<void> {
  await running.halt()
  // An outbox that can't be read is a failure, but none that may cost the patch.
  await Promise.all([
    collectPatch(running, prefix, stage),
    collectOutbox(running, stage).catch((error) => stage.record.fail(error)),
  ])
}

async function collectPatch(running: Running, prefix: string, stage: Stage): Promise<void> {
  const { request, record, docker } = stage
  const directory = request.outputDir
  await record.time('patch', async () => {
    const { limits, protectedPaths } = request
    const policy = {
      ...{ protectedPaths, maxFiles: limits.patchFiles, maxBytes: limits.patchBytes, pathPrefix: prefix },
      contents: stage.onPatch !== undefined,
    }
    const patch = await overRestart(docker, () => readPatch(running.volumes, policy, stage))
    record.patch = patch
    const write = async (name: 'patch' | 'withheld' | 'changes', file: string, data: string | Buffer) => {
      await writeFile(join(directory, file), data).catch((error: Error) => {
        throw unwritten(join(directory, file), error)
      })
      record.output[name] = join(directory, file)
    }
    await write('patch', 'changes.patch', patch.patch)
    const { changes, refusals } = patch
    await write('changes', 'changes.json', `${JSON.stringify({ changes, refusals }, undefined, 2)}\n`)
    if (patch.withheld.length > 0) await write('withheld', 'withheld.patch', patch.withheld)
    stage.onPatch?.(patch)
  })
}

const unwritten = (file: string, cause: Error) =>
  new AirlockError('patch', 'the changes could not be written to the output folder', {
    where: file,
    detail: cause.message,
    next: 'Free space where the output goes, or choose another folder (output_dir). The workspace is kept in its volume.',
    cause,
  })

// An engine that is going down may still have answered a moment ago. Reading changes nothing, so it can be done again.
async function overRestart<T>(docker: Docker, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (await waitForEngine(docker)) return work()
    throw error
  }
}

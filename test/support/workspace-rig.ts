// A workspace without the rest of a run: copied in by the helper, changed by a shell in a container of its own, read back.
import { randomBytes } from 'node:crypto'
import { dockerClient } from '../../src/ports/docker.ts'
import { installation } from '../../src/ports/installation.ts'
import { allowedEnvironment, hostProcess } from '../../src/ports/process.ts'

import { ensureGatewayImage } from '../../src/sandbox/gateway-image.ts'
import { runNames } from '../../src/sandbox/names.ts'
import { createVolumes } from '../../src/sandbox/start.ts'
import { sweep } from '../../src/sandbox/sweep.ts'
import { fillWorkspace } from '../../src/workspace/fill.ts'
import type { Patch } from '../../src/workspace/patch.ts'
import { type PatchPolicy, readPatch } from '../../src/workspace/read.ts'
import { takeSnapshot } from '../../src/workspace/snapshot.ts'
import { ROOT } from './steps.ts'

export interface CopyOptions {
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  /** Added to the environment of git on the host. */
  readonly env?: Readonly<Record<string, string>>
  /** Called between the listing of the files and their copying. */
  readonly meanwhile?: () => void
}

export interface Workspace extends AsyncDisposable {
  readonly notes: readonly string[]
  /** Milliseconds from the first look at the files until all is in the volumes. */
  readonly copiedInMs: number
  /** Runs a shell script in the copy, as the user who owns it; returns its output. Throws unless it exits 0. */
  sh(script: string): Promise<string>
  patch(policy?: Partial<PatchPolicy>): Promise<Patch>
}

const OWNER = { uid: 1000, gid: 1000 }

export function hostDeps(env: Readonly<Record<string, string>> = {}) {
  const process_ = hostProcess({ ...allowedEnvironment(process.env), ...SAFE, ...env })
  return { process: process_, docker: dockerClient(process_) }
}

// The tests' folders may belong to another user than the one who runs the tests.
const SAFE = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' }

export async function copyIn(directory: string, options: CopyOptions = {}): Promise<Workspace> {
  const deps = hostDeps(options.env)
  const { docker } = deps
  const image = await ensureGatewayImage(docker, installation(ROOT))
  const began = performance.now()
  const snapshot = await takeSnapshot(
    { directory, include: options.include ?? [], exclude: options.exclude ?? [] },
    deps,
  )
  options.meanwhile?.()
  const runId = `t${randomBytes(4).toString('hex').slice(1)}`
  const names = runNames(runId)
  const volumes = {
    ...{ workspace: names.workspaceVolume, baseline: names.baselineVolume, image, owner: OWNER, runId },
  }
  const remove = () => sweep(docker, { runId })
  try {
    await createVolumes(docker, names, runId, { briefed: false, trusted: false }, {})
    await fillWorkspace(snapshot, volumes, { ...deps, signal: new AbortController().signal }).done
    const copiedInMs = performance.now() - began
    const shell = (user: string, script: string) =>
      docker.expect('the script in the workspace', [
        ...['run', '--rm', '--network', 'none', '--label', `airlock.run=${runId}`],
        ...['--user', user, '--env', 'HOME=/tmp', '--workdir', '/workspace'],
        ...['--volume', `${volumes.workspace}:/workspace`, '--entrypoint', '/bin/bash', image, '-ec', script],
      ])
    // As a run does in its sandbox.
    await shell('0:0', 'chown 1000:1000 /workspace')
    return {
      notes: snapshot.notes,
      copiedInMs,
      sh: (script) => shell('1000:1000', script),
      patch: (policy = {}) => readPatch(volumes, { ...POLICY, pathPrefix: snapshot.prefix, ...policy }, { docker }),
      [Symbol.asyncDispose]: async () => void (await remove()),
    }
  } catch (error) {
    await remove()
    throw error
  }
}

const POLICY = { protectedPaths: [], definingPaths: [], contents: false, maxFiles: 10_000, maxBytes: 64 * 1024 * 1024 }

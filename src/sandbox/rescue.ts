// Brings back the work of a run whose process was killed, from what its volumes say about themselves.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Docker } from '../ports/docker.ts'
import { isRunning, thisProcess } from '../ports/owner.ts'
import type { WorkspaceVolumes } from '../workspace/fill.ts'
import { writePatchFiles } from '../workspace/patch-files.ts'
import { type PatchPolicy, readPatch } from '../workspace/read.ts'
import { runNames } from './names.ts'

const OWNER = 'airlock.owner'
const WORK = 'airlock.work'

/** What a run has to leave behind for its work to be brought back without it. */
export interface Work {
  readonly volumes: WorkspaceVolumes
  readonly policy: PatchPolicy
  readonly outputDir: string
}

/** Labels of the workspace's volume: whose it is, and how to bring back what is in it. */
export function workLabels(
  volumes: WorkspaceVolumes,
  policy: PatchPolicy,
  outputDir: string,
): Readonly<Record<string, string>> {
  const work: Work = { volumes, policy, outputDir }
  return { [OWNER]: thisProcess(), [WORK]: JSON.stringify(work) }
}

export type Labels = Readonly<Record<string, string>>

/** The labels of a run's workspace volume; empty when there is none. */
export async function labelsOf(docker: Docker, runId: string): Promise<Labels> {
  const { workspaceVolume } = runNames(runId)
  const found = await docker.run(['volume', 'inspect', '--format', '{{json .Labels}}', workspaceVolume])
  return found.exitCode === 0 ? ((JSON.parse(found.stdout.toString('utf8')) as Labels | null) ?? {}) : {}
}

/** Whether the run's process is still there; undefined where this machine can't know. */
export const belongsToRunning = (labels: Labels): boolean | undefined => isRunning(labels[OWNER] ?? '')

/** Undefined for volumes that do not say. */
export function readWork(labels: Labels): Work | undefined {
  try {
    return labels[WORK] === undefined ? undefined : (JSON.parse(labels[WORK]) as Work)
  } catch {
    return undefined
  }
}

/**
 * Whether the volume alone may hold work: the transcript is begun together with Claude, and the list of changes is the
 * last of the patch's files. Without the folder nobody can know.
 */
export function isAtStake(outputDir: string): boolean {
  const has = (file: string) => existsSync(join(outputDir, file))
  return !existsSync(outputDir) || (has('transcript.jsonl') && !has('changes.json'))
}

/** Writes the patch of a run that nothing changes any more into its output folder. Errors: `patch` and `engine`. */
export async function rescue(docker: Docker, { volumes, policy, outputDir }: Work): Promise<string> {
  const patch = await readPatch(volumes, policy, { docker })
  await mkdir(outputDir, { recursive: true })
  return (await writePatchFiles(outputDir, patch)).patch
}

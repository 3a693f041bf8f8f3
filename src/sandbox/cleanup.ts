// What `airlock sweep` and the Action's post step do: runs that were killed are brought to the end that they would have had.
import type { Docker } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import { runNames } from './names.ts'
import { belongsToRunning, isAtStake, type Labels, labelsOf, readWork, rescue } from './rescue.ts'
import { type Leftover, leftovers, remove } from './sweep.ts'

export interface CleanupOptions {
  readonly dryRun?: boolean
  /** This run, even if it goes on; without it, all that don't. */
  readonly runId?: string
  /** Removes work, too, that can't be brought back. */
  readonly discard?: boolean
}

export interface Cleanup {
  /** In the order of removal; with `dryRun`, what would be removed. */
  readonly removed: readonly Leftover[]
  /** Patches that were brought back. */
  readonly rescued: readonly { readonly runId: string; readonly patch: string }[]
  /** Volumes that hold work which could not be brought back. */
  readonly kept: readonly { readonly runId: string; readonly volume: string; readonly why: string }[]
  /** Runs that go on, and were left alone. */
  readonly running: readonly string[]
}

/** Errors: `engine`. */
export async function cleanUp(docker: Docker, options: CleanupOptions = {}): Promise<Cleanup> {
  const found = await leftovers(docker, options.runId)
  const runs = [...new Set(found.map(({ runId }) => runId))]
  const ends = await Promise.all(
    runs.map((runId) =>
      endRun(
        docker,
        runId,
        found.filter((object) => object.runId === runId),
        options,
      ),
    ),
  )
  return {
    removed: ends.flatMap((end) => end.removed),
    rescued: ends.flatMap((end) => end.rescued),
    kept: ends.flatMap((end) => end.kept),
    running: ends.flatMap((end) => end.running),
  }
}

const isContainer = ({ kind }: Leftover) => kind === 'container'

const NOTHING: Cleanup = { removed: [], rescued: [], kept: [], running: [] }

async function endRun(
  docker: Docker,
  runId: string,
  found: readonly Leftover[],
  { dryRun = false, discard, runId: asked }: CleanupOptions,
): Promise<Cleanup> {
  const labels = await labelsOf(docker, runId)
  if (asked === undefined && (belongsToRunning(labels) ?? (await hasGateway(docker, runId)))) {
    return { ...NOTHING, running: [runId] }
  }
  const { baselineVolume, workspaceVolume } = runNames(runId)
  const work = found.filter(({ name }) => name === workspaceVolume || name === baselineVolume)
  // Whatever could still change the workspace goes first.
  const others = found.filter((object) => !work.includes(object))
  if (!dryRun) await remove(docker, others)
  const saved = discard || work.length === 0 ? {} : await save(docker, labels, work.length === 2, dryRun)
  const kept = saved.why === undefined ? [] : [{ runId, volume: workspaceVolume, why: saved.why }]
  const gone = kept.length === 0 ? work : []
  // The helper that gave up reading may not have ended yet.
  const helpers = saved.why === undefined ? [] : (await leftovers(docker, runId)).filter(isContainer)
  if (!dryRun) await remove(docker, [...helpers, ...gone])
  return {
    ...{ ...NOTHING, removed: [...others, ...gone], kept },
    rescued: saved.patch === undefined ? [] : [{ runId, patch: saved.patch }],
  }
}

async function save(
  docker: Docker,
  labels: Labels,
  whole: boolean,
  dryRun: boolean,
): Promise<{ readonly patch?: string; readonly why?: string }> {
  const work = readWork(labels)
  if (work === undefined || !isAtStake(work.outputDir)) return {}
  // The run itself tried and failed, and left the workspace alone.
  if (!whole) return { why: 'The run said why when it ended.' }
  if (dryRun) return {}
  try {
    return { patch: await rescue(docker, work) }
  } catch (error) {
    return { why: error instanceof AirlockError ? error.describe() : String(error) }
  }
}

// A run of another machine on the same engine: its gateway ends with its process.
async function hasGateway(docker: Docker, runId: string): Promise<boolean> {
  const filters = ['--filter', `label=airlock.run=${runId}`, '--filter', 'label=airlock.role=gateway']
  return (await docker.expect('listing the gateways', ['ps', '--quiet', ...filters])) !== ''
}

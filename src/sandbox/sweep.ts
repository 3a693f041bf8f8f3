// Finds what runs left in the engine, by label, and removes it.
import type { Docker } from '../ports/docker.ts'
import { RUN_LABEL } from '../ports/docker.ts'

export interface Leftover {
  readonly kind: 'container' | 'network' | 'volume'
  readonly id: string
  readonly name: string
  readonly runId: string
}

export interface SweepOptions {
  readonly dryRun?: boolean
  /** Only this run's objects; all runs' when undefined. */
  readonly runId?: string
  /** Leaves this volume alone: it holds work that could not be brought back. */
  readonly keep?: string | undefined
}

const LISTINGS = [
  { kind: 'container', args: ['container', 'ls', '--all', '--no-trunc'], id: '{{.ID}}', name: '{{.Names}}' },
  { kind: 'network', args: ['network', 'ls', '--no-trunc'], id: '{{.ID}}', name: '{{.Name}}' },
  { kind: 'volume', args: ['volume', 'ls'], id: '{{.Name}}', name: '{{.Name}}' },
] as const

/**
 * Removes containers, then networks, then volumes. Idempotent: what is gone already is no error.
 * Returns what was found, in the order of removal.
 */
export async function sweep(docker: Docker, options: SweepOptions = {}): Promise<readonly Leftover[]> {
  const found = (await leftovers(docker, options.runId)).filter(({ name }) => name !== options.keep)
  if (options.dryRun) return found
  const ids = (kind: Leftover['kind']) => found.filter((object) => object.kind === kind).map((object) => object.id)
  // Containers hold networks and volumes; the networks and volumes do not hold each other.
  await remove(docker, ['container', 'rm', '--force', '--volumes'], ids('container'))
  await Promise.all([
    remove(docker, ['network', 'rm', '--force'], ids('network')),
    remove(docker, ['volume', 'rm', '--force'], ids('volume')),
  ])
  return found
}

async function leftovers(docker: Docker, runId: string | undefined): Promise<readonly Leftover[]> {
  const filter = `label=${RUN_LABEL}${runId === undefined ? '' : `=${runId}`}`
  const listed = LISTINGS.map(async ({ kind, args, id, name }) => {
    const format = `${id}\t${name}\t{{.Label "${RUN_LABEL}"}}`
    const output = await docker.expect(`listing ${kind}s`, [...args, '--filter', filter, '--format', format])
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'))
      .map(
        ([objectId = '', objectName = '', run = '']): Leftover => ({
          kind,
          id: objectId,
          name: objectName,
          runId: run,
        }),
      )
  })
  return (await Promise.all(listed)).flat()
}

async function remove(docker: Docker, command: readonly string[], ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const result = await docker.run([...command, ...ids])
  if (result.exitCode === 0 || /no such|not found|already in progress/i.test(result.stderr)) return
  // A second try covers what was still being released; its failure is the reader's to see.
  await docker.expect('removing leftovers', [...command, ...ids])
}

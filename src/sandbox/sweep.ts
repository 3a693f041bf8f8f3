// Finds what runs left in the engine, by label, and removes it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Docker } from '../ports/docker.ts'
import { RUN_LABEL } from '../ports/docker.ts'

export interface Leftover {
  readonly kind: 'container' | 'network' | 'volume'
  readonly id: string
  readonly name: string
  readonly runId: string
}

export interface SweepOptions {
  readonly runId: string
  /** Leaves this volume alone: it holds work that could not be brought back. */
  readonly keep?: string | undefined
}

const LISTINGS = [
  { kind: 'container', args: ['container', 'ls', '--all', '--no-trunc'], id: '{{.ID}}', name: '{{.Names}}' },
  { kind: 'network', args: ['network', 'ls', '--no-trunc'], id: '{{.ID}}', name: '{{.Name}}' },
  { kind: 'volume', args: ['volume', 'ls'], id: '{{.Name}}', name: '{{.Name}}' },
] as const

const TRIES = 10
const PAUSE_MS = 300

/**
 * Removes what a run has in the engine. Idempotent: what is gone already is no error. A command that was cut off can leave
 * the engine making one more container, which holds a volume: what can't be removed is looked for anew.
 */
export async function sweep(docker: Docker, { runId, keep }: SweepOptions): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      const found = await leftovers(docker, runId)
      return await remove(
        docker,
        found.filter(({ name }) => name !== keep),
      )
    } catch (error) {
      if (tries === TRIES) throw error
      await sleep(PAUSE_MS)
    }
  }
}

/** Removes containers, then networks and volumes: containers hold those, and they do not hold each other. */
export async function remove(docker: Docker, found: readonly Leftover[]): Promise<void> {
  const ids = (kind: Leftover['kind']) => found.filter((object) => object.kind === kind).map((object) => object.id)
  await removeAll(docker, ['container', 'rm', '--force', '--volumes'], ids('container'))
  await Promise.all([
    removeAll(docker, ['network', 'rm', '--force'], ids('network')),
    removeAll(docker, ['volume', 'rm', '--force'], ids('volume')),
  ])
}

/** What a run has in the engine, or all runs have, in the order of removal. */
export async function leftovers(docker: Docker, runId: string | undefined): Promise<readonly Leftover[]> {
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

async function removeAll(docker: Docker, command: readonly string[], ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { exitCode, stderr } = await docker.run([...command, ...ids])
  const trouble = stderr.split('\n').filter((line) => line.trim() !== '' && !/no such|not found/i.test(line))
  if (exitCode === 0 || trouble.length === 0) return
  // A second try covers what was still being released; its failure is the reader's to see.
  await sleep(PAUSE_MS)
  await docker.expect('removing leftovers', [...command, ...ids])
}

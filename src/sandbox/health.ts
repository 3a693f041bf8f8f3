// Waits until every service is healthy, or says which one is not and why.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Docker, lastLines } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import { type ContainerState, inspect } from './containers.ts'

const POLL_MS = 100

/** @param timeoutMs how long services may take; throws a sandbox error that quotes the service's own words */
export async function waitForServices(
  docker: Docker,
  containers: readonly ContainerState[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (containers.length === 0) return
  const deadline = performance.now() + timeoutMs
  for (;;) {
    signal.throwIfAborted()
    const states = await inspect(
      docker,
      containers.map((container) => container.id),
    )
    await throwIfBroken(docker, states)
    const waiting = states.find((state) => state.health === 'starting')
    if (!waiting) return
    if (performance.now() > deadline) {
      throw await unhealthy(docker, waiting, `was not healthy within ${Math.round(timeoutMs / 1000)} s`)
    }
    await sleep(POLL_MS, undefined, { signal })
  }
}

/** Throws a sandbox error for the first service that is ill or has ended badly, with its own words. */
export async function throwIfBroken(docker: Docker, states: readonly ContainerState[]): Promise<void> {
  const broken = states.find(isBroken)
  if (broken) throw await unhealthy(docker, broken, describeState(broken))
}

// A service that ended well did its job (a migration); one that ended badly, or says it is ill, has failed.
const isBroken = (state: ContainerState) => state.health === 'unhealthy' || (!state.running && state.exitCode !== 0)

const describeState = (state: ContainerState) =>
  state.running ? 'is unhealthy' : `ended with exit code ${state.exitCode}${state.oomKilled ? ' (out of memory)' : ''}`

async function unhealthy(docker: Docker, state: ContainerState, what: string): Promise<AirlockError> {
  const logs = await docker.run(['logs', '--tail', '15', state.id])
  const said = lastLines(`${logs.stdout.toString('utf8')}\n${logs.stderr}`, 15)
  const check = state.healthLog.at(-1)
  return new AirlockError('sandbox', `service ${state.service} ${what}`, {
    detail: [check ? `health check: ${lastLines(check, 4)}` : '', said].filter((text) => text !== '').join('\n'),
    next: `Services have no way to the internet and start with empty volumes. Try it alone: docker compose up ${state.service}`,
  })
}

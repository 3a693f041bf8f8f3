// Whether the engine can keep the promises.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Docker } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'

export interface EngineFacts {
  readonly version: string
  readonly compose: string
  /** How many processors it has; it refuses containers that are given more. */
  readonly cpus: number
}

const NEXT =
  'Install Docker Engine 23.0.11 or newer with Compose 2.24 or newer: https://docs.docker.com/engine/install/'

/** Throws an engine error for an engine that is missing or too old. */
export async function checkEngine(docker: Docker): Promise<EngineFacts> {
  const [version, compose, info] = await Promise.all([
    docker.expect('asking the Docker engine for its version', ['version', '--format', '{{.Server.Version}}']),
    docker.run(['compose', 'version', '--short']),
    docker.run(['info', '--format', '{{.NCPU}}']),
  ])
  if (compose.exitCode !== 0) throw new AirlockError('engine', 'Docker Compose v2 is not installed', { next: NEXT })
  const cpus = Number(info.stdout.toString('utf8')) || Number.POSITIVE_INFINITY
  const facts = { version, compose: compose.stdout.toString('utf8').trim(), cpus }
  const problem = engineProblem(facts)
  if (problem) throw new AirlockError('engine', problem, { next: NEXT })
  return facts
}

/** Why this engine will not do, or undefined. */
export function engineProblem({ version, compose }: Omit<EngineFacts, 'cpus'>): string | undefined {
  const engine = parts(version)
  // Older ones forward DNS queries of internal networks to the outside (CVE-2024-29018), fixed in these three lines.
  const fixed = engine[0] >= 26 || (engine[0] === 25 && engine[2] >= 5) || (engine[0] === 25 && engine[1] > 0)
  const fixed23 = engine[0] === 23 && (engine[1] > 0 || engine[2] >= 11)
  if (!fixed && !fixed23) return `Docker Engine ${version} lets internal networks resolve outside names`
  // These two give containers IPv6 addresses on networks without IPv6, and with them a way to the host (CVE-2024-32473).
  if (engine[0] === 26 && engine[1] === 0 && engine[2] < 2) {
    return `Docker Engine ${version} gives containers IPv6 addresses on networks without IPv6`
  }
  const [major, minor] = parts(compose)
  if (major < 2 || (major === 2 && minor < 24)) return `Docker Compose ${compose} is too old`
  return undefined
}

/** From this version on, a volume's subfolder can be mounted. */
export const mountsSubpaths = (version: string) => parts(version)[0] >= 26

function parts(version: string): readonly [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version
    .replace(/^v/, '')
    .split(/[.+-]/)
    .map((part) => Number.parseInt(part, 10) || 0)
  return [major, minor, patch]
}

const ENGINE_BACK_MS = 60_000

/**
 * Returns at once when the engine answers, which is the ordinary case. One that is being restarted gets a minute.
 * @returns whether it had to be waited for: then containers have been stopped by its end
 */
export async function waitForEngine(docker: Docker): Promise<boolean> {
  const deadline = performance.now() + ENGINE_BACK_MS
  for (let waited = false; ; waited = true) {
    const asked = await docker.run(['version', '--format', '{{.Server.Version}}'], { timeoutMs: 5000 })
    if (asked.exitCode === 0) return waited
    if (performance.now() > deadline) {
      throw new AirlockError('engine', 'the Docker engine stopped answering and did not come back within a minute', {
        detail: asked.stderr.trim(),
        next: 'Start the engine, then let airlock sweep bring back what is in the workspace.',
      })
    }
    await sleep(500)
  }
}

// Brings a topology up.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Docker } from '../ports/docker.ts'
import { RUN_LABEL } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import { type ContainerState, containersOf } from './containers.ts'
import { throwIfBroken } from './health.ts'
import { GATEWAY, type RunNames } from './names.ts'
import type { Topology } from './topology.ts'

export interface Started {
  readonly sandbox: ContainerState
  readonly gateway: ContainerState
  readonly services: readonly ContainerState[]
}

/**
 * The volumes that are filled while the containers start.
 * @param labels more labels for the workspace's volume
 */
export async function createVolumes(
  docker: Docker,
  names: RunNames,
  runId: string,
  { briefed, trusted }: { readonly briefed: boolean; readonly trusted: boolean },
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const create = (name: string) => {
    const all = { [RUN_LABEL]: runId, ...(name === names.workspaceVolume ? labels : {}) }
    const args = Object.entries(all).flatMap(([label, value]) => ['--label', `${label}=${value}`])
    return docker.expect('creating a volume', ['volume', 'create', ...args, name])
  }
  const briefing = briefed ? [names.contextVolume, names.outboxVolume] : []
  const parts = trusted ? [names.trustedVolume, names.trustedBaselineVolume] : []
  await Promise.all([names.workspaceVolume, names.baselineVolume, ...briefing, ...parts].map(create))
}

const UP = ['up', '--detach', '--no-build', '--quiet-pull']

/** Runs `docker compose up`; the compose file is in a private folder for that long only: it may hold service passwords. */
export async function start(
  docker: Docker,
  plan: {
    readonly topology: Topology
    readonly names: RunNames
    readonly runId: string
    readonly sandboxService: string
  },
  signal: AbortSignal,
): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-compose-'))
  try {
    const file = join(folder, 'compose.json')
    await writeFile(file, JSON.stringify(plan.topology.compose), { mode: 0o600 })
    const args = ['compose', '--project-name', plan.names.project, '--file', file, '--progress', 'quiet', ...UP]
    await up(docker, args, plan.runId, signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return sortOut(await containersOf(docker, plan.runId), plan.sandboxService)
}

// Compose waits for what depends on a health check, and its own message names only the container.
async function up(docker: Docker, args: readonly string[], runId: string, signal: AbortSignal): Promise<void> {
  try {
    await docker.expect('starting the services', args, { signal })
  } catch (error) {
    if (!signal.aborted) await throwIfBroken(docker, await containersOf(docker, runId))
    throw error
  }
}

function sortOut(containers: readonly ContainerState[], sandboxService: string): Started {
  const sandbox = containers.find((container) => container.service === sandboxService)
  const gateway = containers.find((container) => container.service === GATEWAY)
  if (!sandbox || !gateway) throw new AirlockError('engine', 'compose did not make all containers of the sandbox')
  if (!sandbox.running) {
    throw new AirlockError('sandbox', `the devcontainer's own process ended with exit code ${sandbox.exitCode}`, {
      next: `Give service ${sandboxService} a command that stays, such as: command: sleep infinity (or overrideCommand: true in devcontainer.json).`,
    })
  }
  return {
    sandbox,
    gateway,
    services: containers.filter((container) => container !== sandbox && container !== gateway),
  }
}

/** Stops every process of the run except the gateway, at once: the workspace does not change from then on. */
export async function halt(docker: Docker, started: Started): Promise<void> {
  const ids = [started.sandbox, ...started.services].map((container) => container.id)
  // "is not running" is what we want; an engine that is gone shows itself in the next step.
  await docker.run(['kill', ...ids])
}

/** Gives the workspace's own folder to the remote user; its contents are already his. */
export async function takeOwnership(
  docker: Docker,
  sandbox: string,
  folder: string,
  uid: number,
  gid: number,
): Promise<void> {
  const script = 'chown "$2:$3" "$1" && chmod 0755 "$1"'
  await docker.expect('preparing the workspace', [
    ...['exec', '--user', '0', sandbox, '/bin/sh', '-c', script, 'sh', folder, String(uid), String(gid)],
  ])
}

// The containers of a run, as the engine reports them.
import type { Docker } from '../ports/docker.ts'
import { RUN_LABEL } from '../ports/docker.ts'

export interface ContainerState {
  readonly id: string
  readonly service: string
  readonly running: boolean
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  /** Output of the last health checks, newest last. */
  readonly healthLog: readonly string[]
  readonly networks: readonly string[]
  readonly exposedPorts: readonly number[]
}

interface Inspected {
  readonly Id: string
  readonly Config: {
    readonly Labels: Readonly<Record<string, string>>
    readonly ExposedPorts?: Readonly<Record<string, unknown>> | null
  }
  readonly State: {
    readonly Running: boolean
    readonly ExitCode: number
    readonly OOMKilled: boolean
    readonly Health?: { readonly Status: string; readonly Log?: readonly { readonly Output: string }[] | null }
  }
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly NetworkID: string }>> }
}

/** All containers of a run that compose made. */
export async function containersOf(docker: Docker, runId: string): Promise<readonly ContainerState[]> {
  const filter = ['--filter', `label=${RUN_LABEL}=${runId}`, '--filter', 'label=com.docker.compose.service']
  const ids = await docker.expect('listing the containers', ['ps', '--all', '--quiet', '--no-trunc', ...filter])
  return ids === '' ? [] : inspect(docker, ids.split('\n'))
}

export async function inspect(docker: Docker, ids: readonly string[]): Promise<readonly ContainerState[]> {
  const output = await docker.expect('inspecting the containers', ['container', 'inspect', ...ids])
  return (JSON.parse(output) as readonly Inspected[]).map((container) => ({
    id: container.Id,
    service: container.Config.Labels['com.docker.compose.service'] ?? '',
    running: container.State.Running,
    exitCode: container.State.ExitCode,
    oomKilled: container.State.OOMKilled,
    health: (container.State.Health?.Status ?? 'none') as ContainerState['health'],
    healthLog: (container.State.Health?.Log ?? []).map((entry) => entry.Output.trim()),
    networks: Object.keys(container.NetworkSettings.Networks),
    exposedPorts: Object.keys(container.Config.ExposedPorts ?? {})
      .filter((port) => port.endsWith('/tcp'))
      .map((port) => Number.parseInt(port, 10)),
  }))
}

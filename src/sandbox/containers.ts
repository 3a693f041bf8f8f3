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
  /** First address of each subnet that it is on: where a host usually is. */
  readonly gateways: readonly string[]
  readonly exposedPorts: readonly number[]
}

interface Attached {
  readonly IPAddress: string
  readonly IPPrefixLen: number
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
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, Attached>> }
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
    gateways: Object.values(container.NetworkSettings.Networks).flatMap(firstAddress),
    exposedPorts: Object.keys(container.Config.ExposedPorts ?? {})
      .filter((port) => port.endsWith('/tcp'))
      .map((port) => Number.parseInt(port, 10)),
  }))
}

function firstAddress({ IPAddress, IPPrefixLen }: Attached): readonly string[] {
  const bytes = IPAddress.split('.').map(Number)
  if (bytes.length !== 4) return []
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const size = 2 ** (32 - IPPrefixLen)
  const first = Math.floor(address / size) * size + 1
  return [[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')]
}

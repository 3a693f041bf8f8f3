// The ports that a service is expected to answer on.
import type { Json, ResolvedConfig } from '../config/resolved-config.ts'
import type { ContainerState } from './containers.ts'
import { list } from './service-context.ts'

export interface ServicePort {
  readonly service: string
  readonly port: number
  /** Set for a service without a health check, which its ports have to speak for; milliseconds. */
  readonly waitMs?: number
}

// As long as an application server on a small machine takes to boot.
const WAIT_MS = 60_000

/**
 * Published and exposed TCP ports of the compose file; of the image where the file names none. One-shot services that
 * have ended already are left out.
 */
export function servicePorts(config: ResolvedConfig, services: readonly ContainerState[]): readonly ServicePort[] {
  return services.flatMap((state) => {
    if (!state.running && state.exitCode === 0) return []
    const model = config.compose?.services[state.service] ?? {}
    const written = [...list(model.ports).map(target), ...list(model.expose).map(exposed)].filter(
      (port) => port !== undefined,
    )
    const ports = written.length > 0 ? written : state.exposedPorts
    const wait = state.health === 'none' ? { waitMs: WAIT_MS } : {}
    return [...new Set(ports)].map((port) => ({ service: state.service, port, ...wait }))
  })
}

function target(port: Json): number | undefined {
  if (typeof port !== 'object' || port === null || !('target' in port) || port.protocol === 'udp') return undefined
  return Number(port.target)
}

function exposed(port: Json): number | undefined {
  const match = /^(\d+)(?:\/tcp)?$/.exec(String(port))
  return match ? Number(match[1]) : undefined
}

// What the gateway of a run is told.
import { parseAllowedDomain } from '../gateway/domains.ts'
import type { GatewayConfig } from '../gateway/gateway-config.ts'
import { presetDomains } from '../gateway/presets.ts'
import type { RunRequest } from '../request/run-request.ts'

/** @param bearer by which Claude, and nothing else on the sandbox's networks, may use the briefing's tools */
export function gatewayConfig(request: RunRequest, bearer: string): GatewayConfig {
  return {
    ...(request.briefing ? { tools: { bearer, servers: request.briefing.tools } } : {}),
    credential: request.credential,
    upstream: request.upstream,
    allow: [...request.allowedDomains, ...presetDomains(request.egressPresets)].map(parseAllowedDomain),
    ...request.network,
  }
}

/** True for an upstream that only this machine can reach by that name. */
export function isOnHost(upstream: string): boolean {
  const { hostname } = new URL(upstream)
  return /^(localhost|host\.docker\.internal|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(hostname)
}

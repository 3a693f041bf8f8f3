// What the probe tries: the list of ways out that promise 1 closes, and the ways in that it keeps open.
import { PROXY_PORT, type ProbeTarget, RELAY_PORT, TOOLS_PORT } from './gateway-config.ts'

export interface ProbeInput {
  /** Addresses at which the machine itself might answer. */
  readonly addresses: readonly string[]
  /** The gateway's name on the project's networks. */
  readonly gateway: string
  /** Whether it serves tools. */
  readonly tools: boolean
  readonly services: readonly { readonly service: string; readonly port: number; readonly waitMs?: number }[]
}

const out = (name: string, host: string, port: number): Extract<ProbeTarget, { kind: 'tcp' }> => ({
  kind: 'tcp',
  direction: 'out',
  name,
  host,
  port,
})

const wayIn = (name: string, host: string, port: number, waitMs?: number): ProbeTarget => ({
  ...{ kind: 'tcp', direction: 'in', name, host, port },
  ...(waitMs === undefined ? {} : { waitMs }),
})

/** What the probe's table calls it; no service can be called so. */
export const THE_GATEWAY = 'the gateway'
// Its container is up already, and its program starts in a fraction of this.
const GATEWAY_MS = 10_000

const FIXED: readonly ProbeTarget[] = [
  out('cloud metadata', '169.254.169.254', 80),
  out('cloud metadata (IPv6)', 'fd00:ec2::254', 80),
  out('the internet, directly', '1.1.1.1', 443),
  out('an outside name server', '8.8.8.8', 53),
  out('the internet over IPv6', '2606:4700:4700::1111', 443),
  out('the host by name', 'host.docker.internal', 80),
  { kind: 'dns', direction: 'out', name: 'outside names', query: 'example.com' },
  // The host's end of the network has an address of its link that no option takes away; only one of the same kind on this
  // side reaches it. Engines 26.0.0 and 26.0.1 hand them out (CVE-2024-32473), and so does a sysctl.
  { kind: 'ipv6', direction: 'out', name: 'the host over IPv6' },
]

// Port 1 has no listener on an ordinary machine: a refusal shows that the machine answers, whatever it listens on. A
// firewall that drops such packets in silence lets some through to what the machine is there for.
const UNUSED = 1
const USUAL = [22, 53, 80, 443, 2375, 8080]
// The host is one bridge away and answers within a millisecond; where nobody is, every start waits this long.
const HOST_MS = 120

export function probeTargets({ addresses, gateway, tools, services }: ProbeInput): readonly ProbeTarget[] {
  return [
    ...FIXED,
    ...addresses.map(
      (address): ProbeTarget => ({
        ...out('the host', address, UNUSED),
        orPorts: USUAL,
        waitMs: HOST_MS,
      }),
    ),
    // Without it Claude would wait for its model for as long as the run may last.
    ...[RELAY_PORT, PROXY_PORT, ...(tools ? [TOOLS_PORT] : [])].map((port) =>
      wayIn(THE_GATEWAY, gateway, port, GATEWAY_MS),
    ),
    ...services.map(({ service, port, waitMs }): ProbeTarget => wayIn(service, service, port, waitMs)),
  ]
}

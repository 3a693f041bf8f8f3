// The proxy's decision about one request, written to the log.
import { type Host, hostText } from './hosts.ts'
import { type Log, now } from './log.ts'
import type { Network } from './network.ts'
import type { Outbound } from './outbound.ts'
import { decide, type Policy, type Verdict } from './policy.ts'

export interface ProxyDeps {
  readonly policy: Policy
  readonly outbound: Outbound
  readonly network: Network
  readonly log: Log
}

/** What was asked for, as the log has it. */
export interface Asked {
  readonly via: 'connect' | 'http'
  readonly method: string
  readonly host: string
  readonly port: number
  readonly path?: string
}

export async function judge(asked: Asked, host: Host, deps: ProxyDeps): Promise<Verdict> {
  const verdict = await decide(deps.policy, host, asked.port, deps.network)
  const reason = verdict.verdict === 'refused' ? { reason: verdict.reason } : {}
  deps.log({ event: 'decision', time: now(), ...asked, host: hostText(host), verdict: verdict.verdict, ...reason })
  return verdict
}

export function malformed(via: Asked['via'], method: string, target: string, deps: ProxyDeps): void {
  const reason = 'the target is not a valid host and port'
  const asked = { via, method, host: clip(target), port: 0 }
  deps.log({ event: 'decision', time: now(), ...asked, verdict: 'refused', reason })
}

/** A tunnel that was allowed, and then used for something else. */
export function refuseTunnel(asked: Asked, reason: string, deps: ProxyDeps): void {
  deps.log({ event: 'decision', time: now(), ...asked, verdict: 'refused', reason })
}

/** A log line is no place to store things in. */
export const clip = (text: string) => text.slice(0, 200)

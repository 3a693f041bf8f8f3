// Whether a connection may be made, and to which address exactly.
import { isIPv4 } from 'node:net'
import { reachOf } from './addresses.ts'
import { type AllowedDomain, DEFAULT_PORTS, findAllowed } from './domains.ts'
import { type Host, hostText } from './hosts.ts'
import type { Network } from './network.ts'

export interface Policy {
  readonly allow: readonly AllowedDomain[]
  /** Host (in its normal form) and port of the model's API: only the relay may speak to it. */
  readonly model: { readonly host: string; readonly port: number }
  /** True when connections leave through the host's own proxy, which resolves names where this container can't. */
  readonly proxied: (host: string, port: number) => boolean
}

export type Verdict =
  | { readonly verdict: 'allowed'; readonly address: string | undefined }
  | { readonly verdict: 'refused'; readonly reason: string }

/**
 * Resolves once: the caller connects to the address in the verdict and to no other, so that a second answer of a hostile
 * name server (DNS rebinding) is never asked for.
 */
export async function decide(
  policy: Policy,
  host: Host,
  port: number,
  network: Pick<Network, 'resolve' | 'ownAddresses'>,
): Promise<Verdict> {
  const name = hostText(host)
  if (isModel(policy.model, name, port)) return refused('the model is reached through ANTHROPIC_BASE_URL only')
  const entry = findAllowed(policy.allow, host, port)
  if (!entry) return refused(`${name}:${port} is not on the allowlist (allowed_domains)`)
  const addresses = host.kind === 'address' ? [host.address] : await network.resolve(name).catch(() => [])
  if (addresses.length === 0) {
    return policy.proxied(name, port) ? { verdict: 'allowed', address: undefined } : refused(`${name} has no address`)
  }
  // One bad address refuses the name: which of them a connection takes must not be left to chance.
  const own = network.ownAddresses()
  for (const address of addresses) {
    const why = objection(address, entry, own)
    if (why !== undefined) return refused(`${host.kind === 'name' ? `${name} resolves to ` : ''}${address}: ${why}`)
  }
  // The gateway's network has no IPv6.
  return { verdict: 'allowed', address: addresses.find(isIPv4) ?? addresses[0] }
}

function objection(address: string, entry: AllowedDomain, own: readonly string[]): string | undefined {
  const reach = reachOf(address)
  if (own.includes(address) || reach === 'never') return 'no entry can open this address'
  if (reach === 'private' && !entry.private) return 'not a public address (an entry opens one with +private)'
  return undefined
}

// The same host answers on both of the web's ports; any other port is another server, opened by an entry of its own.
function isModel(model: Policy['model'], name: string, port: number): boolean {
  if (name !== model.host) return false
  return port === model.port || (DEFAULT_PORTS.includes(port) && DEFAULT_PORTS.includes(model.port))
}

const refused = (reason: string): Verdict => ({ verdict: 'refused', reason })

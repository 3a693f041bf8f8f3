// Whether a connection may be made, and to which address exactly.
import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import { isPublicAddress } from './addresses.ts'
import { type AllowedDomain, findAllowed } from './domains.ts'
import { type Host, hostText } from './hosts.ts'

export interface Policy {
  readonly allow: readonly AllowedDomain[]
  /** Host and port of the model's API: only the relay may speak to it. */
  readonly model: { readonly host: string; readonly port: number }
  /** True when connections leave through the host's own proxy, which resolves names where this container can't. */
  readonly proxied: (host: string, port: number) => boolean
}

export type Verdict =
  | { readonly verdict: 'allowed'; readonly address: string | undefined }
  | { readonly verdict: 'refused'; readonly reason: string }

export type Resolve = (name: string) => Promise<readonly string[]>

/** All addresses of a name, in the resolver's order. */
export const systemResolve: Resolve = async (name) => (await lookup(name, { all: true })).map((entry) => entry.address)

/**
 * Resolves once: the caller connects to the address in the verdict and to no other, so that a second answer of a hostile
 * name server (DNS rebinding) is never asked for.
 */
export async function decide(policy: Policy, host: Host, port: number, resolve: Resolve): Promise<Verdict> {
  const name = hostText(host)
  if (name === policy.model.host && port === policy.model.port) {
    return refused('the model is reached through ANTHROPIC_BASE_URL only')
  }
  const entry = findAllowed(policy.allow, host, port)
  if (!entry) return refused(`${name}:${port} is not on the allowlist (allowed_domains)`)
  const addresses = host.kind === 'address' ? [host.address] : await resolve(name).catch(() => [])
  if (addresses.length === 0) {
    return policy.proxied(name, port) ? { verdict: 'allowed', address: undefined } : refused(`${name} has no address`)
  }
  const inside = entry.private ? undefined : addresses.find((address) => !isPublicAddress(address))
  if (inside !== undefined) return refused(`${name} resolves to ${inside}, which is not a public address`)
  // The gateway's network has no IPv6.
  return { verdict: 'allowed', address: addresses.find(isIPv4) ?? addresses[0] }
}

const refused = (reason: string): Verdict => ({ verdict: 'refused', reason })

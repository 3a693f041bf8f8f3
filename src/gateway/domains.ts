// Allowlist entries: how they are written, and what they match.
import { reachOf } from './addresses.ts'
import type { Host } from './hosts.ts'
import { hostText, normaliseHost } from './hosts.ts'

export interface AllowedDomain {
  /** Exact name or address, or `.suffix`: the domain itself and everything below it. */
  readonly domain: string
  readonly ports: readonly number[]
  /** True when it may resolve to a private address, such as a mirror in the company's own network. */
  readonly private?: boolean
}

export const DEFAULT_PORTS: readonly number[] = [443, 80]

/**
 * Reads `example.com`, `.example.com`, `*.example.com`, each with `:port` and with `+private` at the end.
 * @returns the entry, or a sentence that says what is wrong
 */
export function readAllowedDomain(text: string): AllowedDomain | string {
  const match = /^(\*?\.)?(\[[^\]]*\]|[^:+*]+)(?::(\d+))?(\+private)?$/.exec(text.trim())
  if (!match) return `"${text}" is not a domain: write example.com, .example.com for all below it, or example.com:8443`
  const [, suffix, name = '', portText, isPrivate] = match
  const host = normaliseHost(name)
  if (!host) return `"${text}" is not a valid domain name`
  const port = portText === undefined ? undefined : Number(portText)
  if (port !== undefined && (port < 1 || port > 65_535)) return `"${text}": port ${portText} does not exist`
  if (suffix && host.kind === 'address') return `"${text}": an address has no subdomains`
  const unreachable = host.kind === 'address' && objection(host.address, isPrivate !== undefined)
  if (unreachable) return `"${text}": ${unreachable}`
  // `.com` or `.co.uk` would open a large part of the internet by a slip of the keyboard.
  if (suffix && tooWide(hostText(host))) return `"${text}" is too wide: name a registered domain`
  return {
    domain: `${suffix ? '.' : ''}${hostText(host)}`,
    ports: port === undefined ? DEFAULT_PORTS : [port],
    ...(isPrivate ? { private: true } : {}),
  }
}

function objection(address: string, isPrivate: boolean): string | undefined {
  const reach = reachOf(address)
  if (reach === 'never') return 'addresses of this machine itself, of its link and of metadata services stay closed'
  if (reach === 'private' && !isPrivate) return 'a private address takes +private at its end'
  return undefined
}

const SECOND_LEVEL = /^(ac|co|com|edu|gov|net|org|or|ne|go)\.[a-z]{2}$/
const tooWide = (name: string) => !name.includes('.') || SECOND_LEVEL.test(name)

/** The same for entries that were read before; throws on a broken one. */
export function parseAllowedDomain(text: string): AllowedDomain {
  const entry = readAllowedDomain(text)
  if (typeof entry === 'string') throw new Error(entry)
  return entry
}

/** The entry that allows this host and port, if there is one; of several, one that is marked private. */
export function findAllowed(allow: readonly AllowedDomain[], host: Host, port: number): AllowedDomain | undefined {
  const found = allow.filter((entry) => entry.ports.includes(port) && matches(entry.domain, host))
  return found.find((entry) => entry.private) ?? found[0]
}

function matches(domain: string, host: Host): boolean {
  if (host.kind === 'address' || !domain.startsWith('.')) return domain === hostText(host)
  return host.name === domain.slice(1) || host.name.endsWith(domain)
}

// Names and addresses in one spelling, so that nothing is allowed under one and refused under another.
import { isIP } from 'node:net'

export type Host =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'address'; readonly address: string }

/**
 * Lower case, without a trailing dot, IDN as punycode; every spelling of an IP address (decimal, octal, hex, short forms,
 * brackets) as its usual one. Undefined for what is no host: empty labels, escapes, user info, zones.
 */
export function normaliseHost(text: string): Host | undefined {
  // The URL parser below would take these as the end of the host, or decode them into something else.
  if (text === '' || text.length > 255 || /[\s/?#@%\\<>^|]/.test(text) || hasControl(text)) return undefined
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  const authority = isIP(bare) === 6 ? `[${bare}]` : text
  if (authority !== text && text.includes(']')) {
    if (!text.startsWith('[')) return undefined
  } else if (!authority.startsWith('[') && authority.includes(':')) return undefined
  const parsed = parse(authority)
  if (parsed === undefined) return undefined
  const hostname = parsed.replace(/\.$/, '')
  if (hostname.startsWith('[')) return { kind: 'address', address: hostname.slice(1, -1) }
  if (isIP(hostname) === 4) return { kind: 'address', address: hostname }
  // Underscores occur in real service names; everything else is a host name as RFC 1123 has it.
  const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
  return hostname.split('.').every((part) => label.test(part)) ? { kind: 'name', name: hostname } : undefined
}

function parse(authority: string): string | undefined {
  try {
    // `http:` gets the special-scheme host parser (https://url.spec.whatwg.org/#host-parsing).
    return new URL(`http://${authority}/`).hostname
  } catch {
    return undefined
  }
}

const hasControl = (text: string) => [...text].some((char) => char.charCodeAt(0) < 33 || char.charCodeAt(0) === 127)

/** `host:port` of a CONNECT request or a Host header. */
export function parseAuthority(text: string, defaultPort?: number): { host: Host; port: number } | undefined {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text)
  if (!match) return undefined
  const host = normaliseHost(match[1] ?? '')
  const port = match[2] === undefined ? defaultPort : Number(match[2])
  if (!host || port === undefined || port < 1 || port > 65_535) return undefined
  return { host, port }
}

export const hostText = (host: Host) => (host.kind === 'name' ? host.name : host.address)

/** The two together as a Host header has them: IPv6 in brackets, the scheme's own port left out. */
export function hostPort(host: string, port: number, defaultPort?: number): string {
  const bracketed = host.includes(':') ? `[${host}]` : host
  return port === defaultPort ? bracketed : `${bracketed}:${port}`
}

// The first words in a tunnel say whom they are for. They have to name the host that the tunnel was opened for: one
// address of a content network serves thousands of sites, and would serve any of them to whoever asks there by name.
import { readClientHello } from './client-hello.ts'
import { DEFAULT_PORTS } from './domains.ts'
import { type Host, hostText, normaliseHost } from './hosts.ts'

export interface Refusal {
  readonly kind: 'refuse'
  readonly reason: string
  /** The protocol that the client speaks, and hears about it in. */
  readonly as: 'tls' | 'http'
}

export type Opening =
  /** Not enough seen; what was seen must wait. */
  | { readonly kind: 'hold' }
  /** Not enough seen; what was seen may pass. */
  | { readonly kind: 'watch' }
  | { readonly kind: 'pass' }
  | Refusal

const MAX_LINE = 16 * 1024

/** @param bytes everything that the client has said in the tunnel so far */
export function judgeOpening(bytes: Buffer, host: Host, port: number): Opening {
  const web = DEFAULT_PORTS.includes(port)
  if (bytes.length === 0) return { kind: 'hold' }
  // Alerts and other records before the hello are for nobody's good.
  if (/^[\x14-\x17](\x03|$)/.test(bytes.toString('latin1', 0, 2))) return judgeHello(bytes, host)
  if (!web) return watchForHttp(bytes)
  const start = bytes.toString('latin1', 0, SSH.length)
  if (start === SSH) return { kind: 'pass' }
  if (SSH.startsWith(start)) return { kind: 'hold' }
  return refuse('http', `only TLS and SSH pass through a tunnel to port ${port}; send http:// URLs to the proxy itself`)
}

// ssh.github.com listens on 443, as do others for people behind proxies. SSH has no host names: one address, one host.
const SSH = 'SSH-2.0-'

function judgeHello(bytes: Buffer, host: Host): Opening {
  const hello = readClientHello(bytes)
  if (hello.kind === 'incomplete') return { kind: 'hold' }
  if (hello.kind === 'malformed') return refuse('tls', 'its first words look like TLS and are not')
  // The name inside can't be read, and the one outside is then anything the client likes.
  if (hello.encrypted) return refuse('tls', 'TLS with an encrypted hello (ECH) hides whom it is for')
  const [name, ...more] = hello.names
  const expected = hostText(host)
  if (name === undefined && host.kind === 'address') return { kind: 'pass' }
  if (name === undefined) return refuse('tls', `TLS in the tunnel to ${expected} names no host (SNI)`)
  const asked = normaliseHost(name)
  if (more.length === 0 && asked && hostText(asked) === expected) return { kind: 'pass' }
  return refuse('tls', `TLS in the tunnel to ${expected} asks for ${JSON.stringify(name.slice(0, 100))}`)
}

/**
 * Other ports carry any protocol, so bytes pass as they come, up to the end of the first line: a server does nothing
 * about an HTTP request before it.
 */
function watchForHttp(bytes: Buffer): Opening {
  const text = bytes.toString('latin1', 0, MAX_LINE).replace(/^\s+/, '')
  const line = text.split('\n', 1)[0] ?? ''
  // Control characters are in no request line; letters and a space are at the start of every one.
  if (/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(line) || !/^([A-Za-z_-]+([ \t]|$)|$)/.test(line)) return { kind: 'pass' }
  if (/[ \t]HTTP\/\d/i.test(line)) {
    return refuse('http', 'plain HTTP names its host in every request; send http:// URLs to the proxy itself')
  }
  if (text.length > line.length) return { kind: 'pass' }
  return bytes.length >= MAX_LINE ? refuse('http', 'the first line has no end') : { kind: 'watch' }
}

const refuse = (as: 'tls' | 'http', reason: string): Opening => ({ kind: 'refuse', reason, as })

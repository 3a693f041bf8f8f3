// The way out: a TCP connection to an address that the policy chose, or through the host's own proxy.
import { type Socket, connect as tcpConnect } from 'node:net'
import { rootCertificates, connect as tlsConnect } from 'node:tls'

export interface OutboundOptions {
  readonly httpProxy?: string | undefined
  readonly httpsProxy?: string | undefined
  readonly noProxy?: string | undefined
  readonly extraCa?: string | undefined
}

export interface Outbound {
  /** The proxy that a connection would go through. */
  proxyFor(host: string, port: number): URL | undefined
  /** Connects; `address` is what `host` was resolved to, or undefined to leave that to the proxy. */
  connect(host: string, port: number, address: string | undefined): Promise<Socket>
  /** Certificates that TLS connections made by the gateway itself trust. */
  readonly ca: readonly string[] | undefined
}

const CONNECT_MS = 15_000

export function outbound(options: OutboundOptions): Outbound {
  const bypass = (options.noProxy ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter(Boolean)
  const proxyFor = (host: string, port: number) => {
    const proxy = port === 80 ? (options.httpProxy ?? options.httpsProxy) : (options.httpsProxy ?? options.httpProxy)
    return proxy === undefined || bypass.some((entry) => bypasses(entry, host, port)) ? undefined : new URL(proxy)
  }
  return {
    proxyFor,
    ca: options.extraCa === undefined ? undefined : [...rootCertificates, options.extraCa],
    async connect(host, port, address) {
      const proxy = proxyFor(host, port)
      if (!proxy) return opened(tcpConnect({ host: address ?? host, port }))
      // By name: companies' proxies decide by name, and resolve what their network hides from this one.
      return tunnel(
        await openProxy(proxy, options.extraCa),
        proxy,
        `${host.includes(':') ? `[${host}]` : host}:${port}`,
      )
    },
  }
}

/** `*`, `example.com` and `.example.com` (both with subdomains, as curl has it), `example.com:8080`. */
function bypasses(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true
  const [name = '', entryPort] = entry.replace(/^\*?\./, '').split(':')
  if (entryPort !== undefined && Number(entryPort) !== port) return false
  return host === name || host.endsWith(`.${name}`)
}

function openProxy(proxy: URL, extraCa: string | undefined): Promise<Socket> {
  const port = Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80))
  const host = proxy.hostname.replace(/^\[|\]$/g, '')
  if (proxy.protocol !== 'https:') return opened(tcpConnect({ host, port }))
  const ca = extraCa === undefined ? {} : { ca: [...rootCertificates, extraCa] }
  return opened(tlsConnect({ host, port, servername: host, ...ca }), 'secureConnect')
}

function opened(socket: Socket, event: 'connect' | 'secureConnect' = 'connect'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no connection within ${CONNECT_MS / 1000} s`)))
    socket.once('error', reject)
    socket.once(event, () => {
      socket.setTimeout(0)
      socket.removeListener('error', reject)
      socket.setNoDelay(true)
      resolve(socket)
    })
  })
}

const MAX_REPLY = 16 * 1024

// CONNECT on the host's proxy (RFC 9110, 9.3.6). The reply's head is read byte by byte up to its end: what follows
// belongs to the tunnel.
function tunnel(socket: Socket, proxy: URL, authority: string): Promise<Socket> {
  const user = decodeURIComponent(proxy.username)
  const login = user ? `Proxy-Authorization: Basic ${btoa(`${user}:${decodeURIComponent(proxy.password)}`)}\r\n` : ''
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${login}\r\n`)
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const fail = (message: string) => {
      socket.destroy()
      reject(new Error(message))
    }
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return head.length > MAX_REPLY ? fail('the proxy sent no reply') : undefined
      socket.removeListener('data', onData)
      socket.removeListener('error', reject)
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1'))?.[1]
      if (status !== '200') return fail(`the proxy ${proxy.host} answered ${status ?? 'nothing understandable'}`)
      socket.pause()
      if (head.length > end + 4) socket.unshift(head.subarray(end + 4))
      return resolve(socket)
    }
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`the proxy ${proxy.host} closed the connection`)))
    socket.on('data', onData)
  })
}

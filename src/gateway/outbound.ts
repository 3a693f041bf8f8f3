// The way out: a TCP connection to an address that the policy chose, or through the host's own proxy.
import { isIP, type Socket } from 'node:net'
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls'
import { openTunnel, type ProxyOptions, proxyChooser, proxyLogin } from './host-proxy.ts'
import { hostPort } from './hosts.ts'
import type { Network } from './network.ts'

export interface OutboundOptions extends ProxyOptions {
  readonly extraCa?: string | undefined
}

/** A connection for one plain HTTP request, and how that request must be written on it. */
export interface HttpRoute {
  readonly socket: Socket
  /** What goes before the path: a proxy is told the whole URL. */
  readonly prefix: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Outbound {
  /** The proxy that a connection would go through. */
  proxyFor(host: string, port: number): URL | undefined
  /** Connects; `address` is what `host` was resolved to, or undefined to leave that to the proxy. */
  connect(host: string, port: number, address: string | undefined): Promise<Socket>
  /** The same for a plain HTTP request: company proxies often take CONNECT for TLS only. */
  connectHttp(host: string, port: number, address: string | undefined): Promise<HttpRoute>
  /** TLS to `host` over a connection, trusting the extra authorities too. */
  secure(socket: Socket, host: string): TLSSocket
}

const CONNECT_MS = 15_000

export function outbound(options: OutboundOptions, dial: Network['dial']): Outbound {
  const proxyFor = proxyChooser(options)
  const context = trust(options.extraCa)
  const secure = (socket: Socket, host: string) => overTls(socket, host, context)
  const toProxy = async (proxy: URL): Promise<Socket> => {
    const host = proxy.hostname.replace(/^\[|\]$/g, '')
    const socket = await opened(dial(host, Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80))), 'connect')
    return proxy.protocol === 'https:' ? opened(secure(socket, host), 'secureConnect') : socket
  }
  return {
    proxyFor,
    secure,
    async connect(host, port, address) {
      const proxy = proxyFor(host, port)
      if (!proxy) return opened(dial(address ?? host, port), 'connect')
      // By name: companies' proxies decide by name, and resolve what their network hides from this one.
      return openTunnel(await toProxy(proxy), proxy, hostPort(host, port))
    },
    async connectHttp(host, port, address) {
      const proxy = proxyFor(host, port)
      if (!proxy) return { socket: await opened(dial(address ?? host, port), 'connect'), prefix: '', headers: {} }
      const prefix = `http://${hostPort(host, port, 80)}`
      return { socket: await toProxy(proxy), prefix, headers: proxyLogin(proxy) }
    },
  }
}

// Made once: reading a bundle of authorities takes longer than a handshake.
function trust(extraCa: string | undefined): SecureContext | undefined {
  return extraCa === undefined ? undefined : createSecureContext({ ca: [...rootCertificates, extraCa] })
}

function overTls(socket: Socket, host: string, context: SecureContext | undefined): TLSSocket {
  const servername = isIP(host) === 0 ? { servername: host } : {}
  return tlsConnect({ socket, host, ...servername, ...(context ? { secureContext: context } : {}) })
}

function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no connection within ${CONNECT_MS / 1000} s`)))
    socket.once('error', reject)
    socket.once(event, () => {
      socket.setTimeout(0)
      socket.removeAllListeners('timeout')
      socket.removeListener('error', reject)
      socket.setNoDelay(true)
      resolve(socket)
    })
  })
}

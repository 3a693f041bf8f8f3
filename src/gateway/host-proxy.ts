// The host's own proxy: which connections go through it, and how it is asked for them.
import { BlockList, isIP, type Socket } from 'node:net'

export interface ProxyOptions {
  readonly httpProxy?: string | undefined
  readonly httpsProxy?: string | undefined
  readonly noProxy?: string | undefined
}

/** The host that runs airlock, as containers call it; what is there was never meant to go through a proxy. */
export const HOST_NAME = 'host.docker.internal'

/** Loopback, seen from the container, is the container itself: the host that was meant has a name of its own there. */
export function reachableUrl(text: string): URL {
  const url = new URL(text)
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(url.hostname)) url.hostname = HOST_NAME
  return url
}

/** Chooses the proxy of a connection as curl does; throws on a proxy's address that can't be used. */
export function proxyChooser(options: ProxyOptions): (host: string, port: number) => URL | undefined {
  const http = readProxy(options.httpProxy)
  const https = readProxy(options.httpsProxy)
  const bypasses = (options.noProxy ?? '')
    .split(/[,\s]+/)
    .filter(Boolean)
    .map((entry) => readBypass(entry.toLowerCase()))
  return (host, port) => {
    if (host === HOST_NAME || bypasses.some((bypass) => bypass(host, port))) return undefined
    return port === 80 ? (http ?? https) : (https ?? http)
  }
}

function readProxy(text: string | undefined): URL | undefined {
  if (!text) return undefined
  const address = text.includes('://') ? text : `http://${text}`
  // The address may hold a password: it stays out of the message.
  if (!URL.canParse(address) || !/^https?:/i.test(address)) throw new Error('the proxy is not an http or https address')
  return reachableUrl(address)
}

type Bypass = (host: string, port: number) => boolean

/** `*`, `example.com` and `.example.com` (both with subdomains), `example.com:8080`, `10.0.0.0/8`, `[::1]`. */
function readBypass(entry: string): Bypass {
  if (entry === '*') return () => true
  const subnet = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry)
  if (subnet) return inSubnet(subnet[1] ?? '', Number(subnet[2]))
  if (isIP(entry) === 6) return (host) => host === entry
  const [, name = entry, entryPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? []
  const bare = name.replace(/^\*?\./, '').replace(/^\[|\]$/g, '')
  return (host, port) =>
    (entryPort === undefined || Number(entryPort) === port) &&
    (host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`)))
}

function inSubnet(net: string, prefix: number): Bypass {
  const family = isIP(net) === 4 ? 'ipv4' : 'ipv6'
  // Not a subnet after all: it bypasses nothing.
  if (isIP(net) === 0 || prefix > (family === 'ipv4' ? 32 : 128)) return () => false
  const list = new BlockList()
  list.addSubnet(net, prefix, family)
  return (host) => isIP(host) !== 0 && list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6')
}

/** The header that logs in at the proxy, if its address holds a user. */
export function proxyLogin(proxy: URL): Readonly<Record<string, string>> {
  if (!proxy.username) return {}
  const login = `${decoded(proxy.username)}:${decoded(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(login, 'utf8').toString('base64')}` }
}

// A bare percent sign in a password is not an escape.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const MAX_REPLY = 16 * 1024
const REPLY_MS = 15_000

/** CONNECT on the host's proxy (RFC 9110, 9.3.6); resolves with the socket once the tunnel stands. */
export function openTunnel(socket: Socket, proxy: URL, authority: string): Promise<Socket> {
  const login = Object.entries(proxyLogin(proxy)).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${login.join('')}\r\n`)
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const fail = (what: string) => {
      socket.destroy()
      reject(new Error(`the proxy ${proxy.host} ${what}`))
    }
    const onError = (error: Error) => fail(`broke off: ${error.message}`)
    const onClose = () => fail('closed the connection')
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return head.length > MAX_REPLY ? fail('sent no reply') : undefined
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.subarray(0, end).toString('latin1'))?.[1]
      if (status === undefined || !status.startsWith('2')) return fail(`answered ${status ?? 'no HTTP'}`)
      socket.off('data', onData).off('error', onError).off('close', onClose).setTimeout(0)
      socket.pause()
      // What follows the head belongs to the tunnel.
      if (head.length > end + 4) socket.unshift(head.subarray(end + 4))
      return resolve(socket)
    }
    socket.on('data', onData).on('error', onError).on('close', onClose)
    socket.setTimeout(REPLY_MS, () => fail(`did not reply within ${REPLY_MS / 1000} s`))
  })
}

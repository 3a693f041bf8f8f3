// A gateway on loopback, with real sockets on both sides. Only the map of the world is the test's own: which addresses
// a name has, and which local port stands at an address.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { parseAllowedDomain } from '../../src/gateway/domains.ts'
import type { GatewayConfig, GatewayEvent } from '../../src/gateway/gateway-config.ts'
import type { Network } from '../../src/gateway/network.ts'
import { startGateway } from '../../src/gateway/serve.ts'

export const PUBLIC = '93.184.216.34'

export interface World {
  readonly config?: Partial<Omit<GatewayConfig, 'allow'>>
  readonly allow?: readonly string[]
  /** Addresses of names; a list of lists answers one after another. */
  readonly names?: Readonly<Record<string, readonly string[] | readonly (readonly string[])[]>>
  /** The local port behind `address:port`; anything else refuses the connection. */
  readonly routes?: Readonly<Record<string, number>>
  readonly own?: readonly string[]
}

export interface Rig extends AsyncDisposable {
  readonly proxyPort: number
  readonly relayPort: number
  /** 0 when there are no tools. */
  readonly toolsPort: number
  readonly events: GatewayEvent[]
  /** Every `address:port` that the gateway connected to, in order. */
  readonly dialled: string[]
  readonly questions: string[]
}

const NOBODY = 1
const NONE = { proxy: 0, relay: 0, tools: 0 }

export async function startRig(world: World): Promise<Rig> {
  const events: GatewayEvent[] = []
  const dialled: string[] = []
  const questions: string[] = []
  const network: Network = {
    async resolve(name) {
      const nth = questions.filter((question) => question === name).length
      questions.push(name)
      const found = world.names?.[name] ?? []
      const answer = Array.isArray(found[0]) ? (found[nth] ?? found.at(-1)) : found
      return (answer ?? []) as readonly string[]
    },
    dial(host, port) {
      dialled.push(`${host}:${port}`)
      return connect({ host: '127.0.0.1', port: world.routes?.[`${host}:${port}`] ?? NOBODY })
    },
    ownAddresses: () => world.own ?? [],
  }
  const config: GatewayConfig = {
    credential: { kind: 'api-key', value: 'the-real-key' },
    upstream: 'http://model.example',
    ...world.config,
    allow: (world.allow ?? []).map(parseAllowedDomain),
  }
  const gateway = await startGateway(config, (event) => void events.push(event), NONE, network)
  const { proxyPort, relayPort, toolsPort = 0 } = gateway
  return {
    ...{ proxyPort, relayPort, toolsPort, events, dialled, questions },
    async [Symbol.asyncDispose]() {
      gateway.close()
    },
  }
}

export interface Site<S extends NetServer = Server> extends AsyncDisposable {
  readonly port: number
  readonly server: S
}

/** Any server on loopback, closed with all its connections. */
export async function serveOn<S extends NetServer>(server: S): Promise<Site<S>> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

export const serveHttp = (listener: RequestListener) => serveOn(createServer(listener))

export interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

/** A site that answers `200 from <name>` and keeps what it was asked. */
export async function journalSite(name: string): Promise<Site & { readonly seen: Seen[] }> {
  const seen: Seen[] = []
  const site = await serveHttp(async (request, response) => {
    seen.push({
      ...{ method: request.method, url: request.url, headers: request.headers },
      body: await text(request).catch(() => '(cut)'),
    })
    response.end(`from ${name}`)
  })
  return { ...site, seen, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() }
}

export async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Writes bytes as they are, and returns all that comes back until the other side closes, or is quiet for a while. */
export async function exchangeRaw(port: number, bytes: string | Buffer, quietMs = 400): Promise<string> {
  const socket = await dial(port)
  socket.setTimeout(quietMs, () => socket.destroy())
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1')
  })
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return answer
}

/** Opens a tunnel; the socket is past the proxy's answer. */
export async function tunnel(
  port: number,
  target: string,
  first = '',
): Promise<{ readonly status: number; readonly socket: Socket; readonly text: string }> {
  const socket = await dial(port)
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n${first}`)
  let head = Buffer.alloc(0)
  for (;;) {
    const end = head.indexOf('\r\n\r\n')
    if (end !== -1) {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head.toString('latin1'))?.[1])
      socket.unshift(head.subarray(end + 4))
      return { status, socket, text: head.toString('latin1') }
    }
    const chunk = socket.read() as Buffer | null
    if (chunk) head = Buffer.concat([head, chunk])
    else if (socket.readableEnded || socket.destroyed) return { status: 0, socket, text: head.toString('latin1') }
    else await Promise.race([once(socket, 'readable'), new Promise((resolve) => socket.once('close', resolve))])
  }
}

/** Waits until something is so; the test's own time limit is the only one. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

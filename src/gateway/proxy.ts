// The forward proxy: CONNECT for TLS, absolute-form requests for plain HTTP. Every request is judged on its own, also
// on a connection that was kept open.
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { withoutHopByHop } from './headers.ts'
import { type Host, hostText, parseAuthority } from './hosts.ts'
import { type Log, now } from './log.ts'
import type { Outbound } from './outbound.ts'
import { decide, type Policy, type Resolve, type Verdict } from './policy.ts'

export interface ProxyDeps {
  readonly policy: Policy
  readonly outbound: Outbound
  readonly resolve: Resolve
  readonly log: Log
}

interface Asked {
  readonly via: 'connect' | 'http'
  readonly method: string
  readonly host: string
  readonly port: number
  readonly path?: string
}

// Long enough for a quiet download, short enough that forgotten tunnels go away.
const IDLE_MS = 10 * 60_000
const MAX_CONNECTIONS = 512

export function createProxy(deps: ProxyDeps): Server {
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 0, maxHeaderSize: 16 * 1024 })
  server.maxConnections = MAX_CONNECTIONS
  server.on('request', (incoming, response) => {
    forward(incoming, response, deps).catch((error: Error) => reply(response, 502, error.message))
  })
  server.on('connect', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client that resets its connection must not end the gateway.
    socket.on('error', () => socket.destroy())
    openTunnel(incoming, socket as Socket, head, deps).catch((error: Error) =>
      answer(socket as Socket, 502, error.message),
    )
  })
  return server
}

async function judge(asked: Asked, host: Host, deps: ProxyDeps): Promise<Verdict> {
  const verdict = await decide(deps.policy, host, asked.port, deps.resolve)
  const reason = verdict.verdict === 'refused' ? { reason: verdict.reason } : {}
  deps.log({ event: 'decision', time: now(), ...asked, verdict: verdict.verdict, ...reason })
  return verdict
}

function malformed(asked: Asked, deps: ProxyDeps): void {
  deps.log({
    event: 'decision',
    time: now(),
    ...asked,
    verdict: 'refused',
    reason: 'the target is not a valid host and port',
  })
}

async function openTunnel(incoming: IncomingMessage, socket: Socket, head: Buffer, deps: ProxyDeps): Promise<void> {
  const target = parseAuthority(incoming.url ?? '')
  if (!target) {
    malformed({ via: 'connect', method: 'CONNECT', host: clip(incoming.url ?? ''), port: 0 }, deps)
    return answer(socket, 400, 'The target of CONNECT must be host:port.')
  }
  const asked: Asked = { via: 'connect', method: 'CONNECT', host: hostText(target.host), port: target.port }
  const verdict = await judge(asked, target.host, deps)
  if (verdict.verdict === 'refused') return answer(socket, 403, `airlock: ${verdict.reason}`)
  const started = performance.now()
  const remote = await deps.outbound.connect(asked.host, asked.port, verdict.address)
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
  if (head.length > 0) remote.write(head)
  join(socket, remote)
  remote.on('close', () => {
    const bytes = { sentBytes: remote.bytesWritten, receivedBytes: remote.bytesRead }
    const durationMs = Math.round(performance.now() - started)
    deps.log({ event: 'closed', time: now(), via: 'connect', host: asked.host, ...bytes, durationMs })
  })
}

function join(client: Socket, remote: Socket): void {
  client.setNoDelay(true)
  for (const [socket, other] of [[client, remote] as const, [remote, client] as const]) {
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    socket.on('error', () => other.destroy())
    socket.on('close', () => other.destroy())
  }
  client.pipe(remote)
  remote.pipe(client)
}

async function forward(incoming: IncomingMessage, response: ServerResponse, deps: ProxyDeps): Promise<void> {
  const method = incoming.method ?? ''
  const url = absoluteUrl(incoming.url)
  const target = url && parseAuthority(rawAuthority(incoming.url ?? ''), 80)
  if (!url || !target) {
    malformed({ via: 'http', method, host: clip(incoming.url ?? ''), port: 0 }, deps)
    return reply(response, 400, 'This is a forward proxy: it takes http:// URLs and CONNECT.')
  }
  const asked: Asked = { via: 'http', method, host: hostText(target.host), port: target.port, path: url.pathname }
  const verdict = await judge(asked, target.host, deps)
  if (verdict.verdict === 'refused') return reply(response, 403, `airlock: ${verdict.reason}`)
  const started = performance.now()
  const socket = await deps.outbound.connect(asked.host, asked.port, verdict.address)
  const outgoing = httpRequest({
    createConnection: () => socket,
    method,
    path: `${url.pathname}${url.search}`,
    // The Host header says what was judged, whatever the client wrote there.
    headers: { ...withoutHopByHop(incoming.headers), host: url.host, connection: 'close' },
  })
  const closed = (fields: { readonly status?: number; readonly error?: string }) =>
    deps.log({
      ...{ event: 'closed', time: now(), via: 'http', host: asked.host, ...fields },
      ...{ sentBytes: socket.bytesWritten, receivedBytes: socket.bytesRead },
      durationMs: Math.round(performance.now() - started),
    })
  outgoing.on('response', (remote) => {
    response.writeHead(remote.statusCode ?? 502, withoutHopByHop(remote.headers))
    remote.pipe(response)
    remote.on('close', () => closed(remote.statusCode === undefined ? {} : { status: remote.statusCode }))
  })
  outgoing.on('error', (error) => {
    closed({ error: error.message })
    reply(response, 502, `airlock: ${asked.host} did not answer: ${error.message}`)
  })
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

function absoluteUrl(text: string | undefined): URL | undefined {
  if (!text || !/^http:\/\//i.test(text) || !URL.canParse(text)) return undefined
  return new URL(text)
}

// The authority as it was written: the URL parser would repair what the policy should see and refuse.
const rawAuthority = (url: string) => /^http:\/\/([^/?#]*)/i.exec(url)?.[1] ?? ''

const clip = (text: string) => text.slice(0, 200)

function answer(socket: Socket, status: number, text: string): void {
  const phrase = status === 403 ? 'Forbidden' : status === 400 ? 'Bad Request' : 'Bad Gateway'
  const body = `${text}\n`
  const length = Buffer.byteLength(body)
  const head = `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`
  socket.end(head + body)
}

function reply(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`)
}

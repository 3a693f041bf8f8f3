// The relay to the model's API: Claude Code's paths and nothing else, with the real credential, without buffering.
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { connect as tlsConnect } from 'node:tls'
import { type ModelCredential, modelHeaders, modelResponseHeaders } from './headers.ts'
import { type Log, now } from './log.ts'
import type { Outbound } from './outbound.ts'

export interface RelayDeps {
  readonly upstream: URL
  readonly credential: ModelCredential
  readonly outbound: Outbound
  readonly log: Log
}

/** What Claude Code asks of a Messages API. Files, batches, skills and admin endpoints of the same host are left out. */
const PATHS: readonly (readonly [string, RegExp])[] = [
  ['POST', /^\/v1\/messages$/],
  ['POST', /^\/v1\/messages\/count_tokens$/],
  ['GET', /^\/v1\/models(\/[A-Za-z0-9._@:-]+)?$/],
]

export function createRelay(deps: RelayDeps): Server {
  const send = sender(deps)
  // A request may take as long as the model thinks; only its head has to come soon.
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 0, maxHeaderSize: 32 * 1024 })
  server.maxConnections = 256
  server.on('request', (incoming, response) => relay(incoming, response, send, deps))
  return server
}

type Send = (path: string, incoming: IncomingMessage) => ReturnType<typeof httpRequest>

function relay(incoming: IncomingMessage, response: ServerResponse, send: Send, deps: RelayDeps): void {
  const { upstream, log } = deps
  const method = incoming.method ?? ''
  const { pathname, search } = readPath(incoming.url)
  const allowed = PATHS.some(([verb, path]) => verb === method && path.test(pathname))
  const host = upstream.hostname
  const port = portOf(upstream)
  const asked = { via: 'relay', method, host, port, path: pathname.slice(0, 200) } as const
  if (!allowed) {
    const reason = 'only the paths that Claude Code needs are passed on to the model'
    log({ event: 'decision', time: now(), ...asked, verdict: 'refused', reason })
    return fail(response, 403, 'permission_error', `airlock: ${reason}`)
  }
  log({ event: 'decision', time: now(), ...asked, verdict: 'allowed' })
  const started = performance.now()
  let sentBytes = 0
  let receivedBytes = 0
  const closed = (fields: { readonly status?: number; readonly error?: string }) =>
    log({
      ...{ event: 'closed', time: now(), via: 'relay', host, ...fields, sentBytes, receivedBytes },
      durationMs: Math.round(performance.now() - started),
    })
  const outgoing = send(`${upstream.pathname.replace(/\/$/, '')}${pathname}${search}`, incoming)
  outgoing.on('response', (remote: IncomingMessage) => {
    response.writeHead(remote.statusCode ?? 502, modelResponseHeaders(remote.headers))
    // The head goes out at once: the first event of a stream may be seconds away.
    response.flushHeaders()
    remote.on('data', (chunk: Buffer) => {
      receivedBytes += chunk.length
    })
    remote.on('error', () => response.destroy())
    remote.on('close', () => closed(remote.statusCode === undefined ? {} : { status: remote.statusCode }))
    remote.pipe(response)
  })
  outgoing.on('error', (error: Error) => {
    if (response.destroyed) return
    closed({ error: error.message })
    fail(response, 502, 'api_error', `airlock: the model's API at ${upstream.host} did not answer: ${error.message}`)
  })
  incoming.on('data', (chunk: Buffer) => {
    sentBytes += chunk.length
  })
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

// Only what is literally there counts: no decoding, no dot segments that another parser might resolve.
function readPath(url: string | undefined): { readonly pathname: string; readonly search: string } {
  const [pathname = '', ...rest] = (url ?? '').split('?')
  return { pathname, search: rest.length === 0 ? '' : `?${rest.join('?')}` }
}

const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80))

function sender({ upstream, credential, outbound }: RelayDeps): Send {
  const port = portOf(upstream)
  const host = upstream.hostname.replace(/^\[|\]$/g, '')
  const secure = upstream.protocol === 'https:'
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  if (outbound.proxyFor(host, port)) tunnelThroughProxy(agent, host, port, outbound)
  const trust = outbound.ca === undefined ? {} : { ca: [...outbound.ca] }
  return (path, incoming) => {
    const headers = { ...modelHeaders(incoming.headers, credential), host: upstream.host }
    const options = { host, port, path, method: incoming.method, headers }
    return secure ? httpsRequest({ ...options, agent, servername: host, ...trust }) : httpRequest(options)
  }
}

function tunnelThroughProxy(agent: Agent, host: string, port: number, outbound: Outbound): void {
  const create: unknown = (_options: unknown, done: (error: Error | null, socket?: unknown) => void) => {
    outbound
      .connect(host, port, undefined)
      .then((socket) => {
        const trust = outbound.ca === undefined ? {} : { ca: [...outbound.ca] }
        done(null, tlsConnect({ socket, servername: host, ...trust }))
      })
      .catch((error: Error) => done(error))
  }
  // Node's agents take an asynchronous createConnection; its type does not say so.
  agent.createConnection = create as typeof agent.createConnection
}

function fail(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.headersSent) return void response.destroy()
  // The shape of the Messages API's own errors: Claude Code shows the message.
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ type: 'error', error: { type, message } }))
}

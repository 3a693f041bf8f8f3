// The relay to the model's API: Claude Code's paths and nothing else, with the real credential, without buffering.
import {
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { exchange } from './exchange.ts'
import { bodyFraming, CODING } from './framing.ts'
import { type ModelCredential, modelHeaders, modelResponseHeaders } from './headers.ts'
import { type Log, now } from './log.ts'
import type { Outbound } from './outbound.ts'
import { answer, replyAsModel } from './replies.ts'
import { portOf, upstreamAgent } from './upstream.ts'

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

const ELSEWHERE = 'only the paths that Claude Code needs are passed on to the model'

export function createRelay(deps: RelayDeps): Server {
  const send = sender(deps)
  // A request may take as long as the model thinks; only its head has to come soon.
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 0, maxHeaderSize: 32 * 1024 })
  server.maxConnections = 256
  server.on('request', (incoming, response) => relay(incoming, response, send, deps))
  server.on('connect', (incoming, stream) => {
    const socket = stream as Socket
    socket.on('error', () => socket.destroy())
    decision('CONNECT', incoming.url ?? '', 'refused', deps)
    answer(socket, 405, 'airlock: this port speaks to the model only; the proxy is the one named in HTTPS_PROXY')
  })
  return server
}

type Send = (path: string, incoming: IncomingMessage, framing: OutgoingHttpHeaders) => ClientRequest

function relay(incoming: IncomingMessage, response: ServerResponse, send: Send, deps: RelayDeps): void {
  const { pathname, search } = readPath(incoming.url)
  const method = incoming.method ?? ''
  const allowed = PATHS.some(([verb, path]) => verb === method && path.test(pathname))
  decision(method, pathname, allowed ? 'allowed' : 'refused', deps)
  if (!allowed) return replyAsModel(response, 403, 'permission_error', `airlock: ${ELSEWHERE}`)
  const framing = bodyFraming(incoming.headers)
  if (!framing) return replyAsModel(response, 501, 'invalid_request_error', `airlock: ${CODING}`)
  const { upstream } = deps
  const fail = (message: string) =>
    replyAsModel(response, 502, 'api_error', `airlock: the model's API at ${upstream.host} did not answer: ${message}`)
  try {
    exchange({
      ...{ incoming, response, clean: modelResponseHeaders, fail },
      outgoing: send(`${upstream.pathname.replace(/\/$/, '')}${pathname}${search}`, incoming, framing),
      ended: (facts) => deps.log({ event: 'closed', time: now(), via: 'relay', host: upstream.hostname, ...facts }),
    })
  } catch {
    // Node refuses some characters in a path. Its message would repeat the query.
    fail('the request can not be passed on')
  }
}

function decision(method: string, path: string, verdict: 'allowed' | 'refused', { upstream, log }: RelayDeps): void {
  const asked = { via: 'relay', method, host: upstream.hostname, port: portOf(upstream) } as const
  const reason = verdict === 'refused' ? { reason: ELSEWHERE } : {}
  log({ event: 'decision', time: now(), ...asked, path: path.slice(0, 200), verdict, ...reason })
}

// Only what is literally there counts: no decoding, no dot segments that another parser might resolve.
function readPath(url: string | undefined): { readonly pathname: string; readonly search: string } {
  const [pathname = '', ...rest] = (url ?? '').split('?')
  return { pathname, search: rest.length === 0 ? '' : `?${rest.join('?')}` }
}

function sender({ upstream, credential, outbound }: RelayDeps): Send {
  const agent = upstreamAgent(upstream, outbound)
  return (path, incoming, framing) =>
    httpRequest({
      ...{ agent, host: upstream.hostname.replace(/^\[|\]$/g, ''), port: portOf(upstream), path },
      method: incoming.method,
      headers: { ...modelHeaders(incoming.headers, credential), ...framing, host: upstream.host },
    })
}

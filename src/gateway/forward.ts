// Plain HTTP through the proxy: absolute-form requests (RFC 9112, 3.2.2).
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { exchange } from './exchange.ts'
import { bodyFraming, CODING } from './framing.ts'
import { withoutHopByHop } from './headers.ts'
import { hostPort, hostText, parseAuthority } from './hosts.ts'
import { type Asked, clip, judge, malformed, type ProxyDeps } from './judge.ts'
import { now } from './log.ts'
import { reply } from './replies.ts'

export async function forward(incoming: IncomingMessage, response: ServerResponse, deps: ProxyDeps): Promise<void> {
  const method = incoming.method ?? ''
  const url = absoluteUrl(incoming.url)
  const target = url && parseAuthority(rawAuthority(incoming.url ?? ''), 80)
  // Two Host headers are two meanings (RFC 9112, 3.2).
  if (!url || !target || incoming.headersDistinct.host?.length !== 1) {
    malformed('http', method, incoming.url ?? '', deps)
    return reply(response, 400, 'This is a forward proxy: it takes http:// URLs and CONNECT.')
  }
  const framing = bodyFraming(incoming.headers)
  if (!framing) return reply(response, 501, `airlock: ${CODING}`)
  const asked: Asked = { via: 'http', method, host: hostText(target.host), port: target.port, path: clip(url.pathname) }
  const verdict = await judge(asked, target.host, deps)
  if (verdict.verdict === 'refused') return reply(response, 403, `airlock: ${verdict.reason}`)
  try {
    const route = await deps.outbound.connectHttp(asked.host, asked.port, verdict.address)
    // The client may have gone while the connection was made: nobody would ever close this end.
    if (response.destroyed) return void route.socket.destroy()
    const host = hostPort(asked.host, asked.port, 80)
    const outgoing = httpRequest({
      createConnection: () => route.socket,
      method,
      path: `${route.prefix}${url.pathname}${url.search}`,
      // The Host header says what was judged, whatever the client wrote there.
      headers: { ...withoutHopByHop(incoming.headers), ...framing, host, connection: 'close', ...route.headers },
    })
    exchange({
      ...{ incoming, response, outgoing, clean: withoutHopByHop },
      fail: (message) => reply(response, 502, `airlock: ${asked.host} did not answer: ${message}`),
      ended: (facts) => deps.log({ event: 'closed', time: now(), via: 'http', host: asked.host, ...facts }),
    })
  } catch (error) {
    const message = (error as Error).message
    const nothing = { sentBytes: 0, receivedBytes: 0, durationMs: 0 }
    deps.log({ event: 'closed', time: now(), via: 'http', host: asked.host, ...nothing, error: message })
    if (!response.destroyed) reply(response, 502, `airlock: ${asked.host} did not answer: ${message}`)
  }
}

function absoluteUrl(text: string | undefined): URL | undefined {
  if (!text || !/^http:\/\//i.test(text) || !URL.canParse(text)) return undefined
  return new URL(text)
}

// The authority as it was written: the URL parser would repair what the policy should see and refuse.
const rawAuthority = (url: string) => /^http:\/\/([^/?#]*)/i.exec(url)?.[1] ?? ''

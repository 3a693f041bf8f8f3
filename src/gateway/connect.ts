// CONNECT: a tunnel to one host and port.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { hostText, parseAuthority } from './hosts.ts'
import { type Asked, judge, malformed, type ProxyDeps, refuseTunnel } from './judge.ts'
import { now } from './log.ts'
import { judgeOpening, type Refusal } from './opening.ts'
import { answer, answerText, TLS_ALERT } from './replies.ts'
import { join } from './tunnel.ts'

export async function connectTunnel(
  incoming: IncomingMessage,
  client: Socket,
  head: Buffer,
  deps: ProxyDeps,
): Promise<void> {
  const target = parseAuthority(incoming.url ?? '')
  if (!target) {
    malformed('connect', 'CONNECT', incoming.url ?? '', deps)
    return answer(client, 400, 'The target of CONNECT must be host:port.')
  }
  const asked: Asked = { via: 'connect', method: 'CONNECT', host: hostText(target.host), port: target.port }
  const verdict = await judge(asked, target.host, deps)
  if (verdict.verdict === 'refused') return answer(client, 403, `airlock: ${verdict.reason}`)
  const started = performance.now()
  const closed = (facts: { readonly sentBytes: number; readonly receivedBytes: number; readonly error?: string }) => {
    const durationMs = Math.round(performance.now() - started)
    deps.log({ event: 'closed', time: now(), via: 'connect', host: asked.host, ...facts, durationMs })
  }
  try {
    const remote = await deps.outbound.connect(asked.host, asked.port, verdict.address)
    // The client may have gone while the connection was made: nobody would ever close this end.
    if (client.destroyed) return void remote.destroy()
    remote.on('close', () => closed({ sentBytes: remote.bytesWritten, receivedBytes: remote.bytesRead }))
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    if (head.length > 0) client.unshift(head)
    const refused = (opening: Refusal) => {
      refuseTunnel(asked, opening.reason, deps)
      remote.unpipe(client)
      client.end(farewell(opening), () => remote.destroy())
    }
    join(client, remote, (said) => judgeOpening(said, target.host, target.port), refused)
  } catch (error) {
    const message = (error as Error).message
    closed({ sentBytes: 0, receivedBytes: 0, error: message })
    answer(client, 502, `airlock: ${asked.host} did not answer: ${message}`)
  }
}

/** In the words of the protocol that the client speaks, so that its own error message is of use. */
const farewell = (opening: Refusal) =>
  opening.as === 'tls' ? TLS_ALERT : answerText(403, `airlock: ${opening.reason}`)

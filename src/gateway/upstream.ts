// Connections to the model's API, kept open between requests.
import { Agent } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Outbound } from './outbound.ts'

export const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80))

// For connections that wait for a request, not for answers. Firewalls forget quiet connections without a word, and the
// next request on such a one would wait in vain.
const IDLE_MS = 30_000

/**
 * An agent whose connections go out as everything else does, through the host's proxy if there is one. It speaks HTTP
 * over whatever the connection is, so TLS is made here and not by Node's https agent.
 */
export function upstreamAgent(upstream: URL, outbound: Outbound): Agent {
  const host = upstream.hostname.replace(/^\[|\]$/g, '')
  const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: IDLE_MS })
  const open = async (): Promise<Duplex> => {
    const socket = await outbound.connect(host, portOf(upstream), undefined)
    return upstream.protocol === 'https:' ? outbound.secure(socket, host) : socket
  }
  agent.createConnection = (_options, done) => {
    open().then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as never),
    )
    return undefined
  }
  return agent
}

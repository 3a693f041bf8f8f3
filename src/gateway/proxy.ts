// The forward proxy: CONNECT for TLS, absolute-form requests for plain HTTP. Every request is judged on its own, also
// on a connection that was kept open.
import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { connectTunnel } from './connect.ts'
import { forward } from './forward.ts'
import type { ProxyDeps } from './judge.ts'
import { answer, reply } from './replies.ts'

// Tunnels count as connections. Whoever opens more than this gets resets, and hurts only itself.
const MAX_CONNECTIONS = 512

export function createProxy(deps: ProxyDeps): Server {
  // A download may take hours; only a request's head has to come soon.
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 0, maxHeaderSize: 16 * 1024 })
  server.maxConnections = MAX_CONNECTIONS
  server.on('request', (incoming, response) => {
    forward(incoming, response, deps).catch(() => reply(response, 502, 'airlock: the request could not be passed on'))
  })
  server.on('connect', (incoming, stream, head) => {
    const client = stream as Socket
    // A client that resets its connection must not end the gateway.
    client.on('error', () => client.destroy())
    connectTunnel(incoming, client, head, deps).catch(() => answer(client, 502, 'airlock: no tunnel could be opened'))
  })
  return server
}

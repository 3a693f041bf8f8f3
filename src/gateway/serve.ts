// Starts proxy and relay as the control stream says, and stops both when it ends.
import { createReadStream } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type GatewayConfig, PROXY_PORT, RELAY_PORT } from './gateway-config.ts'
import { type Log, now } from './log.ts'
import { outbound } from './outbound.ts'
import { systemResolve } from './policy.ts'
import { createProxy } from './proxy.ts'
import { createRelay } from './relay.ts'

export const CONTROL = '/run/airlock/control'

export interface Gateway {
  readonly proxyPort: number
  readonly relayPort: number
  close(): void
}

/** Listens on both ports; the promise resolves when both accept connections. */
export async function startGateway(
  config: GatewayConfig,
  log: Log,
  ports = { proxy: PROXY_PORT, relay: RELAY_PORT },
  resolve = systemResolve,
): Promise<Gateway> {
  const out = outbound(config)
  const upstream = reachableUpstream(config.upstream)
  const model = { host: upstream.hostname, port: Number(upstream.port || (upstream.protocol === 'https:' ? 443 : 80)) }
  const policy = {
    allow: config.allow,
    model,
    proxied: (host: string, port: number) => out.proxyFor(host, port) !== undefined,
  }
  const proxy = createProxy({ policy, outbound: out, resolve, log })
  const relay = createRelay({ upstream, credential: config.credential, outbound: out, log })
  const [proxyPort, relayPort] = await Promise.all([listen(proxy, ports.proxy), listen(relay, ports.relay)])
  return {
    proxyPort,
    relayPort,
    close() {
      for (const server of [proxy, relay]) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

/** Reads the configuration from the control stream and serves until the stream ends. */
export async function serve(control: Readable = createReadStream(CONTROL), log: Log, exit: (code: number) => void) {
  let gateway: Gateway | undefined
  for await (const line of createInterface({ input: control })) {
    // One configuration a gateway: whoever could write a second one must not change the first.
    if (gateway) continue
    gateway = await startGateway(readConfig(line), log)
    log({ event: 'ready', time: now() })
  }
  gateway?.close()
  exit(0)
}

function readConfig(line: string): GatewayConfig {
  const config = JSON.parse(line) as GatewayConfig
  const complete = config.credential?.value && URL.canParse(config.upstream) && Array.isArray(config.allow)
  // The line itself is secret: no part of it goes into the message.
  if (!complete) throw new Error('the gateway’s configuration is incomplete')
  return config
}

/** Loopback, seen from the container, is the container itself: the host that was meant has a name of its own there. */
export function reachableUpstream(text: string): URL {
  const url = new URL(text)
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(url.hostname)) url.hostname = 'host.docker.internal'
  return url
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '0.0.0.0', () => resolve((server.address() as AddressInfo).port))
  })
}

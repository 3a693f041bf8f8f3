// Starts proxy, relay and tools as the control stream says, and stops them when it ends.
import { open } from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { type GatewayConfig, PROXY_PORT, RELAY_PORT, TOOLS_PORT } from './gateway-config.ts'
import { reachableUrl } from './host-proxy.ts'
import { hostText, normaliseHost } from './hosts.ts'
import { type Log, now } from './log.ts'
import { type Network, systemNetwork } from './network.ts'
import { outbound } from './outbound.ts'
import { createProxy } from './proxy.ts'
import { createRelay } from './relay.ts'
import { createToolServer } from './tool-server.ts'
import { portOf } from './upstream.ts'

const CONTROL = '/run/airlock/control'

export interface Gateway {
  readonly proxyPort: number
  readonly relayPort: number
  /** Undefined when there are no tools. */
  readonly toolsPort: number | undefined
  close(): void
}

/** Listens on its ports; the promise resolves when all accept connections. */
export async function startGateway(
  config: GatewayConfig,
  log: Log,
  ports = { proxy: PROXY_PORT, relay: RELAY_PORT, tools: TOOLS_PORT },
  network: Network = systemNetwork,
): Promise<Gateway> {
  const out = outbound(config, network.dial)
  const upstream = reachableUrl(config.upstream)
  const model = normaliseHost(upstream.hostname)
  if (!model) throw new Error('the address of the model’s API has no valid host')
  const policy = {
    allow: config.allow,
    model: { host: hostText(model), port: portOf(upstream) },
    proxied: (host: string, port: number) => out.proxyFor(host, port) !== undefined,
  }
  const proxy = createProxy({ policy, outbound: out, network, log })
  const relay = createRelay({ upstream, credential: config.credential, outbound: out, log })
  const tools = config.tools && createToolServer(config.tools, log)
  const [proxyPort, relayPort, toolsPort] = await Promise.all([
    listen(proxy, ports.proxy),
    listen(relay, ports.relay),
    tools && listen(tools, ports.tools),
  ])
  return {
    ...{ proxyPort, relayPort, toolsPort },
    close() {
      for (const server of [proxy, relay, ...(tools ? [tools] : [])]) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

/** The control stream, once somebody has opened its other end. */
export async function openControl(): Promise<Readable> {
  const fd = await promisify(open)(CONTROL, 'r')
  // A socket, not a file stream: a file's pending read sits in a thread that process.exit waits for.
  return new Socket({ fd, readable: true, writable: false })
}

/** Reads the configuration from the control stream and serves until the stream ends. */
export async function serve(control: Readable, log: Log, exit: (code: number) => void): Promise<void> {
  let gateway: Gateway | undefined
  for await (const line of createInterface({ input: control })) {
    // One configuration a gateway: whoever could write a second one must not change the first. A further line only asks
    // for a mark in the log, by which the host knows that it has read all that was written before.
    if (gateway) {
      log({ event: 'mark', time: now() })
      continue
    }
    gateway = await startGateway(readConfig(line), log)
    log({ event: 'ready', time: now() })
  }
  gateway?.close()
  exit(0)
}

// The line is secret: no part of it goes into a message, and JSON.parse's own would quote it.
function readConfig(line: string): GatewayConfig {
  const config = parseLine(line)
  const complete =
    typeof config?.credential?.value === 'string' &&
    /^(api-key|oauth-token)$/.test(config.credential.kind) &&
    /^https?:\/\//.test(config.upstream) &&
    URL.canParse(config.upstream) &&
    Array.isArray(config.allow) &&
    (config.tools === undefined || (config.tools.bearer.length >= 16 && Array.isArray(config.tools.servers)))
  if (!complete) throw new Error('the gateway’s configuration is incomplete')
  if (!/^[\x21-\x7e]+$/.test(config.credential.value)) {
    throw new Error('the credential is empty or holds characters that no header can carry')
  }
  return config
}

function parseLine(line: string): GatewayConfig | undefined {
  try {
    return JSON.parse(line) as GatewayConfig
  } catch {
    return undefined
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '0.0.0.0', () => resolve((server.address() as AddressInfo).port))
  })
}

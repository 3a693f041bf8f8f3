// Claude's MCP servers, each at a path of its own. Whoever calls has no more power than to fill a list that is checked
// later; the bearer only keeps the project's other services, which share the network, from doing so.
import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { GatewayConfig, ToolServer } from './gateway-config.ts'
import { clip } from './judge.ts'
import { type Log, now } from './log.ts'
import { answerMessage, type Note } from './mcp.ts'
import { reply } from './replies.ts'

export const TOOL_LIMITS = {
  /** A comment on GitHub has at most 65,536 characters, which may be four bytes each, or six when JSON escapes them. */
  requestBytes: 512 * 1024,
  calls: 500,
  /** Of all calls together. */
  callBytes: 4 * 1024 * 1024,
  /** That are logged: a neighbour that tries without end shall not fill the log. */
  refusals: 100,
}

type Tools = NonNullable<GatewayConfig['tools']>

export function createToolServer(tools: Tools, log: Log): Server {
  const deps = { note: noteTaker(log), refused: refusalLog(log) }
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16 * 1024 })
  server.maxConnections = 32
  server.on('request', (incoming, response) => {
    serveRequest(incoming, response, tools, deps).catch(() => reply(response, 400, 'airlock: a broken request'))
  })
  return server
}

interface Deps {
  readonly note: Note
  readonly refused: (incoming: IncomingMessage, reason: string) => void
}

async function serveRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
  tools: Tools,
  { note, refused }: Deps,
) {
  const { method = '', url = '' } = incoming
  const refuse = (status: number, reason: string) => {
    refused(incoming, reason)
    reply(response, status, `airlock: ${reason}`)
  }
  if (!isBearer(incoming.headers.authorization, tools.bearer)) return refuse(401, 'these tools are for Claude only')
  const server = tools.servers.find(({ name }) => url === `/${name}`)
  if (!server) return refuse(404, 'there is no such server of tools')
  // Without a stream of its own, a server answers GET so, and without sessions DELETE: nobody did wrong.
  if (method !== 'POST') return reply(response.setHeader('allow', 'POST'), 405, 'airlock: only POST')
  if (!/^application\/json\b/i.test(incoming.headers['content-type'] ?? '')) return refuse(415, 'only JSON is taken')
  const body = await readBody(incoming)
  if (body === undefined)
    return refuse(413, `a request may have ${TOOL_LIMITS.requestBytes.toLocaleString('en')} bytes`)
  answer(response, server, body, note)
}

function refusalLog(log: Log): Deps['refused'] {
  let left = TOOL_LIMITS.refusals
  return ({ method = '', url = '', socket }, reason) => {
    if (left-- <= 0) return
    const asked = { method, host: 'airlock-gateway', port: socket.localPort ?? 0, path: clip(url.split('?')[0] ?? '') }
    log({ event: 'decision', time: now(), via: 'tools', ...asked, verdict: 'refused', reason })
  }
}

function isBearer(header: string | undefined, bearer: string): boolean {
  const [given, wanted] = [Buffer.from(header ?? ''), Buffer.from(`Bearer ${bearer}`)]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** Undefined when there is more than a request may have; the rest is not kept. */
function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const most = TOOL_LIMITS.requestBytes
  if (Number(incoming.headers['content-length'] ?? 0) > most) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    // Read by hand: leaving a loop over the stream would close the connection before the answer.
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > most) resolve(undefined)
      else chunks.push(chunk)
    })
    incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    incoming.on('close', () => reject(new Error('the client went away')))
  })
}

function answer(response: ServerResponse, server: ToolServer, body: string, note: Note): void {
  const said = answerMessage(server, parse(body), note)
  if (said === undefined) return void response.writeHead(202).end()
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said))
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Calls go to the log, which is where the host reads them. */
function noteTaker(log: Log): Note {
  let calls = 0
  let bytes = 0
  return (call) => {
    const length = JSON.stringify(call).length
    if (calls >= TOOL_LIMITS.calls || bytes + length > TOOL_LIMITS.callBytes) {
      return 'too much was noted already in this run; this is not published'
    }
    calls += 1
    bytes += length
    log({ event: 'call', time: now(), ...call })
    return undefined
  }
}

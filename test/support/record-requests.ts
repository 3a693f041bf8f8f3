// Notes every request with its headers and passes it on. aimock's own journal hides credentials, and which of them
// arrive is what the tests ask.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RecordedRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** As they arrived, x-api-key, authorization and anthropic-beta among them; names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>
  /** As far as it has arrived. */
  readonly body: string
}

export interface Recorder {
  readonly port: number
  requests(): readonly RecordedRequest[]
  stop(): Promise<void>
}

/** Listens, records, and streams both ways to `upstream`; what breaks off on one side breaks off on the other. */
export async function recordRequests(upstream: string, at: { port: number; host: string }): Promise<Recorder> {
  const recorded: RecordedRequest[] = []
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    recorded.push({
      ...{ method, path: url.split('?', 1)[0] ?? '', headers: { ...headers } },
      get body() {
        return Buffer.concat(chunks).toString()
      },
    })
    passOn(new URL(url, upstream), incoming, response)
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(at.port, at.host, listening)
  })
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => [...recorded],
    async stop() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}

function passOn(target: URL, incoming: IncomingMessage, response: ServerResponse): void {
  // A connection for each request: one kept open could be closed by the other side just as it is used again.
  const onward = request(target, { method: incoming.method, headers: incoming.headers, agent: false })
  onward.on('error', () => response.destroy())
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    // Ended, not destroyed: what has arrived so far is to reach the client before the break does.
    answer.on('error', () => response.socket?.end()).pipe(response)
  })
  response.on('close', () => onward.destroy())
  incoming.pipe(onward)
}

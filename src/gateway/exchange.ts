// One request and its answer, passed on as they come: nothing is held back, and an end on either side ends the other.
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream'

export interface Ended {
  readonly status?: number
  readonly error?: string
  readonly sentBytes: number
  readonly receivedBytes: number
  readonly durationMs: number
}

export interface Exchange {
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly outgoing: ClientRequest
  /** The answer's headers as the client may see them. */
  readonly clean: (headers: IncomingHttpHeaders) => OutgoingHttpHeaders
  /** Tells the client that no answer came. */
  readonly fail: (message: string) => void
  /** Called once. */
  readonly ended: (facts: Ended) => void
}

export function exchange({ incoming, response, outgoing, clean, fail, ended }: Exchange): void {
  const started = performance.now()
  const bytes = { sentBytes: 0, receivedBytes: 0 }
  let open = true
  const end = (facts: { readonly status?: number; readonly error?: string }) => {
    if (open) ended({ ...facts, ...bytes, durationMs: Math.round(performance.now() - started) })
    open = false
  }
  outgoing.on('response', (remote) => {
    const status = remote.statusCode ?? 502
    remote.on('data', (chunk: Buffer) => {
      bytes.receivedBytes += chunk.length
    })
    if (!begin(response, status, () => clean(remote.headers))) {
      outgoing.destroy(new Error('the answer has a head that can not be passed on'))
      return
    }
    pipeline(remote, response, (error) => end({ status, ...(error ? { error: error.message } : {}) }))
  })
  const failed = (error: Error) => {
    end({ error: error.message })
    if (!response.destroyed) fail(error.message)
  }
  outgoing.on('error', failed)
  // Nobody asked for another protocol. Node leaves a connection that changes to one to whoever listens here.
  outgoing.on('upgrade', (_, socket) => {
    socket.destroy()
    failed(new Error('the answer changes to another protocol'))
  })
  incoming.on('data', (chunk: Buffer) => {
    bytes.sentBytes += chunk.length
  })
  // A client that goes away takes its request with it: the model must not go on working for nobody.
  incoming.on('close', () => incoming.complete || outgoing.destroy())
  response.on('close', () => response.writableFinished || outgoing.destroy())
  incoming.pipe(outgoing)
}

// Node refuses to write some heads that it has read, such as a status of 99.
function begin(response: ServerResponse, status: number, headers: () => OutgoingHttpHeaders): boolean {
  try {
    response.writeHead(status, headers())
    // The head goes out at once: the first event of a stream may be seconds away.
    response.flushHeaders()
    return true
  } catch {
    return false
  }
}

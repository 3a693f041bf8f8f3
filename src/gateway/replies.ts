// What the proxy itself says to a client.
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** On the bare socket of a CONNECT request, which nobody else looks after any more. */
export function answer(socket: Socket, status: number, text: string): void {
  socket.end(answerText(status, text))
  // What the client still says is thrown away: closing over unread bytes would take the answer back.
  socket.resume()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

// A client that never closes its end must not keep one of the gateway's connections.
const LINGER_MS = 1000

export function answerText(status: number, text: string): string {
  const body = `${text}\n`
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

/** Fatal, unrecognized_name (RFC 8446, 6.2). */
export const TLS_ALERT = Buffer.from([21, 3, 3, 0, 2, 2, 112])

export function reply(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`)
}

/** In the shape of the Messages API's own errors: Claude Code shows the message. */
export function replyAsModel(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ type: 'error', error: { type, message } }))
}

// What the proxy itself says to a client.
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** On the bare socket of a CONNECT request. */
export function answer(socket: Socket, status: number, text: string): void {
  const body = `${text}\n`
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

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

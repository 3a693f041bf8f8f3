// Two sockets joined into one.
import type { Socket } from 'node:net'

// Long enough for a quiet download, short enough that forgotten tunnels go away.
const IDLE_MS = 10 * 60_000

/** Passes bytes both ways until one side ends; a break on one side breaks the other. */
export function join(client: Socket, remote: Socket): void {
  client.setNoDelay(true)
  for (const [socket, other] of [[client, remote] as const, [remote, client] as const]) {
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    socket.on('error', () => other.destroy())
    // After an orderly end, what is still on its way to the other side has to arrive.
    socket.on('close', (broken) => (broken || !socket.readableEnded ? other.destroy() : other.end()))
    socket.pipe(other)
  }
}

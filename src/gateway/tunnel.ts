// Two sockets joined into one.
import type { Socket } from 'node:net'
import type { Opening, Refusal } from './opening.ts'

// Long enough for a quiet download, short enough that forgotten tunnels go away.
const IDLE_MS = 10 * 60_000

/**
 * Passes bytes both ways until one side ends; a break on one side breaks the other. What the client says first is shown
 * to `judge`, and where that refuses it, `refused` has to end both.
 */
export function join(
  client: Socket,
  remote: Socket,
  judge: (said: Buffer) => Opening,
  refused: (opening: Refusal) => void,
): void {
  client.setNoDelay(true)
  for (const [socket, other] of [[client, remote] as const, [remote, client] as const]) {
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    socket.on('error', () => other.destroy())
    // After an orderly end, what is still on its way to the other side has to arrive.
    socket.on('close', (broken) => (broken || !socket.readableEnded ? other.destroy() : other.end()))
  }
  // At once: with some protocols it is the server who speaks first.
  remote.pipe(client)
  let said = Buffer.alloc(0)
  let passed = 0
  const onEnd = () => void remote.end()
  const onData = (chunk: Buffer) => {
    said = Buffer.concat([said, chunk])
    const opening = judge(said)
    if (opening.kind === 'hold') return
    if (opening.kind !== 'watch') client.off('data', onData).off('end', onEnd)
    if (opening.kind === 'refuse') return refused(opening)
    remote.write(said.subarray(passed))
    passed = said.length
    if (opening.kind === 'pass') client.pipe(remote)
  }
  client.on('data', onData).on('end', onEnd)
}

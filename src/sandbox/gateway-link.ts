// The host's end of the gateway: secrets go in over a control stream, decisions come out of its log.
import { createInterface } from 'node:readline'
import type { GatewayConfig, GatewayEvent } from '../gateway/gateway-config.ts'
import type { Docker } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import type { Child } from '../ports/process.ts'

export interface GatewayLink {
  /** Resolves when the gateway listens; rejects with its log when it ends before. */
  readonly ready: Promise<void>
  /** Every event so far, in order. */
  readonly events: readonly GatewayEvent[]
  onEvent(listener: (event: GatewayEvent) => void): void
  /** Resolves to true when all that the gateway has logged until now is in `events`; to false when it does not answer. */
  caughtUp(): Promise<boolean>
  /** Closes the control stream, on which the gateway stops. */
  close(): void
}

// The gateway answers within milliseconds; one that is gone has nothing more to say.
const CATCH_UP_MS = 5000

/**
 * Opens the control stream and hands over the configuration. The stream stays open for as long as airlock lives: its
 * end, however it comes about, closes the only way out.
 */
export function openGateway(docker: Docker, container: string, config: GatewayConfig): GatewayLink {
  const control = docker.start([
    'exec',
    '-i',
    container,
    'sh',
    '-c',
    'until [ -p /run/airlock/control ]; do sleep 0.02; done; exec cat > /run/airlock/control',
  ])
  control.stdout.resume()
  control.stdin.write(`${JSON.stringify(config)}\n`)
  const log = docker.start(['logs', '--follow', container])
  log.stdin.end()
  const events: GatewayEvent[] = []
  const listeners: ((event: GatewayEvent) => void)[] = []
  const ready = deferred()
  createInterface({ input: log.stdout }).on('line', (line) => {
    const event = parse(line)
    if (!event) return
    events.push(event)
    if (event.event === 'ready') ready.resolve()
    for (const listener of listeners) listener(event)
  })
  rejectWhenEnded(log, control, ready)
  return {
    ready: ready.promise,
    events,
    onEvent: (listener) => void listeners.push(listener),
    caughtUp: () =>
      new Promise((resolve) => {
        const settle = (complete: boolean) => {
          clearTimeout(timer)
          resolve(complete)
        }
        const timer = setTimeout(() => settle(false), CATCH_UP_MS)
        listeners.push((event) => event.event === 'mark' && settle(true))
        void log.done.then(() => settle(false))
        control.stdin.write('\n')
      }),
    close: () => {
      control.stdin.end()
      log.kill()
    },
  }
}

function rejectWhenEnded(log: Child, control: Child, ready: ReturnType<typeof deferred>): void {
  // Whoever awaits `ready` gets the reason; nobody else has to.
  ready.promise.catch(() => {})
  const fail = (what: string) => (ended: { readonly stderrTail: string }) =>
    ready.reject(new AirlockError('sandbox', what, { detail: ended.stderrTail.trim() }))
  void log.done.then(fail('the gateway ended before it was ready'))
  void control.done.then(fail('the gateway took no configuration'))
}

// Promise.withResolvers, which Node 20 lacks.
function deferred() {
  let resolve: () => void = () => {}
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<void>((onDone, onFail) => {
    resolve = onDone
    reject = onFail
  })
  return { promise, resolve, reject }
}

function parse(line: string): GatewayEvent | undefined {
  try {
    const event = JSON.parse(line) as GatewayEvent
    return typeof event === 'object' && event !== null && typeof event.event === 'string' ? event : undefined
  } catch {
    return undefined
  }
}

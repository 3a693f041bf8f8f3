// Signals: the first asks the run to end in order, a second one doesn't wait.
import type { EventEmitter } from 'node:events'

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'
const NUMBERS: Readonly<Record<Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }
const SIGNALS = Object.keys(NUMBERS) as readonly Signal[]

export interface Cancellation {
  readonly signal: AbortSignal
  /** The exit code of a run that was cancelled, 128 and the signal's number; undefined for one that was not. */
  exitCode(): number | undefined
  /** Leaves the signals to their defaults again. */
  stop(): void
}

export interface CancelOptions {
  /** Called once, with the first signal. */
  readonly onCancel: (signal: Signal) => void
  /**
   * Called for every further one. A person who presses Ctrl-C twice wants to leave; the runner of a workflow sends
   * SIGINT, then SIGTERM, then kills, and the time until then is better used.
   */
  readonly onInsist: (exitCode: number) => void
}

export function cancelOnSignals(process: EventEmitter, { onCancel, onInsist }: CancelOptions): Cancellation {
  const controller = new AbortController()
  let code: number | undefined
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      if (code !== undefined) return onInsist(code)
      code = 128 + NUMBERS[signal]
      onCancel(signal)
      controller.abort(new Error(`cancelled by ${signal}`))
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return {
    signal: controller.signal,
    exitCode: () => code,
    stop: () => {
      for (const { signal, listener } of listeners) process.off(signal, listener)
    },
  }
}

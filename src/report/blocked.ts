// Blocked requests, the same ones counted together: a retrying client makes hundreds of them.
import type { RunResult } from './run-result.ts'

export interface Blocked {
  readonly target: string
  readonly method: string
  readonly reason: string
  readonly times: number
}

/** In the order of their first appearance. */
export function blockedRequests(result: RunResult): readonly Blocked[] {
  const found = new Map<string, Blocked>()
  for (const { host, port, path, method, reason = '' } of result.requests.blocked) {
    const target = `${host}:${port}${path ?? ''}`
    const key = JSON.stringify([target, method, reason])
    found.set(key, { target, method, reason, times: (found.get(key)?.times ?? 0) + 1 })
  }
  return [...found.values()]
}

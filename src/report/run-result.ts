// The whole story of a run, as it is written to result.json (schema version 1).
import type { Finding } from '../audit/finding.ts'
import type { GatewayEvent, ProbeRow } from '../gateway/gateway-config.ts'
import type { Outbox } from '../github/outbox.ts'
import type { ErrorKind, Problem } from '../ports/errors.ts'
import type { Change, Refusal } from '../workspace/patch.ts'

export const PHASES = [
  'resolve',
  'audit',
  'build',
  'copy',
  'start',
  'probe',
  'lifecycle',
  'first_request',
  'claude',
  'patch',
  'stop',
] as const
export type Phase = (typeof PHASES)[number]

export interface RunResult {
  readonly version: 1
  readonly runId: string
  readonly conclusion: 'success' | 'failure' | 'cancelled'
  readonly error?: {
    readonly kind: ErrorKind | 'internal'
    readonly message: string
    readonly where?: string
    readonly detail?: string
    readonly next?: string
    /** Its parts, where there are several; `where` is `file:line:column`. */
    readonly problems?: readonly Problem[]
  }
  /** What Claude said last. */
  readonly finalMessage?: string
  readonly structuredOutput?: unknown
  readonly sessionId?: string
  readonly model?: string
  readonly costUsd: number
  readonly numTurns: number
  /** Milliseconds, whole run. */
  readonly durationMs: number
  /** Milliseconds from the start to the moment that Claude could be started. */
  readonly sandboxReadyMs?: number
  /** Milliseconds a phase; phases overlap, so the sum may exceed durationMs. */
  readonly timings: Readonly<Partial<Record<Phase, number>>>
  readonly services: readonly string[]
  readonly probe: readonly ProbeRow[]
  readonly findings: readonly Finding[]
  readonly notes: readonly string[]
  readonly requests: {
    readonly allowed: number
    readonly blocked: readonly Extract<GatewayEvent, { event: 'decision' }>[]
  }
  readonly patch?: {
    readonly files: number
    readonly insertions: number
    readonly deletions: number
    readonly changes: readonly Change[]
    readonly refusals: readonly Refusal[]
  }
  /** What Claude asked to have said on GitHub; of runs with a briefing. Untrusted. */
  readonly outbox?: Outbox
  /** For a head that is not its base: the commit that the sandbox and Claude's configuration come from. */
  readonly trusted?: {
    readonly sha: string
    readonly ref: string
    /** Files of these that the head has in another way, or has not. */
    readonly differing: readonly string[]
  }
  /** The volume that still has the work, because it could not be brought back. */
  readonly keptVolume?: string
  /** Absolute paths of what was written. */
  readonly output: {
    readonly directory: string
    readonly patch?: string
    readonly withheld?: string
    readonly changes?: string
    readonly transcript?: string
    readonly outbox?: string
    readonly result: string
  }
}

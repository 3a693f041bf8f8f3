// Collects what happens in a run, so that a result can be written whenever and however it ends.
import type { Finding } from '../audit/finding.ts'
import type { GatewayEvent, ProbeRow } from '../gateway/gateway-config.ts'
import type { Outbox } from '../github/outbox.ts'
import { AirlockError } from '../ports/errors.ts'
import type { Patch } from '../workspace/patch.ts'
import type { Phase, RunResult } from './run-result.ts'

/** What Claude's stream told. */
export interface ClaudeSummary {
  readonly sessionId?: string | undefined
  readonly model?: string | undefined
  readonly costUsd: number
  readonly numTurns: number
  readonly finalMessage?: string | undefined
  readonly structuredOutput?: unknown
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export class RunRecord {
  readonly #started = performance.now()
  readonly #timings: Partial<Record<Phase, number>> = {}
  readonly notes: string[] = []
  services: readonly string[] = []
  findings: readonly Finding[] = []
  probe: readonly ProbeRow[] = []
  events: readonly GatewayEvent[] = []
  claude: ClaudeSummary | undefined
  patch: Patch | undefined
  outbox: Outbox | undefined
  trusted: RunResult['trusted']
  sandboxReadyMs: number | undefined
  error: AirlockError | Error | undefined
  keptVolume: string | undefined
  #cancelled = false
  #phase: Phase | undefined
  output: Mutable<RunResult['output']>
  readonly runId: string

  constructor(runId: string, directory: string, resultFile: string) {
    this.runId = runId
    this.output = { directory, result: resultFile }
  }

  /** Milliseconds since the run began. */
  elapsed(): number {
    return performance.now() - this.#started
  }

  /** Times a phase; a phase that is entered again adds up. */
  async time<T>(phase: Phase, work: () => Promise<T> | T): Promise<T> {
    const from = performance.now()
    if (phase !== 'stop' && phase !== 'patch') this.#phase = phase
    try {
      return await work()
    } finally {
      this.mark(phase, performance.now() - from)
    }
  }

  mark(phase: Phase, milliseconds: number): void {
    this.#timings[phase] = Math.round((this.#timings[phase] ?? 0) + milliseconds)
  }

  /** Keeps the first error: later ones are mostly its consequences. */
  fail(error: unknown): void {
    this.error ??= error instanceof Error ? error : new Error(String(error))
  }

  /** The run was cancelled: that is its error, whatever broke because of it. */
  cancel(): void {
    this.#cancelled = true
    this.error = new AirlockError('sandbox', `the run was cancelled (last phase: ${this.#phase ?? 'none'})`, {
      next: this.patch ? 'The work so far is in the output folder.' : undefined,
    })
  }

  result(): RunResult {
    const decisions = this.events.filter((event) => event.event === 'decision')
    const { claude, patch } = this
    return {
      version: 1,
      runId: this.runId,
      conclusion: this.#cancelled ? 'cancelled' : this.error ? 'failure' : 'success',
      ...(this.error ? { error: describeError(this.error) } : {}),
      ...defined({ finalMessage: claude?.finalMessage, structuredOutput: claude?.structuredOutput }),
      ...defined({ sessionId: claude?.sessionId, model: claude?.model, sandboxReadyMs: this.sandboxReadyMs }),
      costUsd: claude?.costUsd ?? 0,
      numTurns: claude?.numTurns ?? 0,
      durationMs: Math.round(this.elapsed()),
      timings: { ...this.#timings },
      services: this.services,
      probe: this.probe,
      findings: this.findings,
      notes: this.notes,
      requests: {
        allowed: decisions.filter((event) => event.verdict === 'allowed').length,
        blocked: decisions.filter((event) => event.verdict === 'refused'),
      },
      ...(patch ? { patch: patchSummary(patch) } : {}),
      ...defined({ outbox: this.outbox, trusted: this.trusted, keptVolume: this.keptVolume }),
      output: { ...this.output },
    }
  }
}

function patchSummary({ changes, refusals, insertions, deletions }: Patch) {
  const refused = new Set(refusals.map((refusal) => refusal.path))
  const files = changes.filter((change) => !refused.has(change.path)).length
  return { files, insertions, deletions, changes, refusals }
}

function describeError(error: Error): NonNullable<RunResult['error']> {
  if (!(error instanceof AirlockError)) return { kind: 'internal', message: error.stack ?? error.message }
  const { kind, message, where, detail, next, problems } = error
  return { kind, message, ...defined({ where, detail, next }), ...(problems.length > 0 ? { problems } : {}) }
}

// exactOptionalPropertyTypes: a key that has no value is left out.
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

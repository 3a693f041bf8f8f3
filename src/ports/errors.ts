// Every error that a user sees: what happened, where, and what to do next. One exit code for each kind.

export type ErrorKind = 'input' | 'audit' | 'engine' | 'sandbox' | 'claude' | 'patch' | 'publish'

/** Exit codes of the command line; 1 is left to faults of airlock's own, 130 and 143 to signals. */
export const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  input: 2,
  audit: 3,
  engine: 4,
  sandbox: 5,
  claude: 6,
  patch: 7,
  publish: 8,
}

/** One of several things that are wrong, at a place of its own. */
export interface Problem {
  readonly message: string
  /** `file:line:column` */
  readonly where?: string | undefined
}

export interface ErrorFacts {
  /** File and line, or the command with its exit code. */
  readonly where?: string | undefined
  /** The last output of what failed, cut to a few lines. */
  readonly detail?: string | undefined
  /** What the reader can do about it. */
  readonly next?: string | undefined
  /** The parts, where there are several; the detail has them as text. */
  readonly problems?: readonly Problem[] | undefined
  readonly cause?: unknown
}

/** The one error class: `kind` decides the exit code, the facts decide the message. */
export class AirlockError extends Error {
  readonly kind: ErrorKind
  readonly where: string | undefined
  readonly detail: string | undefined
  readonly next: string | undefined
  readonly problems: readonly Problem[]

  constructor(kind: ErrorKind, message: string, facts: ErrorFacts = {}) {
    super(message, { cause: facts.cause })
    this.name = `${kind[0]?.toUpperCase()}${kind.slice(1)}Error`
    this.kind = kind
    this.where = facts.where
    this.detail = facts.detail
    this.next = facts.next
    this.problems = facts.problems ?? []
  }

  /** The whole message, several lines. */
  describe(): string {
    const lines = [`${this.name}: ${this.message}`]
    if (this.where) lines.push(`  at ${this.where}`)
    if (this.detail) lines.push(...this.detail.split('\n').map((line) => `  | ${line}`))
    if (this.next) lines.push(`  → ${this.next}`)
    return lines.join('\n')
  }
}

/** Wraps anything thrown; an AirlockError passes through as it is. */
export function asAirlockError(error: unknown, kind: ErrorKind, message: string, next?: string): AirlockError {
  if (error instanceof AirlockError) return error
  const detail = error instanceof Error ? error.message : String(error)
  return new AirlockError(kind, message, { detail, next, cause: error })
}

/** Like Promise.all, but waits for all, and tells every failure: who mends one wants to know of the others. */
export async function allOrErrors<T extends readonly unknown[]>(
  work: {
    readonly [K in keyof T]: Promise<T[K]>
  },
): Promise<T> {
  const outcomes = await Promise.allSettled(work)
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  const unexpected = reasons.find((reason) => !(reason instanceof AirlockError))
  if (unexpected !== undefined) throw unexpected
  const [first, ...others] = reasons as AirlockError[]
  if (first && others.length === 0) throw first
  if (first) {
    const all = [first, ...others]
    throw new AirlockError(first.kind, `${all.length} things are in the way`, {
      detail: all.map((error) => error.describe()).join('\n'),
      problems: all.flatMap(({ problems, message, where }) => (problems.length > 0 ? problems : [{ message, where }])),
    })
  }
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as unknown as T
}

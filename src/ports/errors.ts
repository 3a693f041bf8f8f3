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

export interface ErrorFacts {
  /** File and line, or the command with its exit code. */
  readonly where?: string | undefined
  /** The last output of what failed, cut to a few lines. */
  readonly detail?: string | undefined
  /** What the reader can do about it. */
  readonly next?: string | undefined
  readonly cause?: unknown
}

/** The one error class: `kind` decides the exit code, the facts decide the message. */
export class AirlockError extends Error {
  readonly kind: ErrorKind
  readonly where: string | undefined
  readonly detail: string | undefined
  readonly next: string | undefined

  constructor(kind: ErrorKind, message: string, facts: ErrorFacts = {}) {
    super(message, { cause: facts.cause })
    this.name = `${kind[0]?.toUpperCase()}${kind.slice(1)}Error`
    this.kind = kind
    this.where = facts.where
    this.detail = facts.detail
    this.next = facts.next
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

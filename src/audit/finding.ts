// What the audit says about a configuration.
import type { Source } from '../config/resolved-config.ts'

/**
 * `refuse` stops a run unless it is allowed, `warn` does not, `rewrite` tells what the sandbox does in another way than
 * the project asks for.
 */
export type Severity = 'refuse' | 'warn' | 'rewrite'

export interface Finding {
  /** `AL…` */
  readonly rule: string
  readonly severity: Severity
  /** What was found, naming the key: `privileged: true on service db`. */
  readonly message: string
  readonly reason: string
  readonly remedy: string
  readonly source: Source
  /** Set when the request allows this rule on purpose. */
  readonly allowed?: string
}

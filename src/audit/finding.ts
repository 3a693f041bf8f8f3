// What the audit says about a configuration.
import type { Source } from '../config/resolved-config.ts'

export interface Finding {
  /** `AL…` */
  readonly rule: string
  readonly severity: 'refuse' | 'warn'
  /** What was found, naming the key: `privileged: true on service db`. */
  readonly message: string
  readonly reason: string
  readonly remedy: string
  readonly source: Source
  /** Set when the request allows this rule on purpose. */
  readonly allowed?: string
}

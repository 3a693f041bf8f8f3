// Findings by what they mean for a run.
import { isRefused } from './audit.ts'
import type { Finding } from './finding.ts'

export interface Kinds {
  /** A run stops at these. */
  readonly refused: readonly Finding[]
  readonly allowed: readonly Finding[]
  readonly warnings: readonly Finding[]
  /** What the sandbox does in another way than the project asks for. */
  readonly changed: readonly Finding[]
}

export function kindsOf(findings: readonly Finding[]): Kinds {
  const open = findings.filter(({ allowed }) => allowed === undefined)
  return {
    refused: open.filter(isRefused),
    allowed: findings.filter(({ allowed }) => allowed !== undefined),
    warnings: open.filter(({ severity }) => severity === 'warn'),
    changed: open.filter(({ severity }) => severity === 'rewrite'),
  }
}

/** `2 refused · 1 allowed`, or that there is nothing to say. */
export function countKinds({ refused, allowed, warnings, changed }: Kinds): string {
  const counts = [
    [refused.length, 'refused'],
    [allowed.length, 'allowed'],
    [warnings.length, warnings.length === 1 ? 'warning' : 'warnings'],
    [changed.length, 'changed'],
  ] as const
  const said = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return said.join(' · ') || 'nothing found'
}

// What is allowed on purpose may open a promise. The table of the probe says so in every run.
import type { ProbeRow } from '../gateway/gateway-config.ts'
import type { Finding } from './finding.ts'
import { ruleOf } from './rules.ts'

/** Whether the sandbox really has what was allowed; other allowed things are left out of it. */
export function isOpen(finding: Finding): boolean {
  return finding.allowed !== undefined && ruleOf(finding.rule)?.whenAllowed === 'kept'
}

/** Rows for the probe's table: what is allowed against promises 1 and 2 is a way out that stays open. */
export function openPromises(findings: readonly Finding[]): readonly ProbeRow[] {
  return findings
    .filter((finding) => isOpen(finding) && (ruleOf(finding.rule)?.promise ?? 3) <= 2)
    .map(({ rule, message, allowed }) => ({
      name: `${rule}, allowed on purpose`,
      ...{ direction: 'out', target: message, result: 'open', detail: `allowed: ${allowed}`, durationMs: 0, ok: false },
    }))
}

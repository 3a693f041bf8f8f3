// What an audit of a project found, as it is shown and written.
import { ruleLink } from '../audit/docs-link.ts'
import type { Finding } from '../audit/finding.ts'
import { kindsOf } from '../audit/kinds.ts'
import { ruleOf } from '../audit/rules.ts'

export interface Examined {
  readonly findings: readonly Finding[]
  /** The files that were read, relative to the project's folder. */
  readonly files: readonly string[]
  /** What could not be looked at, and why. */
  readonly unseen: readonly string[]
  readonly notes: readonly string[]
  /** The project's folder in its repository: empty for the root, else with `/` at the end. */
  readonly prefix: string
}

/** The JSON of `airlock audit --format json` (schema version 1). */
export function auditJson({ findings, files, unseen, notes, prefix }: Examined): object {
  const { refused, allowed, warnings, changed } = kindsOf(findings)
  return {
    version: 1,
    verdict: refused.length > 0 ? 'refused' : 'passed',
    counts: {
      ...{ refused: refused.length, allowed: allowed.length, warnings: warnings.length, changed: changed.length },
    },
    findings: findings.map((finding) => ({
      ...finding,
      ...(ruleOf(finding.rule) ? { title: ruleOf(finding.rule)?.title, help: ruleLink(finding.rule) } : {}),
    })),
    ...{ files, notes, notLookedAt: unseen, folderInRepository: prefix },
  }
}

// Findings as lines of text, and as the error that stops a run. Pure.
import { formatSource } from '../config/problems.ts'
import { AirlockError } from '../ports/errors.ts'
import { isRefused } from './audit.ts'
import { ruleLink } from './docs-link.ts'
import type { Finding } from './finding.ts'
import { ruleOf } from './rules.ts'

/** Lines for a terminal or log; findings of one rule share their reason and remedy. Empty without findings. */
export function formatFindings(findings: readonly Finding[]): readonly string[] {
  const rules = [...new Set(findings.map(({ rule, allowed }) => `${rule} ${allowed ?? ''}`))]
  return rules.flatMap((key) => {
    const same = findings.filter(({ rule, allowed }) => `${rule} ${allowed ?? ''}` === key)
    return formatRule(same, same[0] as Finding)
  })
}

function formatRule(same: readonly Finding[], first: Finding): readonly string[] {
  const width = Math.max(...same.map(({ message }) => message.length))
  return [
    ...same.map((one) => `${one.rule} ${verdict(one)}  ${one.message.padEnd(width)}  ${formatSource(one.source)}`),
    `      why: ${first.reason}`,
    ...closing(first).map((line) => `      ${line}`),
  ]
}

function closing(finding: Finding): readonly string[] {
  if (finding.allowed !== undefined) {
    return [`allowed because: ${finding.allowed}`, `so: ${whatBecomes(finding)}`]
  }
  const link = ruleOf(finding.rule) ? [`see: ${ruleLink(finding.rule)}`] : []
  return finding.severity === 'rewrite' ? [] : [`do:  ${finding.remedy}`, ...link]
}

/** What an allowed finding means for the sandbox. */
export function whatBecomes(finding: Finding): string {
  const rule = ruleOf(finding.rule)
  if (rule?.whenAllowed !== 'kept') return 'the sandbox starts without it'
  return rule.promise <= 2 ? `the sandbox has it, and promise ${rule.promise} is open` : 'the sandbox has it'
}

function verdict(finding: Finding): string {
  if (finding.allowed !== undefined) return 'allowed'
  return { refuse: 'refused', warn: 'warning', rewrite: 'changed' }[finding.severity]
}

/** The error for the findings that stop the run; undefined when none does. */
export function auditError(findings: readonly Finding[]): AirlockError | undefined {
  const refused = findings.filter(isRefused)
  const [first] = refused
  if (!first) return undefined
  const count = refused.length === 1 ? 'one thing' : `${refused.length} things`
  return new AirlockError('audit', `the project's configuration asks for ${count} that the sandbox can't give`, {
    where: refused.length === 1 ? formatSource(first.source) : undefined,
    detail: formatFindings(refused).join('\n'),
    problems: refused.map(({ rule, message, remedy, source }) => ({
      message: `${rule} ${message}. ${remedy}`,
      where: formatSource(source),
    })),
    next: `Change the configuration, or accept a finding by its rule and with a reason: allow: ${first.rule} the reason`,
  })
}

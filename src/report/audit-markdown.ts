// What the audit found, as Markdown: in a job's summary, and of `airlock audit --format markdown`.
import { ruleLink } from '../audit/docs-link.ts'
import type { Finding } from '../audit/finding.ts'
import { whatBecomes } from '../audit/format.ts'
import { countKinds, kindsOf } from '../audit/kinds.ts'
import { ruleOf } from '../audit/rules.ts'
import type { Examined } from './examined.ts'
import { code, details, inline, table } from './markdown.ts'

/** Sections of a summary; none without findings. */
export function auditSections(findings: readonly Finding[]): readonly string[] {
  const { refused, allowed, warnings, changed } = kindsOf(findings)
  const some = (found: readonly Finding[], section: () => string) => (found.length === 0 ? [] : [section()])
  return [
    ...some(refused, () => `### Refused by the audit\n\n${table(HEAD, refused.map(judged))}`),
    ...some(allowed, () => `### Allowed on purpose\n\n${table(ALLOWED_HEAD, allowed.map(allowedRow))}`),
    ...some(warnings, () => details(`Warnings of the audit: ${warnings.length}`, table(HEAD, warnings.map(judged)))),
    ...some(changed, () =>
      details(`What the sandbox does in another way: ${changed.length}`, table(CHANGED_HEAD, changed.map(changedRow))),
    ),
  ]
}

export function auditMarkdown({ findings, files, unseen, notes }: Examined): string {
  const kinds = kindsOf(findings)
  const list = (lines: readonly string[]) => lines.map((line) => `- ${inline(line)}`).join('\n')
  const sections = [
    `## ${kinds.refused.length > 0 ? '❌' : '✅'} Audit: ${countKinds(kinds)}`,
    ...auditSections(findings),
    ...(unseen.length === 0 ? [] : [details(`Not looked at: ${unseen.length}`, list(unseen))]),
    ...(notes.length === 0 ? [] : [details(`Notes: ${notes.length}`, list(notes))]),
    details(`Files read: ${files.length}`, list(files)),
  ]
  return `${sections.join('\n\n')}\n`
}

const HEAD = ['rule', 'what', 'where', 'why', 'what to do']
const ALLOWED_HEAD = ['rule', 'what', 'where', 'allowed because', 'so']
const CHANGED_HEAD = ['rule', 'what', 'where', 'why']

const judged = (finding: Finding) => [...place(finding), inline(finding.reason), inline(finding.remedy)]
const allowedRow = (finding: Finding) => [...place(finding), inline(finding.allowed ?? ''), whatBecomes(finding)]
const changedRow = (finding: Finding) => [...place(finding), inline(finding.reason)]

function place({ rule, message, source }: Finding): readonly string[] {
  const where = [source.file, source.line].filter((part) => part !== undefined).join(':')
  return [ruleOf(rule) ? `[${rule}](${ruleLink(rule)})` : rule, inline(message), code(where)]
}

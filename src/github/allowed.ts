// What the project's owners let pass of the audit, said wherever a run tells of itself on GitHub.
import { whatBecomes } from '../audit/format.ts'
import { kindsOf } from '../audit/kinds.ts'
import { formatSource } from '../config/problems.ts'
import { counted } from '../report/figures.ts'
import { details } from '../report/markdown.ts'
import { plainLine } from '../report/plain-text.ts'
import type { RunResult } from '../report/run-result.ts'
import { clean, codeSpan, type Pen } from './review-text.ts'

const MOST_ROWS = 20

/** One part of a text, or none. */
export function allowedFindings({ findings }: Pick<RunResult, 'findings'>, pen: Pen): readonly string[] {
  const { allowed } = kindsOf(findings)
  if (allowed.length === 0) return []
  const rows = allowed.slice(0, MOST_ROWS).map((finding) => {
    const what = codeSpan(`${finding.message} (${formatSource(finding.source)})`)
    const why = clean(pen, 'a reason', plainLine(finding.allowed ?? ''), 300)
    return `- ${finding.rule} ${what}: ${why}; ${whatBecomes(finding)}`
  })
  const more = allowed.length > MOST_ROWS ? [`- … and ${allowed.length - MOST_ROWS} more`] : []
  const title = `${counted(allowed.length, 'finding')} of the audit allowed on purpose`
  return [details(title, [...rows, ...more].join('\n'))]
}

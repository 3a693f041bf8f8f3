// The summary of a review: one comment on the pull request that each run brings up to date, and the same with every
// finding in full for the job's own summary and the output folder.
import { dollars, duration } from '../report/figures.ts'
import { details } from '../report/markdown.ts'
import type { RunResult } from '../report/run-result.ts'
import { allowedFindings } from './allowed.ts'
import { fenced } from './markdown-pieces.ts'
import type { Remark, ReviewPlan } from './review-plan.ts'
import type { ReadReview } from './review-schema.ts'
import { clean, type Pen, remarkLine, remarkText } from './review-text.ts'
import { LONGEST_BODY } from './text-out.ts'

export interface Summary {
  readonly read: ReadReview
  readonly plan: ReviewPlan
  /** Addresses of the comments that were posted now, in the order of `plan.fresh`. */
  readonly urls: readonly (string | undefined)[]
  readonly headSha: string
  readonly result: RunResult
  readonly jobUrl: string
}

/** @param full every finding with its whole text, not only those that have no comment */
export function summaryText(summary: Summary, pen: Pen, full: boolean): string {
  const { read, plan, urls } = summary
  const inline = [
    ...plan.fresh.map(({ remark }, at) => ({ remark, url: urls[at] })),
    ...plan.known.map(({ remark, url }) => ({ remark, url })),
  ]
  const outside = plan.outside.map(({ remark, reason }) => remarkText(remark, reason, pen))
  const parts = [
    '### Claude’s review',
    clean(pen, 'the summary', read.review.summary),
    ...(full
      ? inline.map(({ remark }) => remarkText(remark, 'on the diff', pen))
      : section('Findings', list(inline, pen))),
    ...section('Not on lines that the diff shows', outside),
    ...section('Mended since', plan.fixed.map(({ html_url }) => `- ${html_url}`).join('\n')),
    ...(inline.length + outside.length === 0 && read.problems.length === 0 ? ['Nothing was found.'] : []),
    ...unread(read, pen),
    ...allowedFindings(summary.result, pen),
    footer(summary),
  ]
  return withinLimit(parts.filter((part) => part !== ''))
}

const list = (rows: readonly { readonly remark: Remark; readonly url: string | undefined }[], pen: Pen) =>
  rows.map(({ remark, url }) => remarkLine(remark, url, pen)).join('\n')

function section(title: string, content: string | readonly string[]): readonly string[] {
  const parts = typeof content === 'string' ? [content] : content
  return parts.some((part) => part !== '') ? [`#### ${title}`, ...parts] : []
}

// What does not fit the schema is shown as it came: somebody may still make sense of it.
function unread({ problems, unread: raw }: ReadReview, pen: Pen): readonly string[] {
  if (problems.length === 0) return []
  const shown = (text: string) => clean(pen, 'what was not understood', fenced('', text.slice(0, 10_000).split('\n')))
  return [
    '#### Not understood',
    'Parts of Claude’s answer are not as they were asked for:',
    shown(problems.slice(0, 20).join('\n')),
    ...(raw.length === 0 ? [] : [details('As they came', raw.map(shown).join('\n\n'))]),
  ]
}

function footer({ headSha, result, jobUrl }: Summary): string {
  const facts = [`Reviewed ${headSha.slice(0, 10)}`, dollars(result.costUsd), duration(result.durationMs)]
  return `<sub>${facts.join(' · ')} · [job](${jobUrl})</sub>`
}

// Whole parts only: half a fence would swallow what follows.
function withinLimit(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  const kept: string[] = []
  let length = last.length + 200
  for (const part of parts.slice(0, -1)) {
    length += part.length + 2
    if (length > LONGEST_BODY) {
      kept.push('… the rest was too long for a comment: it is in the job’s summary and its output folder.')
      break
    }
    kept.push(part)
  }
  return [...kept, last].join('\n\n')
}

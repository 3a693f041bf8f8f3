// What a review amounts to on GitHub: which findings become comments on which lines, which were told before, which are
// mended since, and which have no line there. Pure.
import { createHash } from 'node:crypto'
import type { ChangedFile } from './context.ts'
import { type Placement, parseHunks, place } from './diff-lines.ts'
import type { OutboxEntry } from './outbox.ts'
import type { ApiComment, Mark, OwnComment } from './own.ts'
import { type ReviewFinding, SEVERITIES } from './review.ts'

export type Inline = Extract<Placement, { kind: 'inline' }>
export type InlineEntry = Extract<OutboxEntry, { kind: 'inline-comment' }>

/** A finding, or what Claude said by the tool for inline comments. */
export type Remark =
  | { readonly kind: 'finding'; readonly finding: ReviewFinding }
  | { readonly kind: 'entry'; readonly entry: InlineEntry }

export interface ReviewPlan {
  readonly fresh: readonly { readonly remark: Remark; readonly at: Inline; readonly mark: Mark }[]
  readonly known: readonly { readonly remark: Remark; readonly url: string }[]
  readonly outside: readonly { readonly remark: Remark; readonly reason: string }[]
  /** Comments of earlier runs that stand on code which is no longer there, and that were not made again. */
  readonly fixed: readonly ApiComment[]
}

export function planReview(
  findings: readonly ReviewFinding[],
  entries: readonly InlineEntry[],
  files: readonly ChangedFile[],
  earlier: readonly OwnComment[],
): ReviewPlan {
  const remarks: readonly Remark[] = [
    ...findings.toSorted(bySeverity).map((finding) => ({ kind: 'finding' as const, finding })),
    ...entries.map((entry) => ({ kind: 'entry' as const, entry })),
  ]
  const fresh: ReviewPlan['fresh'][number][] = []
  const known: ReviewPlan['known'][number][] = []
  const outside: ReviewPlan['outside'][number][] = []
  const again = new Set<number>()
  for (const remark of remarks) {
    const at = place(linesOf(remark), files)
    if (at.kind === 'outside') {
      outside.push({ remark, reason: at.reason })
      continue
    }
    const mark = markOf(remark, at)
    const before = earlier.find((one) => one.comment.path === at.path && isSame(one.mark, mark))
    if (before) {
      again.add(before.comment.id)
      known.push({ remark, url: before.comment.html_url })
    } else if (!fresh.some((one) => one.at.path === at.path && one.mark.t === mark.t && one.mark.a === mark.a)) {
      fresh.push({ remark, at, mark })
    }
  }
  const fixed = earlier
    .filter(({ comment, mark }) => mark.fixed === undefined && !again.has(comment.id) && isGone(comment, mark, files))
    .map(({ comment }) => comment)
  return { fresh, known, outside, fixed }
}

const bySeverity = (a: ReviewFinding, b: ReviewFinding) =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
  a.path.localeCompare(b.path, 'en') ||
  a.startLine - b.startLine

function linesOf(remark: Remark) {
  if (remark.kind === 'finding') return { ...remark.finding, side: 'RIGHT' as const }
  const { path, line, startLine = line, side } = remark.entry
  return { path, startLine, endLine: line, side }
}

// The same finding comes in other words and on other lines the next time. It is the same when it has the same title, or
// stands on a line of code that says the same; lines such as a lone brace say too little for that.
function markOf(remark: Remark, at: Inline): Mark {
  const title = remark.kind === 'finding' ? remark.finding.title : remark.entry.body
  return { t: hash(title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ')), a: anchor(at.text) }
}

const NONE = '-'

function anchor(text: string): string {
  const code = text.replaceAll(/\s+/g, ' ').trim()
  return /[\p{L}\p{N}].*[\p{L}\p{N}]/u.test(code) && code.length >= 8 ? hash(code) : NONE
}

const isSame = (one: Mark, other: Mark) => one.t === other.t || (one.a !== NONE && one.a === other.a)

function isGone({ path }: ApiComment, { a }: Mark, files: readonly ChangedFile[]): boolean {
  if (a === undefined || a === NONE) return false
  const file = files.find((one) => one.path === path)
  // Without a diff nothing can be said of it.
  if (file && file.patch === undefined) return false
  const lines = parseHunks(file?.patch ?? '').flatMap(({ RIGHT }) => [...RIGHT.values()])
  return !lines.some((text) => anchor(text) === a)
}

const hash = (text: string) => createHash('sha256').update(text.trim()).digest('hex').slice(0, 12)

// A review's texts, as they are posted: every word of Claude's cleaned on the way.
import { cut, plainLine, plainText } from '../report/plain-text.ts'
import { fenced } from './markdown-pieces.ts'
import { redact } from './redact.ts'
import type { ReviewFinding } from './review.ts'
import type { Inline, Remark } from './review-plan.ts'
import { type Cleaning, cleanMarkdown } from './text-out.ts'

const LABELS = { high: '🔴 High', medium: '🟠 Medium', low: '🟡 Low', nit: '⚪ Nit' } as const

/** Collects what was cleaned, each once, for the report. */
export interface Pen {
  readonly cleaning: Cleaning
  /** Where a text was not as it was meant: `the finding in src/a.ts: a mention`. */
  readonly notes: string[]
}

export function clean(pen: Pen, what: string, text: string, longest?: number): string {
  const { text: out, notes } = cleanMarkdown(text, pen.cleaning, longest)
  if (notes.length > 0) pen.notes.push(`cleaned in ${what}: ${notes.join(', ')}`)
  return out
}

/** The comment on a line. */
export function commentBody(remark: Remark, at: Inline, pen: Pen): string {
  if (remark.kind === 'entry') return clean(pen, `the comment on ${at.path}`, remark.entry.body)
  const { finding } = remark
  const parts = [heading(finding, pen), clean(pen, `the finding in ${at.path}`, finding.body)]
  if (finding.suggestion !== undefined) parts.push(suggestion(finding.suggestion, at, pen))
  return parts.filter((part) => part !== '').join('\n\n')
}

/** The same in the summary, for what has no line on the diff. */
export function remarkText(remark: Remark, reason: string, pen: Pen): string {
  if (remark.kind === 'entry') {
    const { path, line, body } = remark.entry
    return `**${where(path, line, line)}** (${reason})\n\n${clean(pen, `the comment on ${plainLine(path)}`, body)}`
  }
  const { finding } = remark
  const { path, startLine, endLine, body, suggestion: wanted } = finding
  return [
    `${heading(finding, pen)}\n\n${where(path, startLine, endLine)} (${reason})`,
    clean(pen, `the finding in ${plainLine(path)}`, body),
    ...(wanted === undefined ? [] : [fenced('', codeLines(wanted, pen).lines)]),
  ].join('\n\n')
}

/** One line of a list. */
export function remarkLine(remark: Remark, url: string | undefined, pen: Pen): string {
  const [label, title, place] =
    remark.kind === 'finding'
      ? [LABELS[remark.finding.severity], titleText(remark.finding.title, pen), whereOf(remark.finding)]
      : ['💬 Comment', '', where(remark.entry.path, remark.entry.startLine ?? remark.entry.line, remark.entry.line)]
  return `- **${label}** ${[title, place].filter((part) => part !== '').join(' · ')}${url ? ` ([comment](${url}))` : ''}`
}

function heading(finding: ReviewFinding, pen: Pen): string {
  const sure = `${Math.round(finding.confidence * 100)}% sure`
  return `**${LABELS[finding.severity]}** · ${titleText(finding.title, pen)} <sub>${sure}</sub>`
}

const titleText = (title: string, pen: Pen) => clean(pen, 'a title', plainLine(title))

const whereOf = ({ path, startLine, endLine }: ReviewFinding) => where(path, startLine, endLine)

function where(path: string, from: number, to: number): string {
  return codeSpan(`${path}:${from}${to > from ? `-${to}` : ''}`)
}

/** Text of nobody's choosing in a code font: what it could end the span with is replaced. */
export function codeSpan(text: string): string {
  return `\`${cut(plainLine(text), 300).replaceAll('`', "'").replaceAll('|', '¦').trim() || ' '}\``
}

// What is committed at a click has to be what was meant: where a sign of it had to be taken out, it is only shown.
function suggestion(text: string, at: Inline, pen: Pen): string {
  const { lines, whole } = codeLines(text, pen)
  if (at.exact && at.side === 'RIGHT' && whole) return fenced('suggestion', lines)
  const shown = fenced('', lines)
  return at.exact ? shown : `For all of these lines, of which the diff shows a part:\n\n${shown}`
}

function codeLines(text: string, pen: Pen): { readonly lines: readonly string[]; readonly whole: boolean } {
  const plain = redact(plainText(text), pen.cleaning.secrets)
  const lines = plain.text === '' ? [] : plain.text.replace(/\n$/, '').split('\n')
  // Bots look for their commands in code too.
  const calm = lines.map((line) => (/^\s*(?:\/[a-z]|::|##\[)/i.test(line) ? ` ${line}` : line))
  const whole = plain.text === text.replaceAll('\r\n', '\n') && calm.every((line, at) => line === lines[at])
  if (!whole) pen.notes.push('a suggestion had to be cleaned: it is shown as code')
  return { lines: calm, whole }
}

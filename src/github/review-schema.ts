// What Claude is asked to answer with in a review, in a shape that Claude Code enforces (`--json-schema`), and how that
// answer is read: it comes out of the sandbox, so it is checked again. What does not fit is told and kept, not dropped.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { fields, list } from '../claude/fields.ts'
import { type Review, type ReviewFinding, SEVERITIES } from './review.ts'

const FINDING_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['path', 'startLine', 'endLine', 'severity', 'confidence', 'title', 'body'],
  properties: {
    path: { type: 'string', minLength: 1, maxLength: 4096, description: 'Path in the repository, as the diff has it.' },
    startLine: { type: 'integer', minimum: 1, description: 'First line, in the file as the pull request leaves it.' },
    endLine: { type: 'integer', minimum: 1, description: 'Last line; the same as startLine for a single one.' },
    severity: {
      enum: [...SEVERITIES],
      description: 'high: wrong results, lost data, a hole. medium: will hurt. low: should be better. nit: taste.',
    },
    confidence: { type: 'number', minimum: 0, maximum: 1, description: 'How sure you are, from 0 to 1.' },
    title: { type: 'string', minLength: 1, maxLength: 256, description: 'One line without its severity.' },
    body: { type: 'string', maxLength: 20_000, description: 'Why it is wrong, and what it leads to. Markdown.' },
    suggestion: {
      type: 'string',
      maxLength: 20_000,
      description: 'The whole new text of lines startLine to endLine, where that alone mends it; empty to delete them.',
    },
  },
} as const

/** For `--json-schema` in mode `review`. */
export const REVIEW_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['summary', 'verdict', 'findings'],
  properties: {
    summary: { type: 'string', maxLength: 20_000, description: 'What the change does and what you make of it.' },
    verdict: { enum: ['comment', 'request_changes', 'approve'] },
    findings: { type: 'array', maxItems: 200, items: FINDING_SCHEMA },
  },
} as const

export interface ReadReview {
  /** What could be read; where nothing could, the summary is what Claude said last. */
  readonly review: Review
  /** Everything that is wrong with the output. Not empty: `fail_on` can't be answered with yes. */
  readonly problems: readonly string[]
  /** The parts that were not understood, as they came. */
  readonly unread: readonly string[]
}

const ajv = new Ajv({ allErrors: true })
const isFinding = ajv.compile<ReviewFinding>(FINDING_SCHEMA)
// The frame is checked apart from the findings: one bad finding takes none of its neighbours along.
const isFrame = ajv.compile<Omit<Review, 'findings'>>({
  ...REVIEW_SCHEMA,
  properties: { ...REVIEW_SCHEMA.properties, findings: { type: 'array', maxItems: 200 } },
})

/** @param said what Claude said last, for a run that ended without structured output */
export function readReview(output: unknown, said: string | undefined): ReadReview {
  if (output === undefined) {
    const review: Review = { summary: said ?? '', verdict: 'comment', findings: [] }
    return { review, problems: ['Claude gave no structured review'], unread: [] }
  }
  const framed = isFrame(output)
  const problems = framed ? [] : describe(isFrame, '')
  const { summary, verdict, findings } = fields(output)
  const read = list(findings).map((finding, at) => readFinding(finding, `findings[${at}]`))
  return {
    review: {
      summary: typeof summary === 'string' ? summary : (said ?? ''),
      // A verdict is only worth something with the rest of what it rests on.
      verdict: framed ? (verdict as Review['verdict']) : 'comment',
      findings: read.flatMap(({ finding }) => finding ?? []),
    },
    problems: [...problems, ...read.flatMap((part) => part.problems)],
    unread: framed ? read.flatMap(({ raw }) => raw ?? []) : [JSON.stringify(output, undefined, 2)],
  }
}

interface ReadFinding {
  readonly finding?: ReviewFinding
  readonly problems: readonly string[]
  readonly raw?: string
}

function readFinding(value: unknown, at: string): ReadFinding {
  const raw = JSON.stringify(value, undefined, 2)
  if (!isFinding(value)) return { problems: describe(isFinding, at), raw }
  if (value.endLine < value.startLine) return { problems: [`${at}: endLine lies before startLine`], raw }
  return { finding: value, problems: [] }
}

/** `findings[2].severity must be one of high, medium, low, nit`, one text for each problem. */
export function describe({ errors }: ValidateFunction, at: string): readonly string[] {
  return (errors ?? []).map((error) => `${place(at, error)} ${what(error)}`)
}

function place(at: string, { instancePath }: ErrorObject): string {
  const inside = instancePath.replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.')
  return `${at}${inside}`.replace(/^\./, '') || 'the output'
}

function what({ keyword, params, message = 'is wrong' }: ErrorObject): string {
  if (keyword === 'enum') return `must be one of ${list(params.allowedValues).join(', ')}`
  if (keyword === 'additionalProperties') return `must not have ${JSON.stringify(params.additionalProperty)}`
  return message
}

// What Claude asks to have said on GitHub, from inside the sandbox, by the tools that stand in for GitHub there. It is
// untrusted: parsed by a schema, within limits, and bound to the task's own subject, whatever number it names.
import { Ajv, type ErrorObject } from 'ajv'

export type OutboxEntry =
  /** `gh pr comment`, `gh issue comment`. */
  | { readonly kind: 'comment'; readonly body: string }
  /** claude-code-action's update_claude_comment: the text of the one tracking comment, the last that was given. */
  | { readonly kind: 'tracking'; readonly body: string }
  /** claude-code-action's create_inline_comment. */
  | {
      readonly kind: 'inline-comment'
      readonly path: string
      readonly body: string
      readonly line: number
      readonly startLine?: number
      readonly side: 'LEFT' | 'RIGHT'
    }

export interface Outbox {
  readonly entries: readonly OutboxEntry[]
  /** What was refused, each with its reason, for the report. */
  readonly refused: readonly string[]
}

/** As it came out of the sandbox. */
export interface RawOutbox {
  /** What the gateway's tools took note of, oldest first. */
  readonly calls: readonly { readonly server: string; readonly tool: string; readonly arguments: unknown }[]
  /** What lay in the outbox's folder, in the order of its names: `001.comment`, `002.tracking`. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
  /** What could not even be read. */
  readonly refused: readonly string[]
}

export const MOST_ENTRIES = 300
const MOST_REFUSALS = 50

type Kind = OutboxEntry['kind']

/** @param subject what the run is about: nothing else can be meant */
export function parseOutbox(raw: RawOutbox, subject: 'issue' | 'pull' | 'none'): Outbox {
  const refused = [...raw.refused]
  const entries: OutboxEntry[] = []
  const take = (name: string, kind: Kind | undefined, fields: object) => {
    const reason = kind === undefined ? 'there is no such kind of entry' : objection(kind, fields, subject)
    if (reason !== undefined) refused.push(`${name}: ${reason}`)
    else entries.push({ kind, ...fields } as OutboxEntry)
  }
  for (const call of raw.calls) take(`${call.server}.${call.tool}`, kindOfCall(call), fieldsOfCall(call.arguments))
  for (const { name, text } of raw.files) take(JSON.stringify(name.slice(0, 80)), kindOfFile(name), { body: text })
  const kept = withoutRepeats(entries)
  if (kept.length > MOST_ENTRIES) refused.push(`${kept.length - MOST_ENTRIES} entries more than ${MOST_ENTRIES}`)
  const more = refused.length - MOST_REFUSALS
  return {
    entries: kept.slice(0, MOST_ENTRIES),
    refused: more > 0 ? [...refused.slice(0, MOST_REFUSALS), `and ${more} more were refused`] : refused,
  }
}

function kindOfCall({ server, tool }: RawOutbox['calls'][number]): Kind | undefined {
  switch (`${server}/${tool}`) {
    case 'github_inline_comment/create_inline_comment':
      return 'inline-comment'
    case 'github_comment/update_claude_comment':
      return 'tracking'
    default:
      return undefined
  }
}

const kindOfFile = (name: string) => /^[0-9]{3}\.(comment|tracking)$/.exec(name)?.[1] as Kind | undefined

// Which commit is meant is not Claude's to say, and everything is held until the end anyway.
function fieldsOfCall(given: unknown): object {
  if (typeof given !== 'object' || given === null) return {}
  const { commit_id: _head, confirmed: _held, ...fields } = given as Record<string, unknown>
  return 'path' in fields ? { side: 'RIGHT', ...fields } : fields
}

const BODY = { type: 'string', minLength: 1, maxLength: 65_536, pattern: '\\S' }
const LINE = { type: 'integer', minimum: 1, maximum: 10_000_000 }
const object = (properties: Record<string, object>, required: readonly string[]) => ({
  ...{ type: 'object', additionalProperties: false, properties, required },
})

const SCHEMAS: Readonly<Record<Kind, object>> = {
  comment: object({ body: BODY }, ['body']),
  tracking: object({ body: BODY }, ['body']),
  'inline-comment': object(
    {
      // Inside the repository, and nothing that a report could not show on a line.
      path: { type: 'string', maxLength: 4096, pattern: '^(?!/)(?!(.*/)?\\.{1,2}(/|$))[^\\u0000-\\u001f\\u007f]+$' },
      ...{ body: BODY, line: LINE, startLine: LINE, side: { enum: ['LEFT', 'RIGHT'] } },
    },
    ['path', 'body', 'line', 'side'],
  ),
}

const ajv = new Ajv({ allErrors: false, strict: true })

/** Why an entry is not taken, or undefined. */
function objection(kind: Kind, fields: object, subject: 'issue' | 'pull' | 'none'): string | undefined {
  if (subject === 'none') return 'this run is about no issue or pull request'
  if (kind === 'inline-comment' && subject === 'issue') return 'this run is about an issue, which has no lines'
  if (!ajv.validate(SCHEMAS[kind], fields)) return sentence(ajv.errors?.[0])
  const { line, startLine } = fields as { line?: number; startLine?: number }
  if (startLine !== undefined && line !== undefined && startLine > line) return 'startLine is behind line'
  return undefined
}

function sentence(error: ErrorObject | undefined): string {
  if (!error) return 'it is not valid'
  const field = error.instancePath.slice(1) || 'the entry'
  if (error.keyword === 'pattern')
    return `${field} ${field === 'body' ? 'is blank' : 'is no path inside the repository'}`
  return `${field} ${error.message ?? 'is not valid'}`
}

// A call that was made twice means the same once; of the tracking comment only the last text counts.
function withoutRepeats(entries: readonly OutboxEntry[]): readonly OutboxEntry[] {
  const lastTracking = entries.findLast((entry) => entry.kind === 'tracking')
  const seen = new Set<string>()
  return entries.filter((entry) => {
    const text = JSON.stringify(entry)
    if (entry.kind === 'tracking' ? entry !== lastTracking : seen.has(text)) return false
    seen.add(text)
    return true
  })
}

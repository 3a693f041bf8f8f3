// What Claude is asked to answer with where it may change something: the words around a commit and a pull request, and
// what it replies. Read like a review: checked again, and what does not fit is told and kept.
import { Ajv } from 'ajv'
import { fields } from '../claude/fields.ts'
import { describe } from './review-schema.ts'
import type { Mode } from './task.ts'

/** Texts as Claude wrote them; nothing is cleaned yet. */
export interface Proposal {
  /** Of the pull request. */
  readonly title?: string
  readonly body?: string
  /** Subject, and after an empty line the rest. */
  readonly commitMessage?: string
  /** What is said to whoever asked. */
  readonly answer?: string
}

const PROPERTIES = {
  title: { type: 'string', maxLength: 256, description: 'Title of the pull request, if you changed something.' },
  body: {
    type: 'string',
    maxLength: 40_000,
    description: 'What it changes and why, for whoever reviews it. Markdown.',
  },
  commitMessage: { type: 'string', maxLength: 10_000, description: 'Subject; after an empty line, the reason.' },
  answer: { type: 'string', maxLength: 40_000, description: 'What you answer, for a person to read. Markdown.' },
} as const

const schema = (required: readonly (keyof Proposal)[]) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties: PROPERTIES,
})

/** For `--json-schema` in mode `pr`. */
export const PR_SCHEMA = schema(['title', 'body', 'commitMessage'])
/** For `--json-schema` in mode `reply`. */
export const REPLY_SCHEMA = schema(['answer'])

export interface ReadProposal {
  readonly proposal: Proposal
  readonly problems: readonly string[]
  readonly unread: readonly string[]
}

const ajv = new Ajv({ allErrors: true })
const isPr = ajv.compile(PR_SCHEMA)
const isReply = ajv.compile(REPLY_SCHEMA)

/** @param said what Claude said last: the answer, where there is no other */
export function readProposal(mode: Mode, output: unknown, said: string | undefined): ReadProposal {
  // What Claude said last is its output once more, where it gave one.
  const { title, body, commitMessage, answer = output === undefined ? said : undefined } = fields(output)
  const proposal = Object.fromEntries(
    Object.entries({ title, body, commitMessage, answer }).filter(([, text]) => typeof text === 'string'),
  )
  if (output === undefined) return { proposal, problems: ['Claude gave no structured output'], unread: [] }
  const check = mode === 'pr' ? isPr : isReply
  if (check(output)) return { proposal, problems: [], unread: [] }
  return { proposal, problems: describe(check, ''), unread: [JSON.stringify(output, undefined, 2)] }
}

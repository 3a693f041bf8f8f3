// The event that started the workflow, as the runner hands it over: GITHUB_EVENT_NAME, GITHUB_EVENT_PATH and a few
// variables beside them. Read as data: nothing in it is trusted to have a shape.
import { AirlockError } from '../ports/errors.ts'
import type { Actor, Repository, Tip } from './task.ts'

/** What the host layer read; the only things of the environment that a run on GitHub goes by. */
export interface EventSource {
  readonly name: string
  readonly payload: Readonly<Record<string, unknown>>
  /** `owner/name` */
  readonly repository: string
  readonly actor: string
  readonly apiUrl: string
  readonly serverUrl: string
  readonly runId: string
  readonly runAttempt: string
  /** GITHUB_SHA and GITHUB_REF_NAME. */
  readonly sha: string
  readonly refName: string
}

export interface PullFacts {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly base: Tip
  readonly head: Tip
}

export interface TextFacts {
  readonly id: number
  readonly body: string
  readonly author: Actor
  /** ISO 8601, the last change. */
  readonly time: string
}

/** The parts of an event that airlock knows. */
export interface Event {
  readonly name: string
  readonly action: string | undefined
  readonly repository: Repository
  readonly sender: Actor
  readonly pull: PullFacts | undefined
  readonly issue:
    | {
        readonly number: number
        readonly title: string
        readonly body: string
        readonly isPull: boolean
        readonly time: string
      }
    | undefined
  readonly comment: TextFacts | undefined
  readonly review: TextFacts | undefined
  readonly label: string | undefined
  readonly assignee: string | undefined
  readonly workflowRun:
    | {
        readonly branch: string
        readonly sha: string
        readonly repository: string | undefined
        readonly event: string
        readonly pull: number | undefined
        /** Who set it off, and who ran it (again). */
        readonly actors: readonly Actor[]
      }
    | undefined
  /** ISO 8601. */
  readonly time: string
}

/** Errors: `input`, for an event without the parts that GitHub always sends. */
export function readEvent({ name, payload, repository: slug, actor }: EventSource, now: string): Event {
  const repository = object(payload.repository)
  const [owner = '', repo = ''] = slug.split('/')
  if (owner === '' || repo === '') throw broken('GITHUB_REPOSITORY is no owner/name', name)
  const pull = payload.pull_request === undefined ? undefined : readPull(object(payload.pull_request), name)
  const issue = payload.issue === undefined ? undefined : readIssue(object(payload.issue), name)
  const comment = payload.comment === undefined ? undefined : readText(object(payload.comment), name)
  const review = payload.review === undefined ? undefined : readText(object(payload.review), name)
  const sender = payload.sender === undefined ? { login: actor, type: 'Unknown' as const } : readActor(payload.sender)
  return {
    ...{ name, action: text(payload.action), sender, pull, issue, comment, review },
    repository: { owner, name: repo, defaultBranch: text(repository.default_branch) ?? 'main' },
    label: text(object(payload.label).name),
    assignee: text(object(payload.assignee).login),
    workflowRun: payload.workflow_run === undefined ? undefined : readWorkflowRun(object(payload.workflow_run)),
    time: timeOf(name, { comment, review, issue, payload }) ?? now,
  }
}

type Parts = {
  comment: TextFacts | undefined
  review: TextFacts | undefined
  issue: Event['issue']
  payload: EventSource['payload']
}

// Of labels and assignments the payload has no time of its own: the subject's last change is what its sender could see.
function timeOf(name: string, { comment, review, issue, payload }: Parts): string | undefined {
  if (comment) return comment.time
  if (review) return review.time
  if (name === 'workflow_run') return text(object(payload.workflow_run).updated_at)
  return issue?.time ?? text(object(payload.pull_request).updated_at)
}

function readPull(pull: Fields, event: string): PullFacts {
  const tip = (side: unknown): Tip => {
    const { ref, sha, repo } = object(side)
    if (!isSha(sha) || typeof ref !== 'string') throw broken('the pull request has no head or base', event)
    return { ref, sha, repository: text(object(repo).full_name) }
  }
  return {
    number: numberOf(pull, event),
    title: text(pull.title) ?? '',
    body: text(pull.body) ?? '',
    base: tip(pull.base),
    head: tip(pull.head),
  }
}

function readIssue(issue: Fields, event: string) {
  return {
    number: numberOf(issue, event),
    title: text(issue.title) ?? '',
    body: text(issue.body) ?? '',
    isPull: issue.pull_request !== undefined && issue.pull_request !== null,
    time: text(issue.updated_at) ?? text(issue.created_at) ?? '',
  }
}

function readText(said: Fields, event: string): TextFacts {
  const time = text(said.updated_at) ?? text(said.submitted_at) ?? text(said.created_at)
  if (typeof said.id !== 'number' || time === undefined) throw broken('what was said has no id or no time', event)
  return { id: said.id, body: text(said.body) ?? '', author: readActor(said.user), time }
}

function readWorkflowRun(run: Fields): NonNullable<Event['workflowRun']> {
  const [pull] = Array.isArray(run.pull_requests) ? run.pull_requests : []
  const number = object(pull).number
  const actors = [run.actor, run.triggering_actor].filter((actor) => actor !== undefined && actor !== null)
  return {
    branch: text(run.head_branch) ?? '',
    sha: isSha(run.head_sha) ? run.head_sha : '',
    repository: text(object(run.head_repository).full_name),
    event: text(run.event) ?? '',
    pull: typeof number === 'number' ? number : undefined,
    actors: actors.map(readActor),
  }
}

export function readActor(user: unknown): Actor {
  const { login, type } = object(user)
  // A deleted account's words stand under this name.
  if (typeof login !== 'string') return { login: 'ghost', type: 'Unknown' }
  return { login, type: type === 'User' || type === 'Bot' || type === 'Organization' ? type : 'Unknown' }
}

type Fields = Readonly<Record<string, unknown>>

export const object = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
export const isSha = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value)

function numberOf({ number }: Fields, event: string): number {
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1) throw broken('it has no number', event)
  return number
}

function broken(what: string, event: string): AirlockError {
  return new AirlockError('input', `the event can't be read: ${what}`, {
    where: `GITHUB_EVENT_PATH (${event})`,
    next: 'Leave GITHUB_EVENT_PATH and GITHUB_REPOSITORY as the runner sets them.',
  })
}

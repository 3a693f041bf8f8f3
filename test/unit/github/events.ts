// Payloads as GitHub sends them, cut to what is read.
import { type Event, readEvent } from '../../../src/github/event.ts'

export const HEAD = 'a'.repeat(40)
export const BASE = 'b'.repeat(40)
export const AT = '2026-03-01T10:00:00Z'

const user = (login: string, type = 'User') => ({ login, type })
const side = (ref: string, sha: string, repository: string) => ({ ref, sha, repo: { full_name: repository } })
const repository = { full_name: 'octo/shop', default_branch: 'trunk' }
const sender = user('ann')

interface PullOptions {
  readonly sha?: string
  readonly from?: string
}

function pull(action: string, { sha = HEAD, from = 'octo/shop' }: PullOptions = {}) {
  const pull_request = {
    ...{ number: 7, title: 'A change', body: 'What it does', updated_at: AT, user: user('ann') },
    ...{ base: side('trunk', BASE, 'octo/shop'), head: side('topic', sha, from) },
  }
  return { action, pull_request, repository, sender }
}

const said = (body: string | null) => ({ id: 70, body, user: user('ann'), created_at: AT, updated_at: AT })
const issueOf = (title: string, body: string | null) => ({ number: 5, title, body, updated_at: AT, user: user('bob') })

export const PAYLOADS = {
  pull,
  issue: (action: string, title = 'It breaks', body: string | null = '') => ({
    ...{ action, issue: issueOf(title, body), repository, sender },
  }),
  comment: (body: string) => ({
    ...{ action: 'created', issue: issueOf('It breaks', 'How'), comment: said(body), repository, sender },
  }),
  pullComment: (body: string) => ({
    ...{ action: 'created', comment: said(body), repository, sender },
    issue: { ...issueOf('A change', 'What'), number: 7, pull_request: { url: 'x' } },
  }),
  lineComment: (body: string) => ({ ...pull('created'), comment: said(body) }),
  review: (body: string | null) => ({
    ...pull('submitted'),
    review: { id: 71, body, user: user('ann'), submitted_at: AT, state: 'commented' },
  }),
  workflowRun: (more: object = {}) => ({
    ...{ action: 'completed', repository, sender },
    workflow_run: {
      ...{ head_branch: 'topic', head_sha: HEAD, head_repository: { full_name: 'octo/shop' }, event: 'push' },
      ...{ pull_requests: [{ number: 7 }], actor: user('ann'), triggering_actor: user('bob'), updated_at: AT },
      ...more,
    },
  }),
}

export function event(name: string, payload: object): Event {
  const around = { repository: 'octo/shop', actor: 'ann', apiUrl: 'https://api.github.com', serverUrl: '' }
  const source = { name, payload: { repository, sender, ...payload }, ...around, runId: '1', runAttempt: '1' }
  return readEvent({ ...source, sha: BASE, refName: 'trunk' }, AT)
}

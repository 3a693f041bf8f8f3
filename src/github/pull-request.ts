// The pull request of a branch of airlock's: opened, or brought up to date. What somebody has written over stays.
import { createHash } from 'node:crypto'
import { plainLine } from '../report/plain-text.ts'
import type { GitHub } from './client.ts'
import { type ApiComment, marked, once, readMark, withoutMark } from './own.ts'
import type { PublishPolicy } from './publish-types.ts'
import type { Repository } from './task.ts'

export interface PullRequestJob {
  readonly repository: Repository
  readonly login: string
  readonly branch: string
  readonly base: string
  /** Cleaned already. */
  readonly title: string
  readonly body: string
  readonly policy: PublishPolicy['pullRequest']
  readonly workflowRunId: string
}

export interface OpenedPullRequest {
  readonly number: number
  readonly url: string
  readonly created: boolean
  readonly notes: readonly string[]
}

interface ApiPull extends ApiComment {
  readonly number: number
  readonly title: string
}

const REPO = '/repos/{owner}/{repo}'

/** Errors: GitHub's. Labels, reviewers and assignees that it does not take are in the notes. */
export async function openPullRequest(github: GitHub, job: PullRequestJob): Promise<OpenedPullRequest> {
  const { owner, name } = job.repository
  const target = { owner, repo: name }
  const find = async () => {
    const query = { ...target, state: 'open', head: `${owner}:${job.branch}`, base: job.base }
    return (await github.list<ApiPull>(`GET ${REPO}/pulls`, query)).at(0)
  }
  const before = await find()
  const notes: string[] = []
  const body = withSeal(job.body, job.title, job.workflowRunId)
  const pull = before
    ? await bringUpToDate(github, target, before, { ...job, body }, notes)
    : await once(
        () =>
          github.request<ApiPull>(`POST ${REPO}/pulls`, {
            ...{ ...target, head: job.branch, base: job.base, title: job.title, body, draft: job.policy.draft },
          }),
        find,
      )
  await decorate(github, target, pull.number, job.policy, notes)
  return { number: pull.number, url: pull.html_url, created: before === undefined, notes }
}

// The mark holds what title and body were: as long as they still are, nobody has changed them.
const withSeal = (body: string, title: string, run: string) =>
  marked(body, 'pull-request', { run, h: seal(title, body) })

const seal = (title: string, body: string) =>
  createHash('sha256')
    .update(`${title}\n${body.replaceAll('\r\n', '\n').trim()}`)
    .digest('hex')
    .slice(0, 16)

async function bringUpToDate(
  github: GitHub,
  target: { readonly owner: string; readonly repo: string },
  pull: ApiPull,
  { title, body, login }: Pick<PullRequestJob, 'title' | 'body' | 'login'>,
  notes: string[],
): Promise<ApiPull> {
  const mark = pull.user?.login === login ? readMark(pull.body, 'pull-request') : undefined
  if (mark === undefined || mark.h !== seal(pull.title, withoutMark(pull.body ?? ''))) {
    notes.push(`title and description of #${pull.number} were left as somebody wrote them`)
    return pull
  }
  const change = { ...target, pull_number: pull.number, title, body }
  return github.request<ApiPull>(`PATCH ${REPO}/pulls/{pull_number}`, change, { repeatable: true })
}

async function decorate(
  github: GitHub,
  target: { readonly owner: string; readonly repo: string },
  number: number,
  { labels, reviewers, assignees }: PublishPolicy['pullRequest'],
  notes: string[],
): Promise<void> {
  const ask = async (what: string, names: readonly string[], path: string, body: object) => {
    if (names.length === 0) return
    try {
      await github.request(`POST ${REPO}/${path}`, { ...target, number, ...body }, { repeatable: true })
    } catch (error) {
      notes.push(`GitHub did not take the ${what} ${names.join(', ')}: ${plainLine(String(error))}`)
    }
  }
  const teams = reviewers.filter((name) => name.includes('/')).map((name) => name.slice(name.indexOf('/') + 1))
  const people = reviewers.filter((name) => !name.includes('/'))
  await ask('labels', labels, 'issues/{number}/labels', { labels })
  await ask('reviewers', reviewers, 'pulls/{number}/requested_reviewers', {
    ...(people.length > 0 ? { reviewers: people } : {}),
    ...(teams.length > 0 ? { team_reviewers: teams } : {}),
  })
  await ask('assignees', assignees, 'issues/{number}/assignees', { assignees })
}

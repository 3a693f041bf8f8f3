// What GitHub tells a workflow of the thing that started it, made of what the stand-in holds.
import type { GitHub } from './github.ts'

export interface GitHubEvent {
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own.
  readonly payload: any
  /** GITHUB_REF and GITHUB_SHA. */
  readonly ref: string
  readonly sha: string
  readonly actor: string
}

// biome-ignore lint/suspicious/noExplicitAny: as GitHub says it.
type Json = any

interface About {
  readonly actor: string
  readonly action?: string
}

const api = (github: GitHub) => `/repos/${github.repository}`
const asOwner = (github: GitHub) => github.as(github.repository.split('/')[0] ?? '')

async function about(github: GitHub, actor: string, action?: string) {
  const rest = asOwner(github)
  const [repository, sender] = await Promise.all([
    rest('GET', api(github)),
    rest('GET', `/users/${encodeURIComponent(actor)}`),
  ])
  return { ...(action === undefined ? {} : { action }), repository, sender }
}

async function main(github: GitHub): Promise<{ ref: string; sha: string }> {
  const { object } = await asOwner(github)('GET', `${api(github)}/git/ref/heads/main`)
  return { ref: 'refs/heads/main', sha: object.sha }
}

/** As the webhook has it: through the front, so that its head is the branch's. */
async function pullOf(github: GitHub, number: number): Promise<Json> {
  const headers = { authorization: `Bearer ${await github.token()}` }
  const before = github.journal.length
  const answer = await fetch(`${github.url}${api(github)}/pulls/${number}`, { headers })
  github.forget(before)
  return answer.json()
}

export async function pullRequest(
  github: GitHub,
  number: number,
  { actor, action = 'opened' }: About,
): Promise<GitHubEvent> {
  const pull = await pullOf(github, number)
  const { object } = await asOwner(github)('GET', `${api(github)}/git/ref/pull/${number}/merge`)
  // What happens to a pull request changes this time; emulate leaves it.
  const pull_request = { ...pull, updated_at: new Date().toISOString() }
  const payload = { ...(await about(github, actor, action)), number, pull_request }
  return { name: 'pull_request', payload, ref: `refs/pull/${number}/merge`, sha: object.sha, actor }
}

export async function pullRequestTarget(github: GitHub, number: number, given: About): Promise<GitHubEvent> {
  const event = await pullRequest(github, number, given)
  return { ...event, name: 'pull_request_target', ...(await main(github)) }
}

export async function issues(
  github: GitHub,
  number: number,
  { actor, action = 'opened', ...more }: About & { label?: string },
): Promise<GitHubEvent> {
  const issue = await asOwner(github)('GET', `${api(github)}/issues/${number}`)
  const label = more.label === undefined ? {} : { label: { name: more.label } }
  return {
    name: 'issues',
    payload: { ...(await about(github, actor, action)), issue, ...label },
    ...(await main(github)),
    actor,
  }
}

export async function issueComment(github: GitHub, number: number, comment: Json): Promise<GitHubEvent> {
  const ask = (kind: string) => asOwner(github)('GET', `${api(github)}/${kind}/${number}`)
  const pull = await ask('pulls').catch(() => undefined)
  const issue = pull === undefined ? await ask('issues') : asIssue(pull)
  const actor = comment.user.login
  const payload = { ...(await about(github, actor, 'created')), issue, comment }
  return { name: 'issue_comment', payload, ...(await main(github)), actor }
}

/** A pull request as an issue, which emulate does not give. */
function asIssue({ number, title, body, user, state, labels, html_url, created_at, updated_at, url }: Json): Json {
  const texts = { number, title, body, user, state, labels }
  return { ...texts, html_url, created_at, updated_at, pull_request: { url, html_url } }
}

export async function reviewComment(github: GitHub, number: number, comment: Json): Promise<GitHubEvent> {
  const event = await pullRequest(github, number, { actor: comment.user.login, action: 'created' })
  return { ...event, name: 'pull_request_review_comment', payload: { ...event.payload, comment } }
}

export async function workflowDispatch(
  github: GitHub,
  inputs: Readonly<Record<string, string>>,
  actor: string,
): Promise<GitHubEvent> {
  const tip = await main(github)
  return {
    name: 'workflow_dispatch',
    payload: { ...(await about(github, actor)), inputs, ref: tip.ref },
    ...tip,
    actor,
  }
}

export async function schedule(github: GitHub, cron: string, actor: string): Promise<GitHubEvent> {
  const { repository } = await about(github, actor)
  return { name: 'schedule', payload: { schedule: cron, repository }, ...(await main(github)), actor }
}

/** A run of another workflow has ended: on a branch, or on a pull request's. */
export async function workflowRun(
  github: GitHub,
  run: { name: string; branch: string; sha: string; conclusion: string; pull?: number },
  actor: string,
): Promise<GitHubEvent> {
  const around = await about(github, actor, 'completed')
  const pulls = run.pull === undefined ? [] : [await pullOf(github, run.pull)]
  const workflow_run = {
    ...{
      id: 99,
      name: run.name,
      head_branch: run.branch,
      head_sha: run.sha,
      conclusion: run.conclusion,
      event: 'pull_request',
    },
    ...{
      status: 'completed',
      actor: around.sender,
      triggering_actor: around.sender,
      head_repository: around.repository,
    },
    ...{ html_url: `${github.server}/${github.repository}/actions/runs/99`, pull_requests: pulls },
    repository: around.repository,
  }
  return { name: 'workflow_run', payload: { ...around, workflow_run }, ...(await main(github)), actor }
}

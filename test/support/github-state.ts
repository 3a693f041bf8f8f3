// All that the stand-in holds of a repository, without times and ids: what a run has done is what differs from before.

import type { Rest } from './github.ts'
import { lineAt } from './github-position.ts'

export interface Remark {
  readonly user: string
  readonly body: string
}

export interface LineRemark extends Remark {
  readonly path: string
  readonly line: number | undefined
  readonly side: string
  /** The body of the comment that it answers. */
  readonly answers?: string
}

export interface Topic extends Remark {
  readonly number: number
  readonly title: string
  readonly state: string
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
  readonly comments: readonly Remark[]
}

export interface Pull extends Topic {
  readonly draft: boolean
  readonly head: string
  readonly base: string
  readonly reviewers: readonly string[]
  readonly reviews: readonly (Remark & {
    readonly state: string
    readonly commit: string
    readonly comments: readonly LineRemark[]
  })[]
  /** Comments on lines that belong to no review. */
  readonly lineComments: readonly LineRemark[]
}

export interface Branch {
  readonly sha: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: string
  /** Path → mode and hash. */
  readonly tree: Readonly<Record<string, string>>
}

export interface State {
  readonly branches: Readonly<Record<string, Branch>>
  /** Other refs. */
  readonly refs: Readonly<Record<string, string>>
  readonly issues: readonly Topic[]
  readonly pulls: readonly Pull[]
  readonly checks: readonly { readonly name: string; readonly status: string; readonly conclusion: string | null }[]
}

// biome-ignore lint/suspicious/noExplicitAny: the answers' types are not published.
type Json = any

export async function readState(rest: Rest, repository: string): Promise<State> {
  const api = `/repos/${repository}`
  const all = (path: string) => allPages(rest, `${api}${path}`)
  const names = (list: readonly Json[] = []) => list.map(({ login, name }) => login ?? name)
  const heads = await all('/branches')
  const branches = await Promise.all(
    heads.map(async ({ name, commit }) => [name, await branchOf(rest, api, commit.sha)]),
  )
  const issues = (await all('/issues?state=all')).toSorted((a, b) => a.number - b.number)
  const topic = async (one: Json): Promise<Topic> => ({
    ...{ number: one.number, title: one.title, body: one.body ?? '', user: one.user.login, state: one.state },
    ...{ labels: names(one.labels), assignees: names(one.assignees) },
    comments: (await all(`/issues/${one.number}/comments`)).map(remark),
  })
  const pulls = (await all('/pulls?state=all')).toSorted((a, b) => a.number - b.number)
  const isPull = new Set(pulls.map(({ number }) => number))
  const refs = (
    await Promise.all(['tags', 'pull'].map((kind) => rest('GET', `${api}/git/matching-refs/${kind}`)))
  ).flat()
  const checks = await Promise.all(
    [...new Set(heads.map(({ commit }) => commit.sha))].map((sha) => rest('GET', `${api}/commits/${sha}/check-runs`)),
  )
  return {
    branches: Object.fromEntries(branches) as State['branches'],
    refs: Object.fromEntries(refs.map(({ ref, object }: Json) => [ref, object.sha])),
    issues: await Promise.all(issues.filter(({ number }) => !isPull.has(number)).map(topic)),
    pulls: await Promise.all(pulls.map(async (one) => ({ ...(await topic(one)), ...(await pullOf(rest, api, one)) }))),
    checks: checks.flatMap(({ check_runs }) =>
      check_runs.map(({ name, status, conclusion }: Json) => ({ name, status, conclusion })),
    ),
  }
}

async function pullOf(rest: Rest, api: string, pull: Json) {
  const at = `${api}/pulls/${pull.number}`
  const comments = await allPages(rest, `${at}/comments`)
  const bodies = new Map(comments.map(({ id, body }) => [id, body]))
  const line = async (one: Json): Promise<LineRemark> => ({
    ...remark(one),
    ...{ path: one.path, line: one.line ?? (await lineOf(rest, api, pull, one)), side: one.side },
    ...(one.in_reply_to_id ? { answers: bodies.get(one.in_reply_to_id) } : {}),
  })
  const reviews = await allPages(rest, `${at}/reviews`)
  const within = (id: number | null) =>
    Promise.all(comments.filter(({ pull_request_review_id: review }) => review === id).map(line))
  return {
    ...{ draft: pull.draft, head: pull.head.label, base: pull.base.ref },
    reviewers: pull.requested_reviewers.map(({ login }: Json) => login),
    reviews: await Promise.all(
      reviews.map(async (one) => ({
        ...remark(one),
        ...{ state: one.state, commit: one.commit_id, comments: await within(one.id) },
      })),
    ),
    lineComments: await within(null),
  }
}

async function lineOf(rest: Rest, api: string, pull: Json, comment: Json): Promise<number | undefined> {
  const { files } = await rest('GET', `${api}/compare/${pull.base.sha}...${comment.commit_id}`)
  const patch = files.find(({ filename }: Json) => filename === comment.path)?.patch
  return patch === undefined ? undefined : lineAt(patch, comment.position)
}

async function branchOf(rest: Rest, api: string, sha: string): Promise<Branch> {
  const commit = await rest('GET', `${api}/git/commits/${sha}`)
  const { tree } = await rest('GET', `${api}/git/trees/${commit.tree.sha}?recursive=1`)
  const files = tree.filter(({ type }: Json) => type !== 'tree')
  return {
    ...{ sha, message: commit.message, author: commit.author.name },
    parents: commit.parents.map((parent: Json) => parent.sha),
    tree: Object.fromEntries(files.map((file: Json) => [file.path, `${file.mode} ${file.sha}`])),
  }
}

const remark = ({ user, body }: Json): Remark => ({ user: user?.login, body: body ?? '' })

async function allPages(rest: Rest, path: string): Promise<Json[]> {
  const found: Json[] = []
  for (let page = 1; ; page += 1) {
    const part = await rest('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=100&page=${page}`)
    found.push(...part)
    if (part.length < 100) return found
  }
}

// The fields of `gh pr view --json` and `gh issue view --json` that the frozen context can tell, in gh's own shapes
// (https://cli.github.com/manual/gh_pr_view). What it does not hold is left out rather than invented.

import type { Author, Commit, FrozenContext, Said } from './context.ts'
import { checkRollup } from './tool-checks.ts'

type JsonFields = Readonly<Record<string, unknown>>

export function issueFields(context: FrozenContext): JsonFields {
  return {
    author: { is_bot: context.author.bot, login: context.author.login },
    body: context.body,
    closed: context.state.toUpperCase() !== 'OPEN',
    comments: context.said.filter((said) => said.kind === 'comment').map(comment),
    createdAt: context.createdAt,
    labels: context.labels.map((name) => ({ name })),
    number: context.number,
    state: context.state.toUpperCase(),
    title: context.title,
    updatedAt: lastTime(context),
    url: context.url,
  }
}

export function pullFields(context: FrozenContext): JsonFields {
  const reviews = context.said.filter((said) => said.kind === 'review').map(review)
  const sum = (count: 'additions' | 'deletions') => context.files.reduce((total, file) => total + file[count], 0)
  return {
    ...issueFields(context),
    additions: sum('additions'),
    baseRefName: context.baseRef,
    baseRefOid: context.baseSha,
    changedFiles: context.files.length,
    commits: context.commits.map(commit),
    deletions: sum('deletions'),
    files: context.files.map(({ path, additions, deletions, status }) => ({
      ...{ path, additions, deletions, changeType: status.toUpperCase() },
    })),
    headRefName: context.headRef,
    headRefOid: context.headSha,
    isDraft: context.draft,
    // As GitHub says it itself while it does not know.
    ...{ mergeable: 'UNKNOWN', mergeStateStatus: 'UNKNOWN' },
    latestReviews: [...new Map(reviews.map((entry) => [entry.author.login, entry])).values()],
    reviews,
    statusCheckRollup: checkRollup(context.checks),
  }
}

/** Of all that is known here, the last that happened. */
export const lastTime = ({ createdAt, said, commits }: FrozenContext) =>
  [createdAt, ...[...said, ...commits].map((entry) => entry.time)].sort().at(-1) ?? createdAt

const login = (author: Author) => ({ login: author.login })

function comment(said: Said) {
  return {
    id: String(said.id),
    author: login(said.author),
    authorAssociation: said.author.association,
    body: said.body,
    createdAt: said.time,
    url: said.url,
  }
}

function review(said: Said) {
  return {
    id: String(said.id),
    author: login(said.author),
    authorAssociation: said.author.association,
    body: said.body,
    submittedAt: said.time,
    state: said.state ?? 'COMMENTED',
  }
}

function commit({ sha, author, time, message }: Commit) {
  const [headline = '', ...rest] = message.split('\n')
  return {
    oid: sha,
    authors: [{ login: author, name: author }],
    authoredDate: time,
    committedDate: time,
    messageHeadline: headline,
    messageBody: rest.join('\n').trim(),
  }
}

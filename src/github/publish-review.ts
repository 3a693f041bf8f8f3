// Posts a review: comments that are new, on their lines; marks on those that are mended; and one summary, kept up to date.
import { createHash } from 'node:crypto'
import type { ChangedFile } from './context.ts'
import { GitHubError } from './failure.ts'
import { type ApiComment, marked, once, own, readMark, whoAmI, withoutMark } from './own.ts'
import type { PublishDeps } from './publish-types.ts'
import type { Review } from './review.ts'
import { type InlineEntry, planReview, type ReviewPlan } from './review-plan.ts'
import type { ReadReview } from './review-schema.ts'
import { type Summary, summaryText } from './review-summary.ts'
import { commentBody, type Pen } from './review-text.ts'
import type { Repository } from './task.ts'

export interface ReviewJob {
  readonly repository: Repository
  readonly number: number
  /** What was looked at. */
  readonly headSha: string
  readonly files: readonly ChangedFile[]
  readonly read: ReadReview
  readonly entries: readonly InlineEntry[]
  /** The summary goes to a comment of its own, which each run brings up to date. */
  readonly sticky: boolean
  readonly summary: Pick<Summary, 'result' | 'jobUrl'>
}

export interface PostedReview {
  readonly review?: { readonly id: number; readonly url: string; readonly comments: number }
  readonly comment?: { readonly id: number; readonly url: string }
  readonly summary: Summary
}

interface ApiReview extends ApiComment {
  readonly state: string
}

type Target = { readonly owner: string; readonly repo: string; readonly number: number }
const PULL = '/repos/{owner}/{repo}/pulls/{number}'

/** The plan against what earlier runs left there. Errors: GitHub's. */
export async function planAgainstGitHub(job: ReviewJob, { github }: PublishDeps) {
  const target = targetOf(job)
  const login = await whoAmI(github)
  const comments = await github.list<ApiComment>(`GET ${PULL}/comments`, target)
  return { login, plan: planReview(job.read.review.findings, job.entries, job.files, own(comments, login, 'finding')) }
}

/** Errors: GitHub's; what was posted before stays. */
export async function publishReview(
  job: ReviewJob,
  { login, plan }: { readonly login: string; readonly plan: ReviewPlan },
  deps: PublishDeps,
  pen: Pen,
): Promise<PostedReview> {
  const target = targetOf(job)
  for (const comment of plan.fixed) await markFixed(comment, job, deps)
  const reviews = await deps.github.list<ApiReview>(`GET ${PULL}/reviews`, target)
  const ours = own(reviews, login, 'review')
  const latest = ours.findLast(({ comment }) => comment.state !== 'COMMENTED')?.comment
  const event = eventFor(job.read, deps.policy.review)
  if (latest?.state === 'CHANGES_REQUESTED' && event !== 'REQUEST_CHANGES') {
    await deps.github.request(`PUT ${PULL}/reviews/{review}/dismissals`, {
      ...{ ...target, review: latest.id, message: 'A later run no longer asks for changes.', event: 'DISMISS' },
    })
  }
  const isTold = ours.some(({ mark: { run, head } }) => run === deps.workflowRunId && head === job.headSha)
  const isNews = !isTold && (!job.sticky || (event !== 'COMMENT' && latest?.state !== STATES[event]))
  const draft: Summary = { ...job.summary, read: job.read, plan, urls: [], headSha: job.headSha }
  const posted = isNews || plan.fresh.length > 0 ? await post(job, draft, event, login, deps, pen) : undefined
  const summary = { ...draft, plan: posted?.plan ?? plan, urls: posted?.urls ?? [] }
  const comment = job.sticky ? await stick(job, summary, login, deps, pen) : undefined
  return {
    ...(posted?.review ? { review: posted.review } : {}),
    ...(comment ? { comment } : {}),
    summary,
  }
}

const STATES = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const
type ReviewEvent = keyof typeof STATES

/** What GitHub is told; never more than the policy allows, and no approval with anything open. */
export function eventFor(read: ReadReview, policy: PublishDeps['policy']['review']): ReviewEvent {
  const { verdict, findings }: Review = read.review
  if (verdict === 'request_changes' && policy.requestChanges) return 'REQUEST_CHANGES'
  const open = read.problems.length > 0 || findings.some(({ severity }) => severity === 'high' || severity === 'medium')
  return verdict === 'approve' && policy.approve && !open ? 'APPROVE' : 'COMMENT'
}

async function post(job: ReviewJob, draft: Summary, event: ReviewEvent, login: string, deps: PublishDeps, pen: Pen) {
  const { github, workflowRunId } = deps
  const target = targetOf(job)
  // With what it says, so that a second attempt does not take the first one's review for its own.
  const said = draft.plan.fresh.map(({ at, mark: { t, a } }) => [at.path, at.line, t, a])
  const mark = { run: workflowRunId, head: job.headSha, c: hash(JSON.stringify([event, said])) }
  const lead = job.sticky ? counts(draft.plan) : summaryText(draft, pen, false)
  const body = marked(lead, 'review', mark)
  const comments = draft.plan.fresh.map(({ remark, at, mark: finding }) => ({
    ...{ path: at.path, side: at.side, line: at.line },
    ...(at.startLine < at.line ? { start_line: at.startLine, start_side: at.side } : {}),
    body: marked(commentBody(remark, at, pen), 'finding', finding),
  }))
  const send = (parameters: object) =>
    once(
      () =>
        github.request<ApiReview>(`POST ${PULL}/reviews`, { ...target, ...parameters, commit_id: job.headSha, event }),
      async () => {
        const all = await github.list<ApiReview>(`GET ${PULL}/reviews`, target)
        return own(all, login, 'review').find(
          ({ mark: { run, head, c } }) => run === mark.run && head === mark.head && c === mark.c,
        )?.comment
      },
    )
  try {
    const review = await send({ body, comments })
    return {
      review: shown(review, comments.length),
      plan: draft.plan,
      urls: await urlsOf(review.id, comments, target, deps),
    }
  } catch (error) {
    if (!(error instanceof GitHubError) || error.reason !== 'invalid' || comments.length === 0) throw error
    return oneByOne(job, draft.plan, comments, () => send({ body }), deps)
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12)

type Comment = { readonly body: string; readonly path: string; readonly line: number }

// GitHub refuses a review as a whole when one line of it is not on the diff that it knows, and does not say which.
async function oneByOne(
  job: ReviewJob,
  plan: ReviewPlan,
  comments: readonly Comment[],
  review: () => Promise<ApiReview>,
  { github }: PublishDeps,
) {
  const target = targetOf(job)
  const head = await review()
  const urls: string[] = []
  const fresh: ReviewPlan['fresh'][number][] = []
  const outside = [...plan.outside]
  for (const [at, comment] of comments.entries()) {
    const planned = plan.fresh[at]
    if (!planned) continue
    try {
      const made = await github.request<ApiComment>(`POST ${PULL}/comments`, {
        ...{ ...target, ...comment, commit_id: job.headSha },
      })
      urls.push(made.html_url)
      fresh.push(planned)
    } catch (error) {
      if (!(error instanceof GitHubError) || error.reason !== 'invalid') throw error
      outside.push({ remark: planned.remark, reason: 'GitHub takes no comment there' })
    }
  }
  return { review: shown(head, fresh.length), plan: { ...plan, fresh, outside }, urls }
}

const shown = ({ id, html_url }: ApiReview, comments: number) => ({ id, url: html_url, comments })

async function urlsOf(id: number, comments: readonly Comment[], target: Target, { github }: PublishDeps) {
  const made = await github.list<ApiComment>(`GET ${PULL}/reviews/{review}/comments`, { ...target, review: id })
  return comments.map(({ body, path }) => made.find((one) => one.path === path && sameText(one.body, body))?.html_url)
}

const sameText = (a: string | null | undefined, b: string) =>
  JSON.stringify(readMark(a, 'finding')) === JSON.stringify(readMark(b, 'finding'))

async function markFixed(comment: ApiComment, job: ReviewJob, { github }: PublishDeps): Promise<void> {
  const mark = readMark(comment.body, 'finding') ?? {}
  const text = `✅ **The code that this is about changed; it was not found again in ${job.headSha.slice(0, 10)}.**`
  const { owner, name } = job.repository
  await github.request(
    'PATCH /repos/{owner}/{repo}/pulls/comments/{comment}',
    {
      ...{ owner, repo: name, comment: comment.id },
      body: marked(`${text}\n\n${withoutMark(comment.body ?? '')}`, 'finding', { ...mark, fixed: job.headSha }),
    },
    { repeatable: true },
  )
}

async function stick(job: ReviewJob, summary: Summary, login: string, { github }: PublishDeps, pen: Pen) {
  const { owner, repo, number } = targetOf(job)
  const issue = { owner, repo, issue_number: number }
  const all = '/repos/{owner}/{repo}/issues/{issue_number}/comments'
  const body = marked(summaryText(summary, pen, false), 'summary', { head: job.headSha })
  const find = async () => own(await github.list<ApiComment>(`GET ${all}`, issue), login, 'summary').at(-1)?.comment
  const before = await find()
  const comment = before
    ? await github.request<ApiComment>(
        'PATCH /repos/{owner}/{repo}/issues/comments/{comment}',
        { owner, repo, comment: before.id, body },
        { repeatable: true },
      )
    : await once(() => github.request<ApiComment>(`POST ${all}`, { ...issue, body }), find)
  return { id: comment.id, url: comment.html_url }
}

function counts({ fresh, known }: ReviewPlan): string {
  const parts = [
    `${fresh.length === 0 ? 'No' : fresh.length} new ${fresh.length === 1 ? 'comment' : 'comments'}`,
    ...(known.length > 0 ? [`${known.length} that were made before`] : []),
  ]
  return `Claude’s review: ${parts.join(', ')}. The summary is in a comment of its own.`
}

function targetOf({ repository: { owner, name }, number }: Pick<ReviewJob, 'repository' | 'number'>): Target {
  return { owner, repo: name, number }
}

// A review from Claude's output to GitHub, or as far as it gets: what can't be posted is told by the job.
import { AirlockError } from '../ports/errors.ts'
import { plainLine, plainText } from '../report/plain-text.ts'
import { reviewSarif } from '../report/review-sarif.ts'
import { planAgainstGitHub, publishReview, type ReviewJob } from './publish-review.ts'
import type { Step } from './publish-types.ts'
import type { Annotation } from './published.ts'
import { redact } from './redact.ts'
import { type Review, SEVERITIES, type Severity } from './review.ts'
import { planReview, type ReviewPlan } from './review-plan.ts'
import { type ReadReview, readReview } from './review-schema.ts'
import { summaryText } from './review-summary.ts'

const NO_FINDINGS: ReadReview = { review: { summary: '', verdict: 'comment', findings: [] }, problems: [], unread: [] }

/** Never throws for what GitHub refuses. */
export async function reviewStep(step: Step): Promise<void> {
  const { task, context, result, outbox, deps, outcome, pen } = step
  const { subject } = task
  if (subject.kind !== 'pull') return
  const read = task.mode === 'review' ? readReview(result.structuredOutput, result.finalMessage) : NO_FINDINGS
  const file = await outcome.keep('review.json', `${JSON.stringify(read, undefined, 2)}\n`)
  const sarif = reviewSarif(redacted(read.review, deps.secrets))
  await outcome.keep('review.sarif', `${JSON.stringify(sarif, undefined, 2)}\n`)
  const job: ReviewJob = {
    ...{ repository: task.repository, number: subject.number, headSha: subject.head.sha, read },
    files: context?.files ?? [],
    entries: outbox.entries.flatMap((entry) => (entry.kind === 'inline-comment' ? [entry] : [])),
    sticky: task.mode === 'review' && deps.policy.review.stickySummary,
    summary: { result, jobUrl: deps.jobUrl },
  }
  let plan = planReview(read.review.findings, job.entries, job.files, [])
  const posted = await outcome.attempt('the review', file, async () => {
    const why = await whyNot(step, subject.head.sha, subject.number)
    if (why !== undefined) throw new AirlockError('publish', why)
    const against = await planAgainstGitHub(job, deps)
    plan = against.plan
    const done = await publishReview(job, against, deps, pen)
    plan = done.summary.plan
    if (done.review) outcome.done.review = done.review
    if (done.comment) outcome.done.comment = done.comment
  })
  outcome.done.annotations = annotations(plan, posted, deps.secrets)
  outcome.notes.push(...read.problems.map((problem) => `Claude’s review: ${problem}`))
  outcome.notes.push(...plan.outside.map(({ remark, reason }) => `${pathOf(remark)}: ${reason}`))
  const report = summaryText(
    { ...job.summary, read, plan, urls: [], headSha: job.headSha },
    { ...pen, notes: [] },
    true,
  )
  outcome.done.report = report
  await outcome.keep('review.md', `${report}\n`)
  const failure = failureOf(read, deps.policy.review.failOn)
  if (failure !== undefined) outcome.done.failure = failure
}

// Between the trigger and now, people have gone on: what was looked at may be gone.
async function whyNot({ task, deps }: Step, headSha: string, number: number): Promise<string | undefined> {
  const { owner, name } = task.repository
  const pull = await deps.github.request<{ state: string; head: { sha: string } }>(
    'GET /repos/{owner}/{repo}/pulls/{number}',
    { owner, repo: name, number },
  )
  if (pull.state !== 'open') return `the pull request is ${pull.state} by now`
  if (pull.head.sha === headSha) return undefined
  return `the pull request moved from ${headSha.slice(0, 10)} to ${pull.head.sha.slice(0, 10)} meanwhile`
}

// It is uploaded as it is.
function redacted(review: Review, secrets: readonly string[]): Review {
  const safe = (text: string) => redact(plainText(text), secrets).text
  const findings = review.findings.map((one) => ({ ...one, title: safe(one.title), body: safe(one.body) }))
  return { ...review, findings }
}

/** Those without a comment of their own. */
function annotations(
  { fresh, outside }: ReviewPlan,
  posted: boolean,
  secrets: readonly string[],
): readonly Annotation[] {
  const safe = (text: string) => redact(plainText(text), secrets).text
  return [...outside, ...(posted ? [] : fresh)].flatMap(({ remark }) => {
    if (remark.kind === 'entry') {
      const { path, line, startLine = line, body } = remark.entry
      return { path, startLine, endLine: line, severity: 'low', title: 'Comment', message: safe(body) }
    }
    const { path, startLine, endLine, severity, title, body } = remark.finding
    return { path, startLine, endLine, severity, title: safe(plainLine(title)), message: safe(body) }
  })
}

const pathOf = (remark: ReviewPlan['outside'][number]['remark']) =>
  plainLine(remark.kind === 'finding' ? `${remark.finding.path}:${remark.finding.startLine}` : remark.entry.path)

/** Undefined where the check may pass. A review that could not be read whole might have held anything. */
export function failureOf(read: ReadReview, failOn: Severity | undefined): string | undefined {
  if (failOn === undefined) return undefined
  const bad = read.review.findings.filter(({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn))
  if (bad.length > 0) {
    return `fail_on: ${failOn}: ${bad.length} ${bad.length === 1 ? 'finding is' : 'findings are'} at least that severe`
  }
  return read.problems.length > 0 ? `fail_on: ${failOn}: the review could not be read whole` : undefined
}

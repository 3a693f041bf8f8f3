// After the run: what came of it is told on GitHub, as far as the mode goes. What was produced is on disk before the first
// call, and whatever GitHub does not take is told by the job instead.
import { readFile } from 'node:fs/promises'
import { comment } from './comments.ts'
import { Outcome } from './outcome.ts'
import { whoAmI } from './own.ts'
import { readProposal } from './proposal.ts'
import { answerPlace, patchText, publishSaid } from './publish-answer.ts'
import { publishChange } from './publish-change.ts'
import type { Publish, PublishDeps, Step } from './publish-types.ts'
import { reviewStep } from './review-step.ts'
import { clean, type Pen } from './review-text.ts'
import { finishTracking } from './tracking-end.ts'

export const publish: Publish = async (task, context, result, files, outbox, deps) => {
  const outcome = new Outcome(deps.outputDir)
  const pen = penFor(deps)
  const step: Step = { task, context, result, files, outbox, deps, outcome, pen }
  const answer = result.conclusion === 'success' ? await steps(step) : failed(step)
  if (deps.trackingComment !== undefined) {
    const id = deps.trackingComment
    await outcome.attempt('the end of the progress', undefined, () => finishTracking(id, step, answer))
  }
  outcome.notes.push(...pen.notes)
  return outcome.published()
}

function penFor({ policy, serverUrl, secrets }: PublishDeps): Pen {
  const own = new URL(serverUrl).host
  const allowedLinkHosts = [...policy.text.allowedLinkHosts, own]
  return { cleaning: { policy: { ...policy.text, allowedLinkHosts }, secrets }, notes: [] }
}

// Half a piece of work is for those who look at the run, not for the pull request.
function failed({ result, files, outbox, outcome }: Step): undefined {
  if (files.length + outbox.entries.length > 0 || result.structuredOutput !== undefined) {
    outcome.refuse('what Claude had done', 'the run failed, so nothing of it is published.', result.output.directory)
  }
}

/** Returns what is said in the end, cleaned. */
async function steps(step: Step): Promise<string | undefined> {
  const { task, outbox, deps, outcome, pen } = step
  let answer: string | undefined
  if (task.mode === 'review' || outbox.entries.some(({ kind }) => kind === 'inline-comment')) await reviewStep(step)
  if (task.mode === 'pr' || task.mode === 'reply') answer = await changeStep(step)
  if (outbox.entries.length + outbox.refused.length > 0) {
    const file = await outcome.keep('outbox.json', `${JSON.stringify(outbox, undefined, 2)}\n`)
    await outcome.attempt('what Claude wanted to say', file, async () =>
      publishSaid(outbox, task, await whoAmI(deps.github), deps, pen, outcome),
    )
  }
  const tracking = outbox.entries.findLast(({ kind }) => kind === 'tracking')
  return answer ?? (tracking ? clean(pen, 'the progress', tracking.body) : undefined)
}

async function changeStep(step: Step): Promise<string | undefined> {
  const { task, context, result, files, deps, outcome, pen } = step
  const { proposal, problems, unread } = readProposal(task.mode, result.structuredOutput, result.finalMessage)
  outcome.notes.push(...problems.map((problem) => `Claude’s answer: ${problem}`))
  const kept = await outcome.keep(
    'proposal.json',
    `${JSON.stringify({ ...proposal, problems, unread }, undefined, 2)}\n`,
  )
  const { subject } = task
  let patch: string | undefined
  if (files.length > 0 && task.mode === 'reply' && subject.kind === 'pull' && subject.fork) {
    // Pushed to this repository, a stranger's commits would run with its secrets.
    outcome.refuse(
      'the changes',
      'the branch is a fork’s, and its commits never go into this repository.',
      result.output.patch,
    )
    patch = await readPatch(step)
  } else if (files.length > 0) {
    const done = await outcome.attempt('the changes', result.output.patch, async () =>
      publishChange({ task, context, result, files, proposal, login: await whoAmI(deps.github) }, deps, pen, outcome),
    )
    if (!done) patch = await readPatch(step)
  } else if (task.mode === 'pr') {
    outcome.notes.push('Claude changed nothing, so there is no pull request')
  }
  const answer = answerText(step, proposal.answer ?? proposal.body ?? '', patch)
  await answerStep(step, answer, kept)
  return answer
}

const readPatch = async ({ result: { output } }: Step) =>
  output.patch === undefined ? undefined : readFile(output.patch, 'utf8')

function answerText({ pen, outcome, task }: Step, answer: string, patch: string | undefined): string {
  const { branch, pullRequest } = outcome.done
  const made = pullRequest
    ? [`Pull request: #${pullRequest.number}`]
    : branch && task.mode === 'reply'
      ? [`Pushed ${branch.sha.slice(0, 10)} to the branch.`]
      : []
  const parts = [
    clean(pen, 'the answer', answer, 35_000),
    ...made,
    ...outcome.unpublished.map((text) => `⚠️ Not published: ${clean(pen, 'a reason', text, 2000)}`),
    ...(patch === undefined ? [] : [patchText(patch, pen)]),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

// An issue is answered in any case; a task that is about nothing has its pull request to speak for it.
async function answerStep({ task, context, deps, outcome }: Step, answer: string, file: string): Promise<void> {
  const place = answerPlace(task, context)
  const isTold = deps.trackingComment !== undefined && place?.thread === undefined
  if (!place || isTold || answer === '') return
  await outcome.attempt('the answer', file, async () => {
    const login = await whoAmI(deps.github)
    outcome.done.comment = await comment(deps.github, login, place, answer, 'answer', { run: deps.workflowRunId })
  })
}

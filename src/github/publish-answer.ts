// What Claude has to say: the answer to whoever asked, and what it put into the outbox.

import { comment, type Place } from './comments.ts'
import type { FrozenContext } from './context.ts'
import { fenced } from './markdown-pieces.ts'
import type { Outbox } from './outbox.ts'
import type { Outcome } from './outcome.ts'
import type { PublishDeps } from './publish-types.ts'
import { clean, type Pen } from './review-text.ts'
import type { Task } from './task.ts'

/** Where the answer belongs: beside the question. Undefined for a task that is about nothing that can be answered. */
export function answerPlace(
  { subject, repository, trigger }: Task,
  context: FrozenContext | undefined,
): Place | undefined {
  if (subject.kind === 'none') return undefined
  const place = { repository, number: subject.number }
  if (trigger?.kind !== 'review-comment') return place
  const asked = context?.said.find(({ id, kind }) => id === trigger.id && kind === 'review-comment')
  return { ...place, thread: asked?.inReplyTo ?? trigger.id }
}

/** The comments of the outbox, on the task's own subject whatever they name. Errors: GitHub's. */
export async function publishSaid(
  { entries, refused }: Outbox,
  task: Task,
  login: string,
  deps: PublishDeps,
  pen: Pen,
  outcome: Outcome,
): Promise<void> {
  outcome.notes.push(...refused.map((why) => `refused of what Claude wanted to say: ${why}`))
  const { subject, repository } = task
  if (subject.kind === 'none') return
  const said = entries.flatMap((entry) => (entry.kind === 'comment' ? [entry.body] : []))
  const progress = entries.findLast((entry) => entry.kind === 'tracking')
  const texts = [
    ...said.map((body, at) => ({ body, n: String(at) })),
    // Where there is no comment of progress, its text is one like the others.
    ...(progress && deps.trackingComment === undefined ? [{ body: progress.body, n: 'progress' }] : []),
  ]
  for (const { body, n } of texts) {
    const text = clean(pen, 'a comment', body)
    if (text === '') continue
    const place = { repository, number: subject.number }
    const posted = await comment(deps.github, login, place, text, 'said', { run: deps.workflowRunId, n })
    outcome.done.comment ??= posted
  }
}

const LONGEST_PATCH = 20_000

/** A patch that can't be pushed, for whoever can: the branch of a fork is not ours. */
export function patchText(patch: string, pen: Pen): string {
  if (patch.length > LONGEST_PATCH) return 'The patch is among the job’s files.'
  const shown = clean(pen, 'the patch', fenced('diff', patch.trimEnd().split('\n')))
  return `<details><summary>The patch, for <code>git apply</code></summary>\n\n${shown}\n\n</details>`
}

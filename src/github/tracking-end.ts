// The last state of the tracking comment.
import { marked } from './own.ts'
import type { Step } from './publish-types.ts'
import { endedText } from './tracking-text.ts'

/** @param answer cleaned. Errors: GitHub's. */
export async function finishTracking(id: number, step: Step, answer: string | undefined): Promise<void> {
  const { task, result, deps, outcome, pen } = step
  const { owner, name } = task.repository
  const text = endedText(result, outcome.done, outcome.unpublished, answer, deps.jobUrl, pen)
  const body = marked(text, 'tracking', { run: deps.workflowRunId })
  const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{id}'
  const made = await deps.github.request<{ id: number; html_url: string }>(
    route,
    { owner, repo: name, id, body },
    { repeatable: true },
  )
  outcome.done.comment ??= { id: made.id, url: made.html_url }
}

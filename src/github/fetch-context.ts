// What Claude will be told of an issue or pull request, as it was when somebody asked: fetched with the token, outside.
import type { GitHub } from './client.ts'
import type { FrozenContext } from './context.ts'
import type { Event } from './event.ts'
import { fetchCode, NO_CODE } from './fetch-code.ts'
import { fetchImages, type ImageSource } from './fetch-images.ts'
import { type CommentFilter, fetchSaid } from './fetch-said.ts'
import { authorOf, type Fields, type Place, textOf } from './fields.ts'
import { freezeTexts } from './freeze.ts'
import { visibleText } from './hidden-text.ts'
import type { Task } from './task.ts'

export interface ContextInputs {
  readonly comments: CommentFilter
  readonly images: ImageSource
}

/** Undefined for a task that is about no issue or pull request. Errors: GitHub's, for what has to be there. */
export async function fetchContext(
  task: Task,
  event: Event,
  inputs: ContextInputs,
  github: GitHub,
): Promise<FrozenContext | undefined> {
  const { subject, repository } = task
  if (subject.kind === 'none') return undefined
  const place: Place = { owner: repository.owner, repo: repository.name, number: subject.number }
  const isPull = subject.kind === 'pull'
  const leftOut: string[] = []
  const [found, said, code] = await Promise.all([
    github.request<Fields>(`GET /repos/{owner}/{repo}/${isPull ? 'pulls' : 'issues'}/{number}`, { ...place }),
    fetchSaid(task, event, place, inputs.comments, github, leftOut),
    isPull ? fetchCode(subject, place, github, leftOut) : NO_CODE,
  ])
  const { title, body } = await freezeTexts(event, found, place, github, leftOut)
  const labels = Array.isArray(found.labels) ? (found.labels as readonly Fields[]) : []
  const context: FrozenContext = {
    ...{ frozenAt: task.event.time, kind: subject.kind, number: subject.number },
    ...{ title: visibleText(title), body: visibleText(body), author: authorOf(found), said, ...code, leftOut },
    ...{ state: textOf(found.state), url: textOf(found.html_url), createdAt: textOf(found.created_at) },
    labels: labels.map((label) => visibleText(textOf(label.name))),
    draft: found.draft === true,
    ...(isPull
      ? { baseRef: subject.base.ref, baseSha: subject.base.sha, headRef: subject.head.ref, headSha: subject.head.sha }
      : {}),
    images: [],
  }
  return { ...context, images: await fetchImages(context, place, inputs.images, github, leftOut) }
}

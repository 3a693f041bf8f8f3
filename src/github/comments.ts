// Comments of airlock's on an issue or pull request, each written once: what is there already is changed instead.
import type { GitHub } from './client.ts'
import { type ApiComment, type Mark, type MarkKind, marked, once, own } from './own.ts'
import type { Repository } from './task.ts'

export interface Place {
  readonly repository: Repository
  readonly number: number
  /** The first review comment of the thread that the comment belongs to. */
  readonly thread?: number
}

export interface Posted {
  readonly id: number
  readonly url: string
}

const REPO = '/repos/{owner}/{repo}'

/**
 * Posts a text, or puts it in the place of the one that has the same mark.
 * @param text cleaned
 * @param same the mark's fields that make it the same one
 */
export async function comment(
  github: GitHub,
  login: string,
  { repository: { owner, name }, number, thread }: Place,
  text: string,
  kind: MarkKind,
  same: Mark,
): Promise<Posted> {
  const target = { owner, repo: name, number }
  const list = thread === undefined ? `${REPO}/issues/{number}/comments` : `${REPO}/pulls/{number}/comments`
  const one = thread === undefined ? `${REPO}/issues/comments/{id}` : `${REPO}/pulls/comments/{id}`
  const body = marked(text, kind, same)
  const find = async () => {
    const all = own(await github.list<ApiComment>(`GET ${list}`, target), login, kind)
    return all.findLast(({ mark }) => Object.entries(same).every(([key, value]) => mark[key] === value))?.comment
  }
  const before = await find()
  const made = before
    ? before.body === body
      ? before
      : await github.request<ApiComment>(
          `PATCH ${one}`,
          { owner, repo: name, id: before.id, body },
          { repeatable: true },
        )
    : await once(
        () =>
          github.request<ApiComment>(`POST ${list}`, {
            ...{ ...target, body },
            ...(thread === undefined ? {} : { in_reply_to: thread }),
          }),
        find,
      )
  return { id: made.id, url: made.html_url }
}

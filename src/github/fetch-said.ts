// Comments, reviews and comments on lines, as they were at the trigger and as their authors are wanted.
import type { GitHub } from './client.ts'
import type { Said } from './context.ts'
import type { Event } from './event.ts'
import { authorOf, type Fields, numberOf, type Place, textOf } from './fields.ts'
import { reviewEdits, wasThere } from './freeze.ts'
import { visibleText } from './hidden-text.ts'
import type { Task } from './task.ts'

export interface CommentFilter {
  /** Logins, or `*[bot]`; empty for everybody. */
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

/** Newest first they are cut: what is said last matters most. */
const MOST = 500
const TRUSTED = ['OWNER', 'MEMBER', 'COLLABORATOR']

/** Oldest first. Reasons for what is left out go to `leftOut`. */
export async function fetchSaid(
  task: Task,
  event: Event,
  place: Place,
  filter: CommentFilter,
  github: GitHub,
  leftOut: string[],
): Promise<readonly Said[]> {
  const isPull = task.subject.kind === 'pull'
  const list = (route: string) => github.list<Fields>(`GET /repos/{owner}/{repo}/${route}`, { ...place })
  const [comments, reviews, lines] = await Promise.all([
    list('issues/{number}/comments'),
    isPull ? list('pulls/{number}/reviews') : [],
    isPull ? list('pulls/{number}/comments') : [],
  ])
  const edits = reviews.some((review) => textOf(review.body) !== '') ? await reviewEdits(place, github) : undefined
  const all = [
    ...comments.map((comment) => said('comment', comment)),
    ...reviews.filter((review) => textOf(review.body) !== '').map((review) => said('review', review, edits)),
    ...lines.map((comment) => said('review-comment', comment)),
  ]
  const kept = all.map((one) => judge(one, task, event, filter, leftOut)).filter((one) => one !== undefined)
  kept.sort((a, b) => a.time.localeCompare(b.time) || a.id - b.id)
  if (kept.length > MOST) leftOut.push(`the ${kept.length - MOST} oldest of ${kept.length} comments`)
  return kept.slice(-MOST)
}

interface Found {
  readonly said: Said
  /** ISO 8601; undefined where GitHub does not say. */
  readonly edited: string | undefined
}

function said(kind: Said['kind'], from: Fields, edits?: ReadonlyMap<number, string>): Found {
  const time = textOf(from.created_at) || textOf(from.submitted_at)
  const line = numberOf(from.line ?? from.original_line)
  const inReplyTo = numberOf(from.in_reply_to_id)
  return {
    edited: kind === 'review' ? edits && (edits.get(numberOf(from.id)) || time) : textOf(from.updated_at) || time,
    said: {
      ...{ kind, id: numberOf(from.id), author: authorOf(from), time, url: textOf(from.html_url) },
      body: visibleText(textOf(from.body)),
      ...(kind === 'review' ? { state: textOf(from.state) } : {}),
      ...(kind === 'review-comment' ? { path: textOf(from.path), side: from.side === 'LEFT' ? 'LEFT' : 'RIGHT' } : {}),
      ...(line > 0 ? { line } : {}),
      ...(inReplyTo > 0 ? { inReplyTo } : {}),
    },
  }
}

const KINDS: Readonly<Record<Said['kind'], string>> = {
  comment: 'issue-comment',
  review: 'review',
  'review-comment': 'review-comment',
}

function judge(found: Found, task: Task, event: Event, filter: CommentFilter, leftOut: string[]): Said | undefined {
  const { said: one, edited } = found
  const what = `${one.kind} ${one.id} by ${one.author.login}`
  const { trigger } = task
  // Who asked is heard, in the words that the event carries: they may have been edited since.
  if (trigger?.id === one.id && KINDS[one.kind] === trigger.kind) {
    return { ...one, body: visibleText((event.comment ?? event.review)?.body ?? '') }
  }
  if (!isWanted(one, filter)) {
    leftOut.push(`${what}: by the inputs include_comments_by_actor and exclude_comments_by_actor`)
    return undefined
  }
  if (edited === undefined && !TRUSTED.includes(one.author.association)) {
    leftOut.push(`${what}: GitHub does not say whether it was edited after the trigger`)
    return undefined
  }
  const made = { id: one.id, created: one.time, edited: edited ?? one.time }
  const sameKind = trigger && KINDS[one.kind] === trigger.kind ? trigger.id : undefined
  if (wasThere(made, task.event.time, sameKind)) return one
  leftOut.push(`${what}: it was written or edited after the trigger`)
  return undefined
}

function isWanted({ author }: Said, { include, exclude }: CommentFilter): boolean {
  const login = author.bot && !author.login.endsWith('[bot]') ? `${author.login}[bot]` : author.login
  const named = (names: readonly string[]) =>
    names.some((name) => (name === '*[bot]' ? author.bot : [login, author.login].includes(name)))
  return !named(exclude) && (include.length === 0 || named(include))
}

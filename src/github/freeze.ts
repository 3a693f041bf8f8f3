// Frozen at the trigger: what was written or edited after somebody asked was not there to be seen when they asked.
import type { GitHub } from './client.ts'
import type { Event } from './event.ts'
import { GitHubError } from './failure.ts'
import { type Fields, fieldsOf, type Place, textOf } from './fields.ts'

/**
 * Whether something is as it was at `time`. GitHub's clock has whole seconds: of what happened in that very second, only
 * what has a lower number than the trigger and was never edited is sure to have been there.
 */
export function wasThere(
  made: { readonly id: number; readonly created: string; readonly edited: string },
  time: string,
  trigger: number | undefined,
): boolean {
  if (made.created > time || made.edited > time) return false
  if (made.created < time && made.edited < time) return true
  return made.edited === made.created && trigger !== undefined && made.id < trigger
}

/** Title and body as they were: the event carries them, whatever became of them since. */
export async function freezeTexts(
  event: Event,
  found: Fields,
  place: Place,
  github: GitHub,
  leftOut: string[],
): Promise<{ readonly title: string; readonly body: string }> {
  const carried = event.pull ?? event.issue
  if (carried) return { title: carried.title, body: carried.body }
  const texts = { title: textOf(found.title), body: textOf(found.body) }
  if (textOf(found.updated_at) <= event.time) return texts
  const edited = await editedAt(place, github)
  if (edited !== 'unknown' && edited <= event.time) return texts
  leftOut.push('title and body: they may have been edited after the trigger')
  return { title: '', body: '' }
}

const EDITED = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    issueOrPullRequest(number: $number) {
      ... on Issue { lastEditedAt }
      ... on PullRequest { lastEditedAt reviews(last: 100) { nodes { databaseId lastEditedAt } } }
    }
  }
}`

async function edits(place: Place, github: GitHub): Promise<Fields | undefined> {
  try {
    const { repository } = await github.graphql<{ repository?: unknown }>(EDITED, { ...place })
    return fieldsOf(fieldsOf(repository).issueOrPullRequest)
  } catch (error) {
    if (error instanceof GitHubError) return undefined
    throw error
  }
}

/** '' for never; `unknown` where GitHub does not say. */
async function editedAt(place: Place, github: GitHub): Promise<string> {
  const found = await edits(place, github)
  return found === undefined ? 'unknown' : textOf(found.lastEditedAt)
}

/** When each review was edited last, by its number; REST does not tell. Undefined where GitHub does not say. */
export async function reviewEdits(place: Place, github: GitHub): Promise<ReadonlyMap<number, string> | undefined> {
  const found = await edits(place, github)
  const nodes = fieldsOf(found?.reviews).nodes
  if (!Array.isArray(nodes)) return undefined
  return new Map(nodes.map((node) => [Number(fieldsOf(node).databaseId), textOf(fieldsOf(node).lastEditedAt)]))
}

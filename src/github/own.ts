// How airlock knows its own earlier work: by the account that wrote it, and by a mark at the end of the text that says
// what it is. Texts of Claude's can't hold such a mark (prose.ts), and nobody else's text is looked at.
import type { GitHub } from './client.ts'
import { GitHubError } from './failure.ts'

/** Who writes with a job's own token. */
const JOB_ACCOUNT = 'github-actions[bot]'

const KNOWN = new WeakMap<GitHub, Promise<string>>()

/** The login that the token writes as; asked once. Errors: GitHub's. */
export function whoAmI(github: GitHub): Promise<string> {
  const known = KNOWN.get(github) ?? ask(github)
  KNOWN.set(github, known)
  // A fault is no answer: the next step may ask again.
  known.catch(() => KNOWN.delete(github))
  return known
}

async function ask(github: GitHub): Promise<string> {
  try {
    return (await github.request<{ login: string }>('GET /user')).login
  } catch (error) {
    if (!(error instanceof GitHubError) || !['forbidden', 'not-found'].includes(error.reason)) throw error
  }
  // An app's installation is no user; it can see itself by this way only.
  try {
    return (await github.graphql<{ viewer: { login: string } }>('query { viewer { login } }')).viewer.login
  } catch (error) {
    if (!(error instanceof GitHubError) || !['forbidden', 'not-found', 'invalid'].includes(error.reason)) throw error
    return JOB_ACCOUNT
  }
}

export type MarkKind = 'summary' | 'finding' | 'review' | 'tracking' | 'answer' | 'said' | 'pull-request'
export type Mark = Readonly<Record<string, string>>

/** @param fields values of letters, digits, `.`, `_` and `-` */
export function marked(text: string, kind: MarkKind, fields: Mark = {}): string {
  const words = Object.entries(fields).map(([name, value]) => ` ${name}=${value.replaceAll(/[^\w.-]/g, '_')}`)
  return `${text.trimEnd()}\n\n<!-- airlock:${kind}${words.join('')} -->`
}

/** The fields of a text's mark; undefined where it has none of this kind. */
export function readMark(body: string | null | undefined, kind: MarkKind): Mark | undefined {
  const match = /<!-- airlock:([a-z-]+)((?: \w+=[\w.-]*)*) -->\s*$/.exec(body ?? '')
  if (match?.[1] !== kind) return undefined
  return Object.fromEntries([...(match[2] ?? '').matchAll(/ (\w+)=([\w.-]*)/g)].map(([, name, value]) => [name, value]))
}

/** The text without its mark. */
export const withoutMark = (body: string) => body.replace(/\s*<!-- airlock:[^>]*-->\s*$/, '')

/** A comment as GitHub's API has it; the parts that matter here. */
export interface ApiComment {
  readonly id: number
  readonly body?: string | null
  readonly html_url: string
  readonly user: { readonly login: string } | null
  readonly path?: string
}

export interface OwnComment<C extends ApiComment = ApiComment> {
  readonly comment: C
  readonly mark: Mark
}

/** Those that this account wrote and marked so, oldest first. */
export function own<C extends ApiComment>(all: readonly C[], login: string, kind: MarkKind): readonly OwnComment<C>[] {
  return all.flatMap((comment) => {
    const mark = comment.user?.login === login ? readMark(comment.body, kind) : undefined
    return mark ? [{ comment, mark }] : []
  })
}

/**
 * Writes something that would be there twice if it were simply tried again: after a fault that leaves it open whether it
 * was done, it is looked for first.
 */
export async function once<T>(write: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!isUncertain(error)) throw error
    const found = await find()
    if (found !== undefined) return found
  }
  try {
    return await write()
  } catch (error) {
    const found = isUncertain(error) ? await find() : undefined
    if (found !== undefined) return found
    throw error
  }
}

function isUncertain(error: unknown): boolean {
  return error instanceof GitHubError && ['server', 'timeout', 'network'].includes(error.reason)
}

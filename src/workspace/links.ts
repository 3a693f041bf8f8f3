// Where a link leads, followed on paper: through the other links of the tree, as the host would follow it later.
import { posix } from 'node:path'
import { collisionKey, isDotGit } from './names.ts'

/** Links of a tree by the place that a case-insensitive file system would find them at. */
export type LinkMap = ReadonlyMap<string, string>

export const linkMap = (links: Iterable<readonly [string, string]>): LinkMap =>
  new Map([...links].map(([path, target]) => [collisionKey(path), target]))

export interface Trail {
  readonly problem?: string
  /** Keys of the other links that it leads through. */
  readonly via: readonly string[]
}

// As many as Linux follows.
const MOST_LINKS = 40

/** Follows a link from where it lies. It may lead to what is in the tree, whether that is there or not; nowhere else. */
export function follow(path: string, target: string, links: LinkMap): Trail {
  const via: string[] = []
  const outside = `the link points to ${shorten(target)}, outside the tree`
  let here = split(posix.dirname(path))
  let rest = split(target)
  for (let step = rest.shift(); step !== undefined; step = rest.shift()) {
    if (step === '..') {
      if (here.length === 0) return { problem: outside, via }
      here = here.slice(0, -1)
      continue
    }
    if (isDotGit(step)) return { problem: 'the link points into a git directory', via }
    here = [...here, step]
    const key = collisionKey(here.join('/'))
    const next = links.get(key)
    if (next === undefined) continue
    via.push(key)
    if (via.length > MOST_LINKS) return { problem: 'the link leads in a circle', via }
    if (isAbsolute(next)) return { problem: outside, via }
    here = here.slice(0, -1)
    rest = [...split(next), ...rest]
  }
  return { via }
}

/** What is wrong with a link, seen from where it lies; undefined when it leads to a place in the tree. */
export function linkProblem(path: string, target: string | undefined, links: LinkMap = new Map()): string | undefined {
  if (target === undefined || target === '') return 'the link has no readable target'
  if (/[\p{Cc}\p{Cf}\u2028\u2029\ufffd\\]/u.test(target))
    return 'the link’s target contains control characters, invisible ones or backslashes'
  if (isAbsolute(target)) return `the link points to ${shorten(target)}, outside the tree`
  return follow(path, target, links).problem
}

const isAbsolute = (target: string) => target.startsWith('/') || /^[A-Za-z]:/.test(target)
const shorten = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text)
const split = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.')

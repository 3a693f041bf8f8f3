// The patch gate: which changes may leave, which a person has to look at, and which never get out.
import { posix } from 'node:path'
import picomatch from 'picomatch'
import { collisionKey, isDotGit, pathProblem } from './names.ts'
import type { Change, Refusal } from './patch.ts'
import { PROTECTED_PATHS } from './protected-paths.ts'

export interface GateInput {
  readonly changes: readonly Change[]
  /** Paths whose name was not UTF-8. */
  readonly invalidNames: ReadonlySet<string>
  /** Target of each changed link, by path. */
  readonly links: ReadonlyMap<string, string>
  /** Things in the workspace that are no ordinary files, with what they are. */
  readonly odd: readonly { readonly path: string; readonly why: string }[]
  /** `.git` entries below the top. */
  readonly nestedGit: readonly string[]
  readonly unreadable: readonly string[]
  /** Globs of the request: more protected paths, `!glob` takes built-in ones out. */
  readonly protectedPaths: readonly string[]
}

/** One refusal for each path that is kept out; a renamed file's is named by its new path. Pure. */
export function gate(input: GateInput): readonly Refusal[] {
  const isProtected = protection(input.protectedPaths)
  const bare = bareRepositories(input.changes)
  const collisions = colliding(input.changes)
  const judged = input.changes.flatMap((change): Refusal[] => {
    const reason = dangerous(change, input, bare, collisions)
    if (reason) return [{ path: change.path, kind: 'dangerous', reason }]
    const held = isProtected(change.path) ?? (change.oldPath === undefined ? undefined : isProtected(change.oldPath))
    return held ? [{ path: change.path, kind: 'protected', reason: held }] : []
  })
  const named = new Set(judged.map((refusal) => refusal.path))
  return [...judged, ...besides(input).filter((refusal) => !named.has(refusal.path))]
}

function dangerous(
  change: Change,
  input: GateInput,
  bare: (path: string) => boolean,
  collisions: ReadonlySet<string>,
): string | undefined {
  const { path, oldPath, newMode } = change
  if (input.invalidNames.has(path)) return 'the name is not valid UTF-8'
  const problem = pathProblem(path) ?? (oldPath === undefined ? undefined : pathProblem(oldPath))
  if (problem) return problem
  if (newMode === '160000') return 'it is a repository of its own (a gitlink)'
  if (newMode === '120000') {
    const link = linkProblem(path, input.links.get(path))
    if (link) return link
  }
  if (!['100644', '100755', '120000', '000000'].includes(newMode)) return `it has the unknown mode ${newMode}`
  if (bare(path)) return 'it is part of a bare git repository, whose hooks git would run'
  if (input.nestedGit.some((git) => path.startsWith(`${posix.dirname(git)}/`)))
    return 'it lies in a repository of its own'
  if (collisions.has(path)) return 'another path differs from it only in case or Unicode form'
  return undefined
}

/** A link may point to a file of the tree, seen from where it lies; nothing else. */
export function linkProblem(path: string, target: string | undefined): string | undefined {
  if (target === undefined || target === '') return 'the link has no readable target'
  if (/[\u0000-\u001f\u007f\\]/.test(target)) return 'the link’s target contains control characters or backslashes'
  if (target.startsWith('/') || /^[A-Za-z]:/.test(target))
    return `the link points to ${shorten(target)}, outside the tree`
  const landed = posix.normalize(posix.join(posix.dirname(path), target))
  if (landed === '..' || landed.startsWith('../')) return `the link points to ${shorten(target)}, outside the tree`
  if (landed.split('/').some(isDotGit)) return 'the link points into a git directory'
  return undefined
}

const shorten = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

// A folder with HEAD and objects or refs is a repository to git wherever it lies (safe.bareRepository).
function bareRepositories(changes: readonly Change[]): (path: string) => boolean {
  const paths = changes.filter((change) => change.newMode !== '000000').map((change) => change.path)
  const roots = paths
    .filter((path) => posix.basename(path).toLowerCase() === 'head')
    .map((path) => (path.includes('/') ? `${posix.dirname(path)}/` : ''))
    .filter((root) => paths.some((path) => /^(objects|refs)\//i.test(path.slice(root.length)) && path.startsWith(root)))
  return (path) => roots.some((root) => path.startsWith(root))
}

function colliding(changes: readonly Change[]): ReadonlySet<string> {
  const groups = new Map<string, string[]>()
  for (const { path, newMode } of changes) {
    if (newMode !== '000000') groups.set(collisionKey(path), [...(groups.get(collisionKey(path)) ?? []), path])
  }
  return new Set([...groups.values()].filter((paths) => paths.length > 1).flat())
}

// What git did not list as a change, and the reader should know of.
function besides({ odd, nestedGit, unreadable }: GateInput): readonly Refusal[] {
  return [
    ...odd.map(({ path, why }): Refusal => ({ path, kind: 'dangerous', reason: `it is ${why}` })),
    ...nestedGit.map((path): Refusal => ({ path, kind: 'dangerous', reason: 'a repository inside the workspace' })),
    ...unreadable.map(
      (path): Refusal => ({ path, kind: 'dangerous', reason: 'the devcontainer’s user can not read it' }),
    ),
  ]
}

function protection(extra: readonly string[]): (path: string) => string | undefined {
  const options = { dot: true, nocase: true }
  const freed = extra.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
  const isFree = freed.length === 0 ? () => false : picomatch(freed, options)
  const added = extra.filter((glob) => !glob.startsWith('!'))
  const rules = [
    ...(added.length === 0 ? [] : [{ match: picomatch(added, options), reason: 'protected_paths names it' }]),
    ...PROTECTED_PATHS.map(({ globs, reason }) => ({ match: picomatch([...globs], options), reason })),
  ]
  return (path) => (isFree(path) ? undefined : rules.find(({ match }) => match(path))?.reason)
}

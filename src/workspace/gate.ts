// The patch gate: which changes may leave, which a person has to look at, and which never get out.
import picomatch from 'picomatch'
import { collisions } from './collisions.ts'
import { follow, type LinkMap, linkMap, linkProblem } from './links.ts'
import { collisionKey, pathProblem, withoutTrailing } from './names.ts'
import type { Change, Refusal } from './patch.ts'
import { PROTECTED_PATHS } from './protected-paths.ts'
import { type Findings, isPartOfGitDirectory } from './selection.ts'

export interface GateInput {
  readonly changes: readonly Change[]
  /** Paths whose name was not UTF-8. */
  readonly invalidNames: ReadonlySet<string>
  /** Every path of the changed tree. */
  readonly tree: readonly string[]
  /** Target of every link of the changed tree, by path. */
  readonly links: ReadonlyMap<string, string>
  /** Changed paths that the host's git converts, with the attribute that says so. */
  readonly converted: ReadonlyMap<string, string>
  readonly findings: Findings
  /** Globs of the request: more protected paths, `!glob` takes built-in ones out. */
  readonly protectedPaths: readonly string[]
  /** The files that the sandbox was made from. */
  readonly definingPaths: readonly string[]
}

/** One refusal for each path that is kept out; a renamed file's is named by its new path. Pure. */
export function gate(input: GateInput): readonly Refusal[] {
  const isProtected = protection(input.protectedPaths, input.definingPaths)
  const isDangerous = danger(input)
  const judged = input.changes.flatMap((change): Refusal[] => {
    const { path, oldPath } = change
    const reason = isDangerous(change)
    if (reason) return [{ path, kind: 'dangerous', reason }]
    const held =
      isProtected(path) ??
      (oldPath === undefined ? undefined : isProtected(oldPath)) ??
      conversion(input.converted.get(path) ?? input.converted.get(oldPath ?? ''))
    return held ? [{ path, kind: 'protected', reason: held }] : []
  })
  const named = new Set(judged.map((refusal) => refusal.path))
  return [...judged, ...besides(input.findings).filter((refusal) => !named.has(refusal.path))]
}

// A plain `git apply` reads the file through the filter, finds other lines than the patch's, and takes nothing at all.
const conversion = (attribute: string | undefined) =>
  attribute === undefined ? undefined : `git converts it on the host (${attribute}), so a plain git apply would fail`

function danger(input: GateInput): (change: Change) => string | undefined {
  const { changes, findings } = input
  const links = linkMap(input.links)
  const astray = ledAstray(input, links)
  const isNew = ({ status }: Change) => status === 'added' || status === 'renamed'
  const shared = collisions(
    changes.filter(isNew).map(({ path }) => path),
    input.tree,
  )
  const nested = findings.nestedGit
    .map((path) => path.slice(0, path.lastIndexOf('/') + 1))
    .filter((root) => root !== '')
  return ({ path, oldPath, newMode }) => {
    if (input.invalidNames.has(path)) return 'the name is not valid UTF-8'
    const problem = pathProblem(path) ?? (oldPath === undefined ? undefined : pathProblem(oldPath))
    if (problem) return problem
    if (newMode === '160000') return 'it is a repository of its own (a gitlink)'
    if (!['100644', '100755', '120000', '000000'].includes(newMode)) return `it has the unknown mode ${newMode}`
    const link =
      newMode === '120000' ? (linkProblem(path, input.links.get(path), links) ?? astray.get(path)) : undefined
    if (link) return link
    if (newMode !== '000000' && findings.bareRoots.some((root) => isPartOfGitDirectory(path, root)))
      return 'it is part of a bare git repository, whose hooks git would run'
    if (nested.some((root) => path.startsWith(root))) return 'it lies in a repository of its own'
    if (shared.has(path)) return 'another path differs from it only in case or Unicode form'
    return undefined
  }
}

// A link of the host's own that leads out only since another one changed: the changed one is to blame.
function ledAstray({ changes, links }: GateInput, map: LinkMap): ReadonlyMap<string, string> {
  const changed = new Map(
    changes.filter(({ newMode }) => newMode === '120000').map(({ path }) => [collisionKey(path), path] as const),
  )
  const blamed = new Map<string, string>()
  if (changed.size === 0) return blamed
  for (const [path, target] of links) {
    const { problem, via } = follow(path, target, map)
    if (!problem || changed.has(collisionKey(path))) continue
    for (const key of via) {
      const culprit = changed.get(key)
      if (culprit !== undefined) blamed.set(culprit, `with it, the link ${path} would lead outside the tree`)
    }
  }
  return blamed
}

// What git did not list as a change, and the reader should know of.
function besides({ odd, nestedGit, bareRoots, unreadable }: Findings): readonly Refusal[] {
  const dangerous = (path: string, reason: string): Refusal => ({ path, kind: 'dangerous', reason })
  return [
    ...odd.map(({ path, why }) => dangerous(path, `it is ${why}`)),
    ...nestedGit.map((path) => dangerous(path, 'a repository inside the workspace: its new files stay out')),
    ...bareRoots.map((root) => dangerous(root === '' ? '.' : root, 'a bare git repository, whose hooks git would run')),
    ...unreadable.map((path) => dangerous(path, 'the devcontainer’s user can not read it')),
  ]
}

function protection(extra: readonly string[], defining: readonly string[]): (path: string) => string | undefined {
  const options = { dot: true, nocase: true }
  const freed = extra.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
  const isFree = freed.length === 0 ? () => false : picomatch(freed, options)
  const added = extra.filter((glob) => !glob.startsWith('!'))
  const own = new Set(defining.map(collisionKey))
  const rules = [
    {
      match: (path: string) => own.has(collisionKey(path)),
      reason: 'this sandbox was made from it, and so is the next',
    },
    ...(added.length === 0 ? [] : [{ match: picomatch(added, options), reason: 'protected_paths names it' }]),
    ...PROTECTED_PATHS.map(({ globs, reason }) => ({ match: picomatch([...globs], options), reason })),
  ]
  const held = (path: string) => rules.find(({ match }) => match(path))?.reason
  return (path) => (isFree(path) ? undefined : (held(path) ?? held(withoutTrailing(collisionKey(path)))))
}

// The files of a commit, and what becomes of two commits where one is trusted and the other is what the work is about.
import { posix } from 'node:path'
import { AirlockError } from '../ports/errors.ts'

export interface TreeEntry {
  readonly path: string
  /** 040000 never: folders are in the paths. */
  readonly mode: '100644' | '100755' | '120000' | '160000'
  readonly sha: string
}

/** Of `git ls-tree -r -z --full-tree`. Errors: `input`, for paths that no checkout should have. */
export function parseTree(listing: Buffer, commit: string): readonly TreeEntry[] {
  const entries = listing
    .toString('utf8')
    .split('\0')
    .slice(0, -1)
    .map((line): TreeEntry => {
      const [, mode = '', sha = '', path = ''] = /^(\d{6}) \w+ ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? []
      if (!isMode(mode) || !isSafe(path)) throw odd(commit, path || line)
      return { path, mode, sha }
    })
  // A file above another one would be a link to write through.
  const files = new Set<string>()
  for (const { path } of entries) {
    if (files.has(path)) throw odd(commit, path)
    files.add(path)
  }
  for (const { path } of entries) if (above(path).some((parent) => files.has(parent))) throw odd(commit, path)
  return entries
}

const isMode = (mode: string): mode is TreeEntry['mode'] => ['100644', '100755', '120000', '160000'].includes(mode)

function isSafe(path: string): boolean {
  if (path.includes('\ufffd') || path.startsWith('/')) return false
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !/^\.git\s*$|^git~1$/i.test(part))
}

const above = (path: string): readonly string[] => {
  const parts = path.split('/')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
}

function odd(commit: string, path: string): AirlockError {
  return new AirlockError(
    'input',
    `the commit holds a path that can't be written: ${JSON.stringify(path.slice(0, 200))}`,
    {
      where: commit,
      next: 'Look at this commit: ordinary tools do not make such paths.',
    },
  )
}

// What Claude Code obeys or starts, and what starts the sandbox, at whatever depth: it reads CLAUDE.md and .claude of the
// folders that it works in as well. The same list as claude-code-action's, with the devcontainer. Not here on purpose:
// compose files and Dockerfiles, which are read from the trusted folder and are only text in the workspace.
const TRUSTED_NAMES = [
  '.claude',
  '.claude.json',
  '.mcp.json',
  'claude.md',
  'claude.local.md',
  '.gitmodules',
  '.ripgreprc',
  '.husky',
  '.devcontainer',
  '.devcontainer.json',
]

/** Whether a path is taken from the trusted commit, even in the workspace. Spelling of letters aside. */
export function isTrusted(path: string): boolean {
  return path.split('/').some((part) => TRUSTED_NAMES.includes(part.toLowerCase()))
}

/**
 * The workspace: the head's files, but trusted ones as the base has them, or not at all.
 * @param targetOf where a link of the base leads, as it is written
 */
export function mergeTrees(
  head: readonly TreeEntry[],
  base: readonly TreeEntry[],
  targetOf: (path: string) => string,
): readonly TreeEntry[] {
  const kept = head.filter(({ path }) => !isTrusted(path))
  const files = new Set(kept.map(({ path }) => path))
  const folders = new Set(kept.flatMap(({ path }) => above(path)))
  // Where the head has made a file of a folder, what was in that folder is gone.
  const fits = ({ path }: TreeEntry) => !folders.has(path) && !above(path).some((parent) => files.has(parent))
  const trusted = base.filter((entry) => isTrusted(entry.path) && fits(entry))
  return [...kept, ...trusted.flatMap((entry) => followed(entry, base, targetOf))]
}

// A link such as CLAUDE.md → AGENTS.md would lead to the head's file: what the base has there stands in its place.
function followed(
  entry: TreeEntry,
  base: readonly TreeEntry[],
  targetOf: (path: string) => string,
  steps = 5,
): readonly TreeEntry[] {
  if (entry.mode !== '120000') return [entry]
  const target = posix.join(posix.dirname(entry.path), targetOf(entry.path))
  const found = base.find(({ path }) => path === target)
  if (found)
    return steps === 0 ? [] : followed(found, base, targetOf, steps - 1).map((file) => moved(file, found, entry))
  const inside = base.filter(({ path, mode }) => path.startsWith(`${target}/`) && mode !== '120000')
  return inside.map((file) => ({ ...file, path: `${entry.path}${file.path.slice(target.length)}` }))
}

const moved = (file: TreeEntry, from: TreeEntry, to: TreeEntry): TreeEntry => ({
  ...file,
  path: `${to.path}${file.path.slice(from.path.length)}`,
})

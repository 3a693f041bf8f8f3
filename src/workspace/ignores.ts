// Ignore patterns from outside the copied folder: the user's own, the repository's info/exclude, and the .gitignore
// files above a project that is a subfolder. Without them, what they keep out here would come back in a patch.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'
import type { HostGit } from './git.ts'

export interface Place {
  readonly directory: string
  readonly prefix: string
  readonly commonDir: string
}

/** Contents for the copy's own info/exclude: the later line wins, as git ranks them. */
export async function readIgnores(git: HostGit, { directory, prefix, commonDir }: Place): Promise<string> {
  const configured = await git.ask(['config', '--path', 'core.excludesFile'])
  const own = configured?.toString('utf8').replace(/\n$/, '') ?? join(git.configHome, 'ignore')
  const parts = prefix.split('/').slice(0, -1)
  const above = parts.map((_, depth) => ({
    file: join(directory, ...parts.slice(depth).map(() => '..'), '.gitignore'),
    below: parts.slice(depth),
  }))
  const sources = [{ file: own, below: parts }, { file: join(commonDir, 'info', 'exclude'), below: parts }, ...above]
  const texts = await Promise.all(sources.map(({ file }) => readFile(file, 'utf8').catch(() => '')))
  return texts.flatMap((text, at) => rebaseIgnores(text, sources[at]?.below ?? [])).join('')
}

/** The lines of an ignore file as they apply inside the folder `below` it. Pure. */
export function rebaseIgnores(text: string, below: readonly string[]): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const pattern = line.replace(/\r$/, '')
    if (pattern.trim() === '' || pattern.startsWith('#')) return []
    const negated = pattern.startsWith('!')
    return rebase(negated ? pattern.slice(1) : pattern, below).map((rest) => `${negated ? '!' : ''}${rest}\n`)
  })
}

/** A pattern as it applies inside the folder `below` its file; none when it applies to nothing in there. */
export function rebase(pattern: string, below: readonly string[]): readonly string[] {
  // A pattern without a slash before its end applies at every depth.
  if (below.length === 0 || !pattern.slice(0, -1).includes('/')) return [pattern]
  return descend(pattern.replace(/^\//, '').split('/'), below).map((rest) => `/${rest.join('/')}`)
}

function descend(pattern: readonly string[], below: readonly string[]): readonly (readonly string[])[] {
  const [first = '', ...rest] = pattern
  const [folder, ...deeper] = below
  if (folder === undefined) return [pattern]
  // What matches the folder itself or one above it says nothing about the files: they are copied all the same.
  if (rest.length === 0 || (rest.length === 1 && rest[0] === '')) return []
  if (first === '**') return [...descend(rest, below), ...descend(pattern, deeper)]
  return picomatch(first, { dot: true })(folder) ? descend(rest, deeper) : []
}

// Attributes from outside the copied folder: the user's own file, the repository's info/attributes, and the .gitattributes
// files above a project that is a subfolder. A patch has to be judged by what the host's git does to a file, not the copy's.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostGit } from './git.ts'
import { type Place, rebase } from './ignores.ts'

export interface OuterAttributes {
  /** What ranks below the copy's own .gitattributes files; the later line wins. */
  readonly below: string
  /** What ranks above them. */
  readonly above: string
}

export async function readOuterAttributes(git: HostGit, place: Place): Promise<OuterAttributes> {
  const { directory, prefix, commonDir } = place
  const parts = prefix.split('/').slice(0, -1)
  const read = (file: string, below: readonly string[]) =>
    readFile(file, 'utf8').then(
      (text) => rebaseAttributes(text, below),
      () => '',
    )
  const configured = await git.ask(['config', '--path', 'core.attributesFile'])
  const own = configured?.toString('utf8').replace(/\n$/, '') ?? join(git.configHome, 'attributes')
  const [above = '', ...below] = await Promise.all([
    read(join(commonDir, 'info', 'attributes'), parts),
    read(own, parts),
    ...parts.map((_, depth) =>
      read(join(directory, ...parts.slice(depth).map(() => '..'), '.gitattributes'), parts.slice(depth)),
    ),
  ])
  return { below: below.join(''), above }
}

/** The lines of an attributes file as they apply inside the folder `below` it. Pure. */
export function rebaseAttributes(text: string, below: readonly string[]): string {
  const lines = text.split('\n').flatMap((line) => {
    const match = /^\s*("(?:[^"\\]|\\.)*"|[^\s#"][^\s]*)(\s.*)$/.exec(line.replace(/\r$/, ''))
    if (!match) return []
    const [, pattern = '', attributes = ''] = match
    // A macro applies as it is; a quoted pattern would have to be unquoted first, and is as good as never seen.
    if (pattern.startsWith('[attr]') || pattern.startsWith('"')) return [`${line}\n`]
    return rebase(pattern, below).map((rest) => `${rest}${attributes}\n`)
  })
  return lines.join('')
}

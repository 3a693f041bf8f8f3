// The history that goes along: one pack of what is reachable, and nothing that isn't (no stashes, no dropped commits).
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostGit } from './git.ts'
import type { Repository } from './repository.ts'

export interface Pack extends AsyncDisposable {
  /** Absolute paths of the .pack and .idx files; empty when there are no objects. */
  readonly files: readonly string[]
}

// Deltas that exist are reused; looking for new ones takes longer than sending the bytes.
const FAST = ['-c', 'pack.window=0', '-c', 'pack.compression=0']

/**
 * Packs on the host, where the objects are; the index file is a by-product, so the helper has nothing to compute. git
 * writes packs beside the objects first, wherever they end up: it is told that its objects are in the temporary folder.
 */
export async function packHistory(
  gitWith: (env: Readonly<Record<string, string>>) => HostGit,
  repository: Repository,
): Promise<Pack> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-history-'))
  const git = gitWith({ GIT_OBJECT_DIRECTORY: folder, GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(repository.objects) })
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    const wanted = objects(repository)
    if (wanted.length > 0) {
      const args = [...FAST, 'pack-objects', '--quiet', '--revs', '--delta-base-offset', '--missing=allow-promisor']
      await git.run('packing the history', [...args, join(folder, 'pack')], `${wanted.join('\n')}\n`)
    }
    const files = (await readdir(folder)).filter((name) => /\.(pack|idx)$/.test(name)).map((name) => join(folder, name))
    return { files, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

// A colon separates such folders, unless the path is quoted.
const quoted = (path: string) => `"${path.replaceAll(/["\\]/g, '\\$&')}"`

// Blobs of the index are named one by one: staged content is in no commit yet, and a subfolder must not bring the rest.
function objects({ commit, tips, subtree, prefix, index }: Repository): readonly string[] {
  const history = prefix === '' ? [...tips, ...(commit ? [commit] : [])] : subtree ? [subtree.tree] : []
  const staged = index.filter(({ mode, intended }) => mode !== '160000' && !intended).map(({ sha }) => sha)
  return [...new Set([...history, ...staged])].filter((sha) => !/^0+$/.test(sha))
}

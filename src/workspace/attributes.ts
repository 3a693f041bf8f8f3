// Files that git converts on their way to and from the disk. The copy has them as they lie on the disk.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostGit } from './git.ts'
import { type Entry, some } from './listing.ts'

const LFS_POINTER = 'version https://git-lfs.github.com/spec/v1'
const CONVERTING = ['filter', 'working-tree-encoding', 'ident']

/** What a reader has to know of filters, encodings and LFS among the copied files. */
export async function attributeNotes(
  git: HostGit,
  { directory, entries }: { readonly directory: string; readonly entries: readonly Entry[] },
): Promise<readonly string[]> {
  const files = entries.filter((entry) => entry.kind === 'file')
  if (files.length === 0) return []
  const paths = files.map(({ path }) => `${path}\0`).join('')
  const output = await git.ask(['check-attr', '-z', '--stdin', ...CONVERTING], paths)
  const converted = parseAttributes(output ?? Buffer.alloc(0))
  const lfs = files.filter(({ path, size }) => converted.get(path) === 'filter=lfs' && size < 1024)
  const pointers = new Set(lfs.filter(({ path }) => isPointer(join(directory, path))).map(({ path }) => path))
  const others = [...converted.keys()].filter((path) => !pointers.has(path))
  return [
    ...(pointers.size === 0
      ? []
      : [`${pointers.size} LFS ${pointers.size === 1 ? 'pointer is' : 'pointers are'} copied without their content`]),
    ...(others.length === 0
      ? []
      : [`git converts these by filter or encoding; the copy has them as they lie on the disk: ${some(others)}`]),
  ]
}

/** Records of path, attribute, value: the first attribute that is set, by path. Pure. */
export function parseAttributes(output: Buffer): ReadonlyMap<string, string> {
  const fields = output.toString('utf8').split('\0')
  const found = new Map<string, string>()
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = '', name = '', value = ''] = fields.slice(at, at + 3)
    if (!['unspecified', 'unset'].includes(value) && !found.has(path)) found.set(path, `${name}=${value}`)
  }
  return found
}

function isPointer(path: string): boolean {
  try {
    return readFileSync(path, 'latin1').startsWith(LFS_POINTER)
  } catch {
    return false
  }
}

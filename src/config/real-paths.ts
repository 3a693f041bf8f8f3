// Where host paths really lead, links followed.
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A path that does not exist yet leads to where its nearest existing parent does. */
export async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await realPath(parent), path.slice(parent.length))
  }
}

export async function realPathsOf(paths: Iterable<string>): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(await Promise.all([...new Set(paths)].map(async (path) => [path, await realPath(path)])))
}

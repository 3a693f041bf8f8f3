// New names that would share a place with another on a file system that ignores case or Unicode normalisation.
import { collisionKey } from './names.ts'

/**
 * Which of the new paths are not alone: the same key as another path, a file where another has a folder, or the other
 * way round (a link in the place of a folder would send the folder's files somewhere else).
 * @param tree every path there will be, the new ones included
 */
export function collisions(newPaths: readonly string[], tree: readonly string[]): ReadonlySet<string> {
  if (newPaths.length === 0) return new Set()
  const files = new Map<string, number>()
  const folders = new Set<string>()
  for (const path of tree) {
    const key = collisionKey(path)
    files.set(key, (files.get(key) ?? 0) + 1)
    for (const folder of ancestors(key)) {
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  const shares = (key: string) =>
    (files.get(key) ?? 0) > 1 || folders.has(key) || [...ancestors(key)].some((folder) => files.has(folder))
  return new Set(newPaths.filter((path) => shares(collisionKey(path))))
}

function* ancestors(path: string): Generator<string> {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) yield path.slice(0, at)
}

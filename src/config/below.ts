// Whether a path lies in a folder, by their names alone.
import { relative } from 'node:path'

/** Whether `path` is `folder` or lies below it; both real. */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || !(way === '..' || way.startsWith('../') || way.startsWith('..\\') || way.startsWith('/'))
}

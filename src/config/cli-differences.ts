// The devcontainers CLI's reading of devcontainer.json against ours. A run never lets that CLI read the project's own
// file, but whoever audits a repository will start it with that CLI, or an editor that has it in it.
import { isObject, isString } from './json.ts'
import type { Difference, Json, SourceDocument } from './resolved-config.ts'

/** Moved elsewhere by the CLI while it reads: the older spellings of an editor's settings. */
const MOVED = new Set(['extensions', 'settings', 'devPort', 'customizations'])

type Path = readonly (string | number)[]

/** @param theirs the `configuration` that `read-configuration` prints; undefined where it could not read the file */
export function cliDifferences(document: SourceDocument, theirs: Json | undefined): readonly Difference[] {
  const found: { readonly message: string; readonly path: Path }[] = []
  if (!isObject(theirs)) found.push({ message: 'the devcontainers CLI can not read the file', path: [] })
  else compare(document.value, withoutMoved(theirs), [], found)
  return found.map((one) => ({ tool: 'devcontainers', ...one }))
}

const withoutMoved = (value: { readonly [key: string]: Json }) =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !MOVED.has(key) && key !== 'configFilePath'))

function compare(ours: Json, theirs: Json | undefined, path: Path, found: { message: string; path: Path }[]): void {
  if (isString(ours) && isString(theirs) && ours.includes('${')) return
  if (typeof ours !== 'object' || ours === null || typeof theirs !== 'object' || theirs === null) {
    if (ours !== theirs) found.push({ message: `the devcontainers CLI reads another ${path.join('.')}`, path })
    return
  }
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)])
  for (const key of keys) {
    if (path.length === 0 && MOVED.has(key)) continue
    const at = [...path, Array.isArray(ours) ? Number(key) : key]
    const [mine, other] = [own(ours, key), own(theirs, key)]
    if (mine === undefined || other === undefined) {
      const who = mine === undefined ? 'has' : 'does not have'
      found.push({ message: `the devcontainers CLI ${who} ${at.join('.')}`, path: at })
    } else compare(mine, other, at, found)
  }
}

const own = (value: object, key: string) =>
  Object.hasOwn(value, key) ? ((value as Record<string, Json>)[key] as Json) : undefined

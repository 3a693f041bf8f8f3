// What every parsed configuration has to keep to, so that nothing that comes after can be led astray or kept busy.
import type { Problems } from './problems.ts'
import type { Json, Source } from './resolved-config.ts'

export const MOST_DEPTH = 100
/** Of one file, aliases written out: a thousand services are some ten thousand. */
export const MOST_VALUES = 1_000_000
/** A broken file is told by its first faults; the rest follows from them. */
export const MOST_PROBLEMS = 20

type Path = readonly (string | number)[]

/** Whether a value can be worked with; what is wrong goes to `problems`. */
export function checkValue(value: Json, locate: (path: Path) => Source, problems: Problems): boolean {
  const faults: { readonly path: Path; readonly message: string }[] = []
  // A value that several aliases name is looked at once.
  const seen = new Set<object>()
  const visit = (part: Json, path: Path): void => {
    if (faults.length >= MOST_PROBLEMS) return
    if (typeof part === 'string' && part.includes('\0'))
      faults.push({ path, message: 'a NUL character stands in a text' })
    if (typeof part !== 'object' || part === null || seen.has(part)) return
    seen.add(part)
    if (path.length >= MOST_DEPTH) {
      faults.push({ path: path.slice(0, 3), message: 'the file is nested too deeply' })
      return
    }
    const entries = Array.isArray(part) ? part.entries() : Object.entries(part)
    for (const [key, one] of entries) {
      const at = [...path, key]
      if (key === '__proto__') faults.push({ path: at, message: 'the key "__proto__" is not allowed' })
      else if (typeof key === 'string' && key.includes('\0')) {
        faults.push({ path: at, message: 'a NUL character stands in a key' })
      }
      visit(one, at)
    }
  }
  visit(value, [])
  for (const { path, message } of faults) problems.add(message, locate(path))
  return faults.length === 0
}

// Where a value of the resolved configuration is written.
import { objectOf } from '../config/json.ts'
import type { Json, Place, ResolvedConfig, Source, SourceDocument } from '../config/resolved-config.ts'

type Path = readonly (string | number)[]

/**
 * @param path in compose's model, such as ['services', 'db', 'volumes']
 * @param near text of the element that is meant, where the path leads to a list or mapping
 */
export function locateInCompose(config: ResolvedConfig, path: Path, near?: string): Source {
  // Later files override earlier ones; what they extend or include comes last.
  const documents = [...config.composeFiles].reverse().concat(config.composeParts ?? [])
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length)
    const written = documents.filter((document) => valueAt(document, part) !== undefined)
    const document = written.find((one) => mentions(valueAt(one, part), near)) ?? written[0]
    if (document) return locateNear(document, part, length === path.length ? near : undefined)
  }
  return { file: documents.at(-1)?.file ?? 'compose file' }
}

/** Where a place of the configuration stands; a text without a path is looked for everywhere. */
export function locatePlace(config: ResolvedConfig, { in: where, path, near }: Place): Source {
  const { devcontainer, composeFiles, composeParts = [] } = config
  const documents = where === 'compose' ? [...composeFiles, ...composeParts] : devcontainer ? [devcontainer] : []
  if (path.length === 0 && near !== undefined) {
    const found = documents.map((document) => locateText(document, near)).find((source) => source !== undefined)
    if (found) return found
  }
  if (where === 'compose') return locateInCompose(config, path, near)
  return devcontainer ? locateNear(devcontainer, path, near) : { file: 'devcontainer.json' }
}

/** The deepest value that has the text in it, or in its key. */
function locateText(document: SourceDocument, text: string): Source | undefined {
  const search = (value: Json, path: Path): Source | undefined => {
    if (typeof value === 'string' && value.includes(text)) return document.locate(path)
    if (typeof value !== 'object' || value === null) return undefined
    for (const [key, part] of Object.entries(value)) {
      if (key.includes(text)) return document.locate([...path, key])
      const found = search(part, [...path, Array.isArray(value) ? Number(key) : key])
      if (found) return found
    }
    return undefined
  }
  return search(document.value, [])
}

/** The element below `path` that mentions `near`, or the value at `path` itself. */
export function locateNear(document: SourceDocument, path: Path, near?: string): Source {
  const value = valueAt(document, path)
  if (near === undefined || typeof value !== 'object' || value === null) return document.locate(path)
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(objectOf(value))
  const found = entries.find(([key, part]) => key === near || mentions(part, near))
  return document.locate(found ? [...path, found[0]] : path)
}

export function mentions(value: Json | undefined, near: string | undefined): boolean {
  if (value === undefined) return false
  return (
    near === undefined || JSON.stringify(value).toLowerCase().includes(JSON.stringify(near).slice(1, -1).toLowerCase())
  )
}

export function valueAt(document: SourceDocument, path: Path): Json | undefined {
  let value: Json | undefined = document.value
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as { readonly [key: string]: Json })[step]
  }
  return value
}

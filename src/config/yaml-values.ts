// From the parser's nodes to plain values. An alias is the very value that its anchor has, so that a document whose
// aliases multiply costs no more than its text; how large it would be written out is counted, and limited.
import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Json } from './resolved-config.ts'
import { MOST_DEPTH, MOST_VALUES } from './value-limits.ts'

/** For each mapping and list, where its entries are written. */
export type Places = ReadonlyMap<object, ReadonlyMap<string, number>>

export interface Converted {
  readonly value: Json
  readonly places: Places
  readonly faults: readonly { readonly message: string; readonly offset: number }[]
}

interface Part {
  readonly value: Json
  /** How many values this is, aliases written out. */
  readonly size: number
}

// What merging copies: a thousand services that merge thirty keys each are a third of it.
const MOST_MERGED = 100_000

interface Run {
  readonly anchors: Map<string, Part | 'open'>
  readonly places: Map<object, Map<string, number>>
  readonly faults: { message: string; offset: number }[]
  depth: number
  merged: number
}

const NOTHING: Part = { value: null, size: 1 }

export function convert(contents: unknown): Converted {
  const run: Run = { anchors: new Map(), places: new Map(), faults: [], depth: 0, merged: 0 }
  const { value, size } = part(contents, 0, run)
  if (size > MOST_VALUES) {
    run.faults.push({ message: `aliases make ${size.toExponential(0)} values out of this file`, offset: 0 })
  }
  return { value, places: run.places, faults: run.faults }
}

function part(node: unknown, offset: number, run: Run): Part {
  if (isAlias(node)) return aliased(node.source, start(node, offset), run)
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
  if (anchor !== undefined) run.anchors.set(anchor, 'open')
  run.depth += 1
  const made = run.depth > MOST_DEPTH ? tooDeep(node, offset, run) : plain(node, offset, run)
  run.depth -= 1
  if (anchor !== undefined) run.anchors.set(anchor, made)
  return made
}

function plain(node: unknown, offset: number, run: Run): Part {
  if (isMap(node)) return mapping(node, start(node, offset), run)
  if (isSeq(node)) return list(node, start(node, offset), run)
  if (isScalar(node)) return { value: scalar(node), size: 1 }
  return NOTHING
}

function tooDeep(node: unknown, offset: number, run: Run): Part {
  run.faults.push({ message: 'the file is nested too deeply', offset: start(node, offset) })
  return NOTHING
}

function aliased(name: string, offset: number, run: Run): Part {
  const found = run.anchors.get(name)
  if (found && found !== 'open') return found
  const what = found
    ? `the alias *${name} stands in its own anchor`
    : `the anchor &${name} of this alias is not set before it`
  run.faults.push({ message: what, offset })
  return NOTHING
}

// Dates and large numbers stay text, as compose takes them.
function scalar({ value, source }: Scalar): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  return typeof value === 'number' && Number.isFinite(value) ? value : (source ?? String(value))
}

function list(node: YAMLSeq, offset: number, run: Run): Part {
  const places = new Map<string, number>()
  const parts = node.items.map((item, index) => {
    places.set(String(index), start(item, offset))
    return part(item, offset, run)
  })
  const value = parts.map((one) => one.value)
  run.places.set(value, places)
  return { value, size: parts.reduce((sum, one) => sum + one.size, 1) }
}

function mapping(node: YAMLMap, offset: number, run: Run): Part {
  const value: Record<string, Json> = {}
  const places = new Map<string, number>()
  const merged: { readonly node: unknown; readonly offset: number }[] = []
  let size = 1
  for (const pair of node.items) {
    const at = start(pair.key, offset)
    if (isMergeKey(pair.key)) {
      merged.push(...(isSeq(pair.value) ? pair.value.items : [pair.value]).map((from) => ({ node: from, offset: at })))
      continue
    }
    const key = keyOf(pair.key, at, run)
    if (key === undefined) continue
    if (places.has(key)) run.faults.push({ message: 'Map keys must be unique', offset: at })
    const made = part(pair.value, at, run)
    size += made.size + 1
    set(value, key, made.value)
    // An empty value has no place of its own that helps; its key has.
    places.set(key, isEmpty(pair.value) ? at : start(pair.value, at))
  }
  for (const from of merged) size += merge(value, places, from, run)
  run.places.set(value, places)
  return { value, size }
}

/** Keys that are there already win. */
function merge(
  into: Record<string, Json>,
  places: Map<string, number>,
  from: { node: unknown; offset: number },
  run: Run,
) {
  const { value, size } = part(from.node, from.offset, run)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    run.faults.push({ message: 'only a mapping can be merged with <<', offset: from.offset })
    return 0
  }
  const theirs = run.places.get(value)
  run.merged += Object.keys(value).length
  if (run.merged > MOST_MERGED) {
    run.faults.push({ message: 'the merge keys (<<) of this file copy too much', offset: from.offset })
    return 0
  }
  for (const [key, one] of Object.entries(value)) {
    if (places.has(key)) continue
    set(into, key, one)
    places.set(key, theirs?.get(key) ?? from.offset)
  }
  return size
}

// `__proto__` would be swallowed by an assignment; it is refused where it is found.
const set = (into: Record<string, Json>, key: string, value: Json) =>
  void Object.defineProperty(into, key, { value, enumerable: true, writable: true, configurable: true })

function keyOf(key: unknown, offset: number, run: Run): string | undefined {
  const { value } = part(key, offset, run)
  if (typeof value !== 'object') return String(value)
  run.faults.push({ message: 'a key must be a single word or text', offset })
  return undefined
}

const isMergeKey = (key: unknown) => isScalar(key) && key.value === '<<' && key.type === 'PLAIN'
const isEmpty = (node: unknown) => node === null || node === undefined || (isScalar(node) && node.value === null)
const start = (node: unknown, otherwise: number) => (node as Node | null | undefined)?.range?.[0] ?? otherwise

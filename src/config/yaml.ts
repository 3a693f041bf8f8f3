// YAML, as compose files are written, with the place of every value, also through aliases and merge keys.
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml'
import type { Problems } from './problems.ts'
import type { JsonObject, Source, SourceDocument } from './resolved-config.ts'

/** @returns undefined when the text is broken; what is wrong went to `problems`, each with line and column */
export function parseYaml(text: string, file: string, problems: Problems): SourceDocument | undefined {
  const lines = new LineCounter()
  const at = (offset: number): Source => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  // Compose's own tags !reset and !override are unknown to the parser, which is a warning and not an error.
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, logLevel: 'error' })
  for (const error of document.errors) problems.add(describe(error), at(error.pos[0]))
  if (document.errors.length > 0 || !aliasesResolve(document, at, problems)) return undefined
  const value = toValue(document, file, problems)
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add('the file must hold a YAML mapping', { file, line: 1, column: 1 })
    return undefined
  }
  return { file, value: value as JsonObject, locate: (path) => at(nearest(document, path)) }
}

function describe(error: YAMLParseError): string {
  if (error.code === 'MULTIPLE_DOCS') return 'the file must hold one YAML document, and a second one starts here'
  return error.message.split('\n')[0] ?? error.message
}

function aliasesResolve(document: Document, at: (offset: number) => Source, problems: Problems): boolean {
  let sound = true
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return
      problems.add(`the anchor &${alias.source} of this alias is not set before it`, at(start(alias)))
      sound = false
    },
  })
  return sound
}

function toValue(document: Document, file: string, problems: Problems): unknown {
  try {
    // The limit stops documents whose aliases multiply without end; ordinary files reuse a few anchors many times.
    return document.toJS({ maxAliasCount: 1000 }) ?? {}
  } catch (error) {
    problems.add(error instanceof Error ? error.message : 'the aliases can not be resolved', { file })
    return undefined
  }
}

function nearest(document: Document, path: readonly (string | number)[]): number {
  let offset = isNode(document.contents) ? start(document.contents) : 0
  let node: unknown = document.contents
  for (const step of path) {
    const next = child(document, node, step)
    if (!next) break
    node = next.value
    offset = next.offset
  }
  return offset
}

interface Child {
  readonly value: unknown
  readonly offset: number
}

function child(document: Document, from: unknown, step: string | number): Child | undefined {
  const node = isAlias(from) ? from.resolve(document) : from
  if (isSeq(node)) {
    const item = node.items[Number(step)]
    return isNode(item) ? { value: item, offset: start(item) } : undefined
  }
  if (!isMap(node)) return undefined
  return ownChild(node, step) ?? mergedChild(document, node, step)
}

function ownChild(map: YAMLMap, step: string | number): Child | undefined {
  const pair = map.items.find((item) => keyOf(item) === String(step))
  if (!pair) return undefined
  // An empty value has no place of its own that helps; its key has.
  const place = isNode(pair.value) && !isEmpty(pair.value) ? pair.value : pair.key
  return { value: pair.value, offset: isNode(place) ? start(place) : 0 }
}

function mergedChild(document: Document, map: YAMLMap, step: string | number): Child | undefined {
  const merged = map.items.find((item) => keyOf(item) === '<<')?.value
  const sources = isSeq(merged) ? merged.items : merged ? [merged] : []
  for (const source of sources) {
    const found = child(document, source, step)
    if (found) return found
  }
  return undefined
}

// The parser makes `<<` a symbol when it merges.
function keyOf(pair: Pair): string {
  const key = isScalar(pair.key) ? pair.key.value : pair.key
  return typeof key === 'symbol' ? '<<' : String(key)
}

const isEmpty = (node: Node) => isScalar(node) && node.value === null
const start = (node: Node) => node.range?.[0] ?? 0

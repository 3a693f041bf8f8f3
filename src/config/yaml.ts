// YAML, as compose files are written, with the place of every value, also through aliases and merge keys.
import { isNode, LineCounter, parseDocument, type YAMLParseError } from 'yaml'
import type { Problems } from './problems.ts'
import type { Json, JsonObject, Source, SourceDocument } from './resolved-config.ts'
import { checkValue, MOST_PROBLEMS } from './value-limits.ts'
import { convert, type Places } from './yaml-values.ts'

/** @returns undefined when the text is broken; what is wrong went to `problems`, each with line and column */
export function parseYaml(text: string, file: string, problems: Problems): SourceDocument | undefined {
  const lines = new LineCounter()
  const at = (offset: number): Source => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const document = parsed(text.replace(/^\uFEFF/, ''), lines)
  if (!document) {
    problems.add('the file is nested too deeply', { file })
    return undefined
  }
  for (const error of document.errors.slice(0, MOST_PROBLEMS)) problems.add(describe(error), at(error.pos[0]))
  if (document.errors.length > 0) return undefined
  const { value, places, faults } = convert(document.contents)
  for (const { message, offset } of faults.slice(0, MOST_PROBLEMS)) problems.add(message, at(offset))
  if (faults.length > 0) return undefined
  const root = value ?? {}
  if (typeof root !== 'object' || Array.isArray(root)) {
    problems.add('the file must hold a YAML mapping', { file, line: 1, column: 1 })
    return undefined
  }
  const start = isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0
  const locate = (path: readonly (string | number)[]) => at(nearest(root, places, start, path))
  return checkValue(root, locate, problems) ? { file, value: root as JsonObject, locate } : undefined
}

// Unique keys are checked by `convert`: the parser compares each key with every other one. Merge keys are `convert`'s too.
// Compose's own tags !reset and !override are unknown to the parser, which is a warning and not an error.
function parsed(text: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: false, logLevel: 'error' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function describe(error: YAMLParseError): string {
  if (error.code === 'MULTIPLE_DOCS') return 'the file must hold one YAML document, and a second one starts here'
  if (error.message.includes('call stack')) return 'the file is nested too deeply'
  return error.message.split('\n')[0] ?? error.message
}

function nearest(root: Json, places: Places, start: number, path: readonly (string | number)[]): number {
  let offset = start
  let value: Json | undefined = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null) break
    const place = places.get(value)?.get(String(step))
    if (place === undefined) break
    offset = place
    value = (value as JsonObject)[step]
  }
  return offset
}

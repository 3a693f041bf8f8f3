// JSON with comments, as devcontainer.json is written, with the place of every value.
import {
  createScanner,
  findNodeAtLocation,
  type Node,
  type ParseError,
  type ParseErrorCode,
  parseTree,
} from 'jsonc-parser'
import type { Problems } from './problems.ts'
import type { Json, JsonObject, Source, SourceDocument } from './resolved-config.ts'
import { checkValue, MOST_DEPTH, MOST_PROBLEMS } from './value-limits.ts'

// Numbers of jsonc-parser's ParseErrorCode, a const enum that type stripping can't read.
const MESSAGES: Readonly<Record<number, string>> = {
  1: 'this is no JSON value (a missing quote?)',
  2: 'this is no valid number',
  3: 'a property name in double quotes is missing here',
  4: 'a value is missing here',
  5: 'a colon is missing here',
  6: 'a comma is missing here',
  7: 'a closing brace is missing',
  8: 'a closing bracket is missing',
  9: 'there is more text after the end of the document',
  11: 'a comment is not closed',
  12: 'a string is not closed',
  13: 'a number is not complete',
  14: 'a \\u escape is not complete',
  15: 'this escape does not exist in JSON',
  16: 'a control character stands in a string',
}

// And of its SyntaxKind.
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, END] = [1, 2, 3, 4, 17]

/** @returns undefined when the text is broken; what is wrong went to `problems`, each with line and column */
export function parseJsonc(text: string, file: string, problems: Problems): SourceDocument | undefined {
  const body = text.replace(/^\uFEFF/, '')
  const at = (offset: number): Source => ({ file, ...position(body, offset) })
  const deep = tooDeepAt(body)
  if (deep !== undefined) {
    problems.add('the file is nested too deeply', at(deep))
    return undefined
  }
  const errors: ParseError[] = []
  const root = parseTree(body, errors, { allowTrailingComma: true })
  for (const error of errors.slice(0, MOST_PROBLEMS)) problems.add(describe(error.error), at(error.offset))
  if (errors.length > 0) return undefined
  if (root?.type !== 'object') {
    problems.add('the file must hold a JSON object: { … }', at(root?.offset ?? 0))
    return undefined
  }
  if (!checkKeys(root, at, problems)) return undefined
  const value = toJson(root) as JsonObject
  const locate = (path: readonly (string | number)[]) => at(nearest(root, path).offset)
  return checkValue(value, locate, problems) ? { file, value, locate } : undefined
}

// The parser calls itself for each level; what is wrong with the text besides is its to say.
function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true)
  let depth = 0
  for (let token: number = scanner.scan(); token !== END; token = scanner.scan()) {
    if (token === OPEN_BRACE || token === OPEN_BRACKET) depth += 1
    if (token === CLOSE_BRACE || token === CLOSE_BRACKET) depth -= 1
    if (depth > MOST_DEPTH) return scanner.getTokenOffset()
  }
  return undefined
}

const describe = (code: ParseErrorCode) => MESSAGES[code as number] ?? 'this is no valid JSON'

// Parsers disagree about which of two equal keys counts, so what was audited might not be what is used.
function checkKeys(node: Node, at: (offset: number) => Source, problems: Problems): boolean {
  let sound = true
  const seen = new Set<string>()
  for (const child of node.children ?? []) {
    const [key, value] = node.type === 'object' ? (child.children ?? []) : [undefined, child]
    if (key && (seen.has(key.value) || key.value === '__proto__')) {
      const what = seen.has(key.value) ? 'is there twice' : 'is not allowed'
      problems.add(`the key "${key.value}" ${what}`, at(key.offset))
      sound = false
    }
    if (key) seen.add(key.value)
    if (value && !checkKeys(value, at, problems)) sound = false
  }
  return sound
}

function toJson(node: Node): Json {
  if (node.type === 'array') return (node.children ?? []).map(toJson)
  if (node.type !== 'object') return node.value as Json
  return Object.fromEntries(
    (node.children ?? []).map(({ children }) => [children?.[0]?.value, children?.[1] ? toJson(children[1]) : null]),
  )
}

function nearest(root: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, length))
    if (node) return node
  }
  return root
}

function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - start + 1 }
}

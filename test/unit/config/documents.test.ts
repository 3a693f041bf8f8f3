import { describe, expect, it } from 'vitest'
import { parseJsonc } from '../../../src/config/jsonc.ts'
import { collectProblems } from '../../../src/config/problems.ts'
import { parseYaml } from '../../../src/config/yaml.ts'
import type { AirlockError } from '../../../src/ports/errors.ts'

/** The lines that a user would read about a broken text. */
function complaint(parse: typeof parseYaml, text: string): string | undefined {
  const problems = collectProblems()
  parse(text, 'file', problems)
  try {
    problems.throwIfAny()
    return undefined
  } catch (error) {
    const { message, where, detail } = error as AirlockError
    return detail ?? `${where}: ${message}`
  }
}

describe('devcontainer.json', () => {
  it.each([
    ['{ "a": 1 "b": 2 }', 'file:1:10: a comma is missing here'],
    ['{\n  "a": "x\n}', 'file:2:8: a string is not closed'],
    ['{\n  "a": 1,\n  "b": 2,\n  "a": 3\n}', 'file:4:3: the key "a" is there twice'],
    ['{ "a": { "b": 1, "b": 2 } }', 'file:1:18: the key "b" is there twice'],
    ['{ "__proto__": {} }', 'file:1:3: the key "__proto__" is not allowed'],
    ['[1]', 'file:1:1: the file must hold a JSON object: { … }'],
    ['', 'file:1:1: a value is missing here'],
    ['{ "a": [1, 2 }', 'file:1:15: a closing bracket is missing'],
    ['{ /* open\n', 'a comment is not closed'],
  ])('%j is broken', (text, expected) => expect(complaint(parseJsonc, text)).toContain(expected))

  it.each([
    ['{ "a": 1, } // end', { a: 1 }],
    ['// first\n{ /* in */ "a": [1, 2,], }', { a: [1, 2] }],
    ['\uFEFF{ "a": null }', { a: null }],
    ['{\r\n  "a": {}\r\n}', { a: {} }],
  ])('%j is fine', (text, expected) => {
    expect(parseJsonc(text, 'file', collectProblems())?.value).toEqual(expected)
  })

  it('finds values, and for what is not written the nearest thing around it', () => {
    const document = parseJsonc('{\n  "build": {\n    "options": ["a", "b"]\n  }\n}', 'file', collectProblems())
    expect(document?.locate(['build', 'options', 1])).toEqual({ file: 'file', line: 3, column: 22 })
    expect(document?.locate(['build', 'args', 'x'])).toEqual({ file: 'file', line: 2, column: 12 })
    expect(document?.locate(['nothing'])).toEqual({ file: 'file', line: 1, column: 1 })
  })
})

describe('compose files', () => {
  it.each([
    ['a: 1\na: 2\n', 'file:2:1: Map keys must be unique'],
    ['a:\n\tb: 1\n', 'file:2:1: Tabs are not allowed as indentation'],
    ['a: "x\n', 'file:2:1: Missing closing "quote'],
    ['a: b: c\n', 'file:1:4: Nested mappings are not allowed'],
    ['a: *x\n', 'file:1:4: the anchor &x of this alias is not set before it'],
    ['a: 1\n---\nb: 2\n', 'file:2:1: the file must hold one YAML document'],
    ['- a\n', 'file:1:1: the file must hold a YAML mapping'],
  ])('%j is broken', (text, expected) => expect(complaint(parseYaml, text)).toContain(expected))

  it('aliases that multiply without end are refused and not expanded', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`,
    )
    expect(complaint(parseYaml, ['l0: &l0 [x]', ...levels].join('\n'))).toMatch(/alias/i)
  })

  it('reads anchors, merge keys and the tags of compose', () => {
    const text =
      'x: &a { k: 1, l: [p] }\ns: { one: { <<: *a, l: !override [q] }, two: *a, three: { ports: !reset [] } }\n'
    const value = parseYaml(text, 'file', collectProblems())?.value
    expect(value?.s).toEqual({ one: { k: 1, l: ['q'] }, two: { k: 1, l: ['p'] }, three: { ports: [] } })
  })

  it('finds values also behind aliases and merge keys', () => {
    const text = 'x: &a\n  k: 1\n  l:\n    - p\nservices:\n  one:\n    <<: *a\n    empty:\n  two: *a\n'
    const document = parseYaml(text, 'file', collectProblems())
    expect(document?.locate(['services', 'one', 'k'])).toMatchObject({ line: 2, column: 6 })
    expect(document?.locate(['services', 'two', 'l', 0])).toMatchObject({ line: 4, column: 7 })
    expect(document?.locate(['services', 'one', 'empty'])).toMatchObject({ line: 8, column: 5 })
    expect(document?.locate(['services', 'one', 'none'])).toMatchObject({ line: 7, column: 5 })
  })
})

// Documents made to crash, delay or mislead whoever reads them: each is answered at once, with a reason.
import { describe, expect, it } from 'vitest'
import { parseJsonc } from '../../../src/config/jsonc.ts'
import { collectProblems } from '../../../src/config/problems.ts'
import { parseYaml } from '../../../src/config/yaml.ts'
import type { AirlockError } from '../../../src/ports/errors.ts'

function answer(parse: typeof parseYaml, text: string): string {
  const problems = collectProblems()
  parse(text, 'file', problems)
  try {
    problems.throwIfAny()
    return 'fine'
  } catch (error) {
    const { message, detail } = error as AirlockError
    return detail ?? message
  }
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')

// Each of them took the parser a minute, ended it with a full stack, or gave values that nothing can print.
describe('yaml', () => {
  it.each([
    ['deep lists', `a: ${nested(400)}`, 'nested too deeply'],
    ['very deep lists', `a: ${nested(20_000)}`, 'nested too deeply'],
    ['deep mappings', lines(150, (i) => `${' '.repeat(i)}a:`), 'nested too deeply'],
    ['deep sequences', `a:\n  ${'- '.repeat(5000)}x`, 'nested too deeply'],
    ['never closed', `a: ${'['.repeat(20_000)}`, 'Flow sequence'],
    ['an alias in its own anchor', 'a: &a [*a]', 'stands in its own anchor'],
    ['a merge of itself', 'a: &a { <<: *a }', 'stands in its own anchor'],
    [
      'aliases that multiply',
      `a0: &a0 [x]\n${lines(30, (i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)}`,
      'aliases make',
    ],
    [
      'merges that pile up',
      `a0: &a0 { k0: 1 }\n${lines(600, (i) => `a${i + 1}: &a${i + 1} { <<: *a${i}, k${i + 1}: 1 }`)}`,
      'copy too much',
    ],
    ['a merge of a list', 'a: { <<: [1] }', 'only a mapping can be merged'],
    ['equal keys, one quoted', 'a: 1\n"a": 2', 'Map keys must be unique'],
    ['equal keys of two kinds', '1: a\n"1": b', 'Map keys must be unique'],
    ['__proto__', 's: { __proto__: { privileged: true } }', '"__proto__" is not allowed'],
    ['a list as key', '? [a]\n: b', 'a key must be'],
    ['NUL in a text', 'a: "x\\0y"', 'NUL'],
    ['NUL in a key', '"x\\0y": a', 'NUL'],
    ['thousands of faults', lines(5000, () => 'a: b: c'), 'Nested mappings'],
  ])('%s', (_name, text, expected) => expect(answer(parseYaml, text)).toContain(expected))

  it.each([
    ['30,000 keys', lines(30_000, (i) => `k${i}: v`)],
    ['5,000 aliases', `x: &x { a: 1 }\ny: [${'*x,'.repeat(5000)}]`],
    [
      '1,000 services that merge one anchor',
      `x: &x { image: a }\nservices:\n${lines(1000, (i) => `  s${i}: { <<: *x }`)}`,
    ],
    ['a byte order mark and line ends of Windows', '\uFEFFa: 1\r\nb:\r\n  - 2\r\n'],
  ])('%s are nothing special', (_name, text) => expect(answer(parseYaml, text)).toBe('fine'))

  it('a key that is written wins over a merged one, and the first merged over the second', () => {
    const text = 'x: &x { k: x, l: x, m: x }\ny: &y { l: y, n: y }\ns: { <<: [*y, *x], m: own }\nt: { "<<": text }\n'
    const value = parseYaml(text, 'file', collectProblems())?.value
    expect(value?.s).toEqual({ k: 'x', l: 'y', m: 'own', n: 'y' })
    expect(value?.t).toEqual({ '<<': 'text' })
  })

  it('an anchor that is set again is the new one from there on', () => {
    const value = parseYaml('a: &n 1\nb: *n\nc: &n 2\nd: *n\n', 'file', collectProblems())?.value
    expect(value).toEqual({ a: 1, b: 1, c: 2, d: 2 })
  })
})

describe('devcontainer.json', () => {
  it.each([
    ['deep lists', `{ "a": ${nested(101)} }`, 'nested too deeply'],
    ['very deep lists', `{ "a": ${'['.repeat(500_000)}`, 'nested too deeply'],
    ['thousands of faults', `{ ${'x '.repeat(50_000)}`, '20 problems'],
    ['NUL in a text', '{ "a": "x\\u0000y" }', 'NUL'],
    ['NUL in the file', '{ "a": \0 }', 'no JSON value'],
  ])('%s', (_name, text, expected) => {
    const said = answer(parseJsonc, text)
    expect(expected === '20 problems' ? `${said.split('\n').length} problems` : said).toContain(expected)
  })

  it('brackets in texts and comments are no levels', () => {
    expect(answer(parseJsonc, `{ "a": "${'['.repeat(200)}" /* ${'{'.repeat(200)} */ }`)).toBe('fine')
  })
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { FOREIGN } from '../../../src/request/foreign-inputs.ts'
import { helpText } from '../../../src/request/help.ts'
import { flagOf, INPUTS } from '../../../src/request/inputs.ts'
import { OUTPUTS } from '../../../src/request/outputs.ts'
import { staleFiles } from '../../support/generated.ts'

const ACTION = parse(readFileSync(new URL('../../../action.yml', import.meta.url), 'utf8'))

test('action.yml and docs/inputs.md are what the table makes them (node test/support/generated.ts)', () => {
  expect(staleFiles()).toEqual([])
})

test('action.yml declares what the parser reads, and nothing else', () => {
  expect(Object.keys(ACTION.inputs)).toEqual(INPUTS.map((input) => input.name))
  expect(Object.keys(ACTION.outputs)).toEqual(Object.keys(OUTPUTS))
  for (const input of INPUTS) expect(ACTION.inputs[input.name].default).toBe(input.default ?? input.expression)
})

test('main and post run the same file, post always', () => {
  expect(ACTION.runs).toEqual({
    using: 'node24',
    main: 'dist/action.cjs',
    post: 'dist/action.cjs',
    'post-if': 'always()',
  })
})

test('names are snake_case and told apart from those that have no effect', () => {
  for (const { name } of INPUTS) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
  for (const name of Object.keys(FOREIGN)) expect(ACTION.inputs).not.toHaveProperty(name)
})

test('the help names every flag, on lines that fit a terminal', () => {
  const help = helpText()
  for (const input of INPUTS) expect(help.includes(`${flagOf(input.name)} `)).toBe(input.where === 'both')
  expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(130)
})

import { describe, expect, test } from 'vitest'
import { FOREIGN } from '../../../src/request/foreign-inputs.ts'
import { INPUTS } from '../../../src/request/inputs.ts'
import { byInputs, problems, project } from './given.ts'

const folder = project()
const LEAST = { prompt: 'Fix it', anthropic_api_key: 'sk-ant-api-x' }

test('the runner passes every input, most of them empty', () => {
  const all = Object.fromEntries(INPUTS.map((input) => [input.name, input.default ?? input.expression ?? '']))
  const { request, warnings } = byInputs({ ...all, ...LEAST }, folder)
  expect(request.prompt).toBe('Fix it')
  expect(request.credential).toEqual({ kind: 'api-key', value: 'sk-ant-api-x' })
  expect(warnings).toEqual([])
})

test('lists are one a line, with comments', () => {
  const { request } = byInputs(
    { ...LEAST, include: '# secrets of the tests\n.env.test\n\n  config/*.key\n', egress_presets: 'npm, pypi\ngo' },
    folder,
  )
  expect(request.include).toEqual(['.env.test', 'config/*.key'])
  expect(request.egressPresets).toEqual(['npm', 'pypi', 'go'])
})

describe('unknown inputs', () => {
  test('are refused, with what may be meant', () => {
    expect(problems(() => byInputs({ ...LEAST, promt: 'x' }, folder))).toEqual([
      'there is no input promt; did you mean prompt?',
    ])
  })

  test.each(Object.keys(FOREIGN))('%s of claude-code-action is a warning that says what to do', (name) => {
    const { warnings } = byInputs({ ...LEAST, [name]: 'something' }, folder)
    expect(warnings).toEqual([`without effect here: ${name} (${FOREIGN[name]})`])
  })

  test.each(['', 'false'])('of claude-code-action with %j ask for nothing', (value) => {
    expect(byInputs({ ...LEAST, use_bedrock: value }, folder).warnings).toEqual([])
  })

  test('no name is both known and foreign', () => {
    expect(INPUTS.filter((input) => input.name in FOREIGN)).toEqual([])
  })
})

test('a warning never repeats a secret', () => {
  const { warnings } = byInputs({ ...LEAST, github_token: 'ghs_secret', ssh_signing_key: 'KEY' }, folder)
  expect(warnings.join()).not.toMatch(/ghs_secret|KEY/)
})

test('the environment’s credential is taken when no input gives one', () => {
  const { request } = byInputs({ prompt: 'x' }, folder, { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat-1' })
  expect(request.credential).toEqual({ kind: 'oauth-token', value: 'sk-ant-oat-1' })
})

test('a workflow has no standard input', () => {
  const inputs = { prompt_file: '-', anthropic_api_key: 'x' }
  expect(problems(() => byInputs(inputs, folder))).toEqual(['prompt_file: a workflow has no standard input'])
})

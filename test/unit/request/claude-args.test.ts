import { describe, expect, test } from 'vitest'
import { parseClaudeArgs } from '../../../src/request/claude-args.ts'
import { REFUSED } from '../../../src/request/claude-flags.ts'
import { Findings } from '../../../src/request/given.ts'
import { splitWords } from '../../../src/request/words.ts'

describe('splitting', () => {
  test.each([
    ['', []],
    ['  \n ', []],
    ['--model opus', ['--model', 'opus']],
    ['--model  opus\n\t--bare', ['--model', 'opus', '--bare']],
    [`--json-schema '{"a": "b c"}'`, ['--json-schema', '{"a": "b c"}']],
    ['--append-system-prompt "say \\"hi\\" \\$now \\n"', ['--append-system-prompt', 'say "hi" $now \\n']],
    [`a'b c'"d e"f`, ['ab cd ef']],
    ["''", ['']],
    ['a\\ b', ['a b']],
    ['a \\\n b', ['a', 'b']],
    ['--model opus\n# a comment\n--bare', ['--model', 'opus', '--bare']],
    ['--name issue#5', ['--name', 'issue#5']],
  ])('%j', (text, words) => {
    expect(splitWords(text)).toEqual(words)
  })

  test.each([
    '$HOME',
    '${HOME}',
    '$(id)',
    '`id`',
    '*',
    '~',
    'a|b',
    '|',
    '>',
    '&&',
    ';',
    'Bash(git:*)',
    '{a,b}',
    '!x',
  ])('%s is only text', (text) => {
    expect(splitWords(text)).toEqual([text])
    expect(splitWords(`'${text}'`)).toEqual([text])
  })

  test.each([
    ["--name 'open", /quote ' before "open" is never closed/],
    ['--name "open', /quote " before "open" is never closed/],
    ['end\\', /ends in a backslash/],
  ])('%j can not be split', (text, problem) => {
    expect(splitWords(text)).toMatch(problem)
  })
})

function parse(text: string) {
  const findings = new Findings()
  return { ...parseClaudeArgs(text, 'claude_args', findings), problems: findings.problems, warnings: findings.warnings }
}

test.each([
  [
    '--model opus --allowedTools Bash Edit "Bash(git log:*)"',
    ['--model', 'opus', '--allowedTools', 'Bash', 'Edit', 'Bash(git log:*)'],
  ],
  ['--model=opus', ['--model', 'opus']],
  ['--append-system-prompt "--- rules ---"', ['--append-system-prompt', '--- rules ---']],
  ['--bare --future-flag with values', ['--bare', '--future-flag', 'with', 'values']],
])('%s is passed on', (text, args) => {
  expect(parse(text)).toMatchObject({ args, problems: [], warnings: [] })
})

test.each(Object.keys(REFUSED))('%s is refused with its reason', (flag) => {
  expect(parse(`--model opus ${flag}`)).toMatchObject({
    args: ['--model', 'opus'],
    problems: [`claude_args: ${flag} can't be used: ${REFUSED[flag]}`],
  })
})

test.each([
  ['--output-format=text', /--output-format can't be used/],
  ['do this', /"do" belongs to no flag/],
  ['--bare do this', /"do" belongs to no flag/],
  ['--model opus do', /"do" belongs to no flag/],
  ['-- do', /"--" can't be used/],
  ['--model', /--model lacks its value/],
  ['--bare=1', /--bare takes no value/],
  ['--permission-mode plan', /would wait for a person/],
])('%s is refused', (text, problem) => {
  expect(parse(text).problems[0]).toMatch(problem)
})

test('a permission mode that only grants is left out with a warning', () => {
  expect(parse('--permission-mode acceptEdits --model opus')).toMatchObject({
    args: ['--model', 'opus'],
    problems: [],
    warnings: [expect.stringContaining('needs no permission')],
  })
})

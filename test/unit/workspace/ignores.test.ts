import { expect, test } from 'vitest'
import { rebaseIgnores } from '../../../src/workspace/ignores.ts'
import { rebaseAttributes } from '../../../src/workspace/outer-attributes.ts'

test.each([
  ['*.log', ['a'], ['*.log\n']],
  ['build/', ['a'], ['build/\n']],
  ['/a/x', ['a'], ['/x\n']],
  ['a/b/*.o', ['a', 'b'], ['/*.o\n']],
  ['/other/x', ['a'], []],
  ['/a', ['a'], []],
  ['/a/', ['a'], []],
  ['**/x/y', ['a'], ['/**/x/y\n']],
  ['**/x/y', ['x'], ['/y\n', '/**/x/y\n']],
  ['!/a/keep', ['a'], ['!/keep\n']],
  ['# comment', ['a'], []],
  ['', ['a'], []],
  ['/a/x\r', ['a'], ['/x\n']],
  ['/top', [], ['/top\n']],
  ['*/x', ['a'], ['/x\n']],
])('%j below %j', (text, below, expected) => {
  expect([...rebaseIgnores(text, below)].sort()).toEqual([...expected].sort())
})

test.each([
  ['*.bin filter=lfs -text', ['a'], '*.bin filter=lfs -text\n'],
  ['/a/x.txt ident', ['a'], '/x.txt ident\n'],
  ['other/x ident', ['a'], ''],
  ['a/**/y eol=crlf', ['a'], '/**/y eol=crlf\n'],
  ['# a comment', ['a'], ''],
  ['[attr]binary -diff', ['a'], '[attr]binary -diff\n'],
  ['lonely', ['a'], ''],
])('attributes: %j below %j', (text, below, expected) => expect(rebaseAttributes(text, below)).toBe(expected))

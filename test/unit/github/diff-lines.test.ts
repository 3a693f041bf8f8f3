// Findings and the lines that GitHub takes comments on.
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChangedFile } from '../../../src/github/context.ts'
import { type Lines, parseHunks, place } from '../../../src/github/diff-lines.ts'

const PATCH = `@@ -1,4 +1,5 @@ function total() {
 one
-two
+TWO
+two and a half
 three
 four
@@ -20,3 +21,2 @@
 twenty
-gone
 end
\\ No newline at end of file`

const FILES: readonly ChangedFile[] = [
  { path: 'src/a.ts', status: 'modified', additions: 2, deletions: 2, patch: PATCH },
  { path: 'new.ts', oldPath: 'old.ts', status: 'renamed', additions: 0, deletions: 0, patch: '@@ -0,0 +1 @@\n+only' },
  { path: 'logo.png', status: 'modified', additions: 0, deletions: 0 },
]
const at = (path: string, startLine: number, endLine = startLine, side: Lines['side'] = 'RIGHT') =>
  place({ path, startLine, endLine, side }, FILES)

describe('stands on the diff', () => {
  test.each([
    ['an added line', at('src/a.ts', 2), { startLine: 2, line: 2, exact: true, text: 'TWO' }],
    ['a context line', at('src/a.ts', 1), { startLine: 1, line: 1, exact: true, text: 'one' }],
    ['several', at('src/a.ts', 2, 3), { startLine: 2, line: 3, exact: true, text: 'two and a half' }],
    [
      'a removed line',
      at('src/a.ts', 21, 21, 'LEFT'),
      { startLine: 21, line: 21, side: 'LEFT', exact: true, text: 'gone' },
    ],
    ['the last line of the second hunk', at('src/a.ts', 22), { startLine: 22, line: 22, exact: true, text: 'end' }],
    ['more than the hunk shows', at('src/a.ts', 4, 12), { startLine: 4, line: 5, exact: false, text: 'four' }],
    ['lines of two hunks: the later one', at('src/a.ts', 5, 21), { startLine: 21, line: 21, exact: false }],
    ['a path with a dot', at('./src/a.ts', 2), { path: 'src/a.ts', line: 2 }],
    ['a file by its old name', at('old.ts', 1), { path: 'new.ts', line: 1, text: 'only' }],
  ])('%s', (_, placed, expected) => expect(placed).toMatchObject({ kind: 'inline', ...expected }))
})

describe('goes to the summary', () => {
  test.each([
    ['a line between the hunks', at('src/a.ts', 10), 'the diff does not show the lines'],
    ['a removed line as one of the new file', at('src/a.ts', 24), 'the diff does not show the lines'],
    ['another file', at('src/b.ts', 1), 'this pull request does not change the file'],
    ['a binary file', at('logo.png', 1), 'GitHub shows no diff of the file'],
  ])('%s', (_, placed, reason) => expect(placed).toEqual({ kind: 'outside', reason }))
})

test('lines that look like a diff themselves are content', () => {
  const [hunk] = parseHunks('@@ -1,1 +1,3 @@\n+@@ -1 +1 @@\n+--- a\n+\n')
  expect([...(hunk?.RIGHT ?? [])]).toEqual([
    [1, '@@ -1 +1 @@'],
    [2, '--- a'],
    [3, ''],
  ])
})

test('every line that git shows is found where the file has it', () => {
  const content = fc.array(fc.constantFrom('a', 'b', 'c', '', '+x', '-y', '@@ z'), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(content, content, (before, after) => {
      const patch = gitDiff(before, after)
      for (const hunk of parseHunks(patch)) {
        for (const [line, text] of hunk.LEFT) expect(before[line - 1]).toBe(text)
        for (const [line, text] of hunk.RIGHT) expect(after[line - 1]).toBe(text)
      }
      const added = patch.split('\n').filter((line) => line.startsWith('+')).length
      const shown = parseHunks(patch).flatMap(({ RIGHT }) => [...RIGHT.keys()])
      expect(shown.length).toBeGreaterThanOrEqual(added)
    }),
    { numRuns: 25 },
  )
})

function gitDiff(before: readonly string[], after: readonly string[]): string {
  const script =
    'printf %s "$1" >"$0/a"; printf %s "$2" >"$0/b"; git diff --no-index --no-color "$0/a" "$0/b" || true; rm -r "$0"'
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')
  const diff = execFileSync('sh', ['-c', script, folder, text(before), text(after)], { encoding: 'utf8' })
  const from = diff.search(/^@@/m)
  return from === -1 ? '' : diff.slice(from).replace(/\n$/, '')
}

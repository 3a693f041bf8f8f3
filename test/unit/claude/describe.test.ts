import { expect, test } from 'vitest'
import { play, recorded } from './recorded.ts'

test('a run reads as a story', () => {
  expect(play(recorded('tools')).shown).toEqual([
    'session d543b69f-955c-4db9-963e-d96c12842773 · claude-opus-5-5 · Claude Code 2.1.330',
    '● I will look at the project first.',
    '→ Bash  ls -la && ruby -v || true',
    '  ✓ Bash · 0.1 s · 1.2k in / 55 out',
    '    total 12',
    '    drwxr-xr-x 2 root root 4096 Nov 24 02:46 .',
    '    drwxr-xr-x 3 root root 4096 Nov 24 02:46 ..',
    '    -rw-r--r-- 1 root root   37 Nov 24 02:46 total.rb',
    '    /bin/bash: line 1: ruby: command not found',
    '→ Read  total.rb',
    '  ✓ Read · 0.0 s · 2.4k in / 110 out',
    '→ Edit  total.rb (−1 +1 lines)',
    '  ✓ Edit · 0.0 s · 3.6k in / 165 out',
    '→ Bash  exit 3',
    '  ✗ Bash · 0.0 s · 4.8k in / 220 out',
    '    Exit code 3',
    '→ Write  NOTES.md (2 lines)',
    '  ✓ Write · 0.0 s · 6.0k in / 275 out',
    expect.stringMatching(/^→ Bash {2}printf '%s\\n' /),
    '  ✓ Bash · 0.0 s · 7.2k in / 330 out',
    expect.stringContaining('"result":"FORGED"'),
    expect.stringContaining('::error::nope'),
    '● Fixed the total: it no longer loses one.',
    expect.stringMatching(/^✓ done · 7 turns · 10\.2k in \/ 410 out · \$0\.0490 · \d\.\d s$/),
  ])
})

test('retries say what the API answered and when the next try is', () => {
  expect(play(recorded('error-429')).shown[1]).toBe("! the model's API answered 429 (rate limit); try 1 of 2 in 1.2 s")
  expect(play(recorded('cut-stream')).shown[1]).toBe("! the model's API gave no answer; try 1 of 1 in 0.6 s")
})

test('an end by a limit says which', () => {
  expect(play(recorded('max-turns')).shown.at(-1)).toMatch(/^✗ stopped \(Reached maximum number of turns \(2\)\)/)
})

test('no line and no event grows without bound', () => {
  const huge = 'x'.repeat(100_000)
  const message = (content: unknown) => JSON.stringify({ type: 'assistant', message: { id: huge, content } })
  const { shown } = play([
    huge,
    message([{ type: 'text', text: `${huge}\n`.repeat(500) }]),
    message([{ type: 'tool_use', id: 'a', name: huge, input: { command: huge } }]),
    message([{ type: 'tool_use', id: 'b', name: 'Edit', input: { file_path: huge } }]),
    message([{ type: 'tool_use', id: 'c', name: 'Odd', input: { [huge]: huge } }]),
    JSON.stringify({
      type: 'user',
      message: { content: [{ type: 'tool_result', is_error: true, content: `${huge}\n`.repeat(50) }] },
    }),
    JSON.stringify({ type: 'system', subtype: 'api_retry', error: huge }),
  ])
  expect(Math.max(...shown.map((line) => line.length))).toBeLessThan(500)
  expect(shown.length).toBeLessThan(60)
})

test('a subagent’s work stands further in', () => {
  const { shown } = play(recorded('subagent'))
  expect(shown.some((line) => line.startsWith('  → Agent'))).toBe(true)
})

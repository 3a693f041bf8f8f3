import { expect, test } from 'vitest'
import { safeJson } from '../../../src/report/json.ts'
import { terminalSummary } from '../../../src/report/terminal-summary.ts'
import { HOSTILE, hostile, result } from './result.ts'

test('the end of a run', () => {
  expect(terminalSummary(result(), false)).toBe(`
✓ Done · 7 turns · $0.049 · 31.2 s
  1 file changed (+2 −1)
    ~ lib/total.rb
    held back .github/workflows/ci.yml: runs with the rights of the repository
  1 finding of the audit allowed on purpose
    AL107 sysctls on service db (compose.yml:7): the database needs it; the sandbox has it, and promise 1 is open
  3 requests blocked
    CONNECT evil.example:443 (2 times): is not on the allowlist
    CONNECT other.example:443: is not on the allowlist
  Apply: git apply '/out/it is/changes.patch'
  Everything: /out/it is
`)
})

test('what the sandbox did in another way is counted', () => {
  const finding = { rule: 'AL701', message: 'x', reason: 'y', remedy: 'z', source: { file: 'compose.yml' } } as const
  const findings = [finding, finding].map((one) => ({ ...one, severity: 'rewrite' as const }))
  expect(terminalSummary(result({ findings }), false)).toContain(
    '\n  2 settings of the project done in another way: airlock audit tells which\n',
  )
})

test('a failure says what to do', () => {
  const error = {
    kind: 'claude' as const,
    message: 'Claude was stopped',
    where: 'claude',
    detail: 'a\nb',
    next: 'Do this.',
  }
  const text = terminalSummary(result({ conclusion: 'failure', error }), false)
  expect(text).toContain('✗ Failed')
  expect(text).toContain('  Claude was stopped\n  at claude\n  | a\n  | b\n  → Do this.\n')
})

test('colour only where it is wanted', () => {
  expect(terminalSummary(result(), true)).toContain('\u001b[')
  expect(terminalSummary(result(), false)).not.toContain('\u001b')
})

test('hostile text moves nothing at the terminal', () => {
  expect(HOSTILE).toContain('\u001b')
  expect(terminalSummary(hostile(), false)).not.toContain('\u001b')
})

test('JSON is the same value, without signs that a terminal obeys', () => {
  const value = { text: 'a\u009b31m\u202e\u2028\u{e0041}ü👍', list: [1, null] }
  const json = safeJson(value)
  expect(JSON.parse(json)).toEqual(value)
  expect(json).not.toMatch(/[\u007f-\u009f\u202e\u2028]|\u{e0041}/u)
  expect(json).toContain('ü👍')
})

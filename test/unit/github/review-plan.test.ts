// A review against what was said before: what is new, what is known, what is mended; and the words of it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChangedFile } from '../../../src/github/context.ts'
import type { OwnComment } from '../../../src/github/own.ts'
import type { ReviewFinding } from '../../../src/github/review.ts'
import { planReview, type ReviewPlan } from '../../../src/github/review-plan.ts'
import { commentBody, type Pen } from '../../../src/github/review-text.ts'

const LINES = ['function total() {', '  return sum(items)', '}', 'const tax = rate * total()', '}']
const changed = (lines: readonly string[]): ChangedFile => ({
  ...{ path: 'a.ts', status: 'modified', additions: lines.length, deletions: 0 },
  patch: `@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}`).join('\n')}`,
})
const FILES = [changed(LINES)]
const finding = (
  startLine: number,
  title = `Line ${startLine}`,
  change: Partial<ReviewFinding> = {},
): ReviewFinding => ({
  ...{ path: 'a.ts', startLine, endLine: startLine, severity: 'medium', confidence: 1, title, body: 'Why.' },
  ...change,
})
const posted = (plan: ReviewPlan): readonly OwnComment[] =>
  plan.fresh.map(({ at, mark }, id) => ({
    mark,
    comment: { id, html_url: `u${id}`, user: { login: 'me' }, path: at.path },
  }))
const titles = (list: ReviewPlan['fresh'] | ReviewPlan['known']) =>
  list.map(({ remark }) => (remark.kind === 'finding' ? remark.finding.title : remark.entry.body))

describe('the second time', () => {
  const first = planReview([finding(2), finding(4), finding(5)], [], FILES, [])
  const again = (findings: readonly ReviewFinding[], lines: readonly string[] = LINES) =>
    planReview(findings, [], [changed(lines)], posted(first))

  test.each([
    ['the same is known', [finding(2), finding(4), finding(5)], LINES, [], 3, []],
    ['on another line with the same title', [finding(3, 'Line 2')], LINES, [], 1, []],
    ['on the same code in other words', [finding(2, 'Sums are wrong')], LINES, [], 1, []],
    ['on the same code further down', [finding(5, 'Other words')], ['// new', '// new', ...LINES.slice(1)], [], 1, []],
    ['another one on a lone brace is new', [finding(3, 'A brace')], LINES, ['A brace'], 0, []],
    [
      'code that is gone is mended',
      [finding(4)],
      ['function total() {', '  return 0', '}', LINES[3] ?? ''],
      [],
      1,
      ['u0'],
    ],
    ['code that is still there is not', [], LINES, [], 0, []],
  ] as const)('%s', (_, findings, lines, fresh, known, fixed) => {
    const plan = again(findings, lines)
    expect(titles(plan.fresh)).toEqual(fresh)
    expect(plan.known).toHaveLength(known)
    expect(plan.fixed.map(({ html_url }) => html_url)).toEqual(fixed)
  })

  test('a file that is no longer changed is mended; one without a diff is not judged; what is marked stays marked', () => {
    const fixed = (files: readonly ChangedFile[], earlier = posted(first)) =>
      planReview([], [], files, earlier).fixed.length
    expect(fixed([])).toBe(2)
    expect(fixed([{ path: 'a.ts', status: 'modified', additions: 0, deletions: 0 }])).toBe(0)
    expect(
      fixed(
        [],
        posted(first).map((one) => ({ ...one, mark: { ...one.mark, fixed: 'abc' } })),
      ),
    ).toBe(0)
  })

  test('one that is found again after it was marked as mended is known, not new', () => {
    const marked = posted(first).map((one) => ({ ...one, mark: { ...one.mark, fixed: 'abc' } }))
    expect(planReview([finding(2)], [], FILES, marked).fresh).toEqual([])
  })
})

test('the worst comes first, and the same thing twice is said once', () => {
  const plan = planReview(
    [finding(2, 'b', { severity: 'nit' }), finding(4, 'a', { severity: 'high' }), finding(2, 'b', { severity: 'nit' })],
    [{ kind: 'inline-comment', path: 'a.ts', body: 'By the tool', line: 1, side: 'RIGHT' }],
    FILES,
    [],
  )
  expect(titles(plan.fresh)).toEqual(['a', 'b', 'By the tool'])
})

describe('a suggestion', () => {
  const pen = (): Pen => ({
    cleaning: { policy: { allowedLinkHosts: [], mentions: false }, secrets: ['the-secret-of-this-run'] },
    notes: [],
  })
  const body = (suggestion: string, change: Partial<ReviewFinding> = {}) => {
    const plan = planReview([finding(2, 'T', { body: '', suggestion, ...change })], [], FILES, [])
    const [one] = plan.fresh
    if (!one) throw new Error('not on the diff')
    return commentBody(one.remark, one.at, pen()).split('\n\n').slice(1).join('\n\n')
  }

  test.each([
    ['replaces the lines', 'return 0\n', '```suggestion\nreturn 0\n```'],
    ['keeps indentation and empty lines', '  a\n\n  b', '```suggestion\n  a\n\n  b\n```'],
    ['deletes the lines', '', '```suggestion\n```'],
    ['has a fence that its text can not end', '```\n@mona\n````', '`````suggestion\n```\n@mona\n````\n`````'],
    ['of CRLF is one', 'a\r\nb\r\n', '```suggestion\na\nb\n```'],
    [
      'with a secret is only shown',
      'key = "the-secret-of-this-run"',
      '```\nkey = "[redacted: a secret of this run]"\n```',
    ],
    ['with hidden letters is only shown', 'a\u202eb', '```\nab\n```'],
    ['with a command for bots is only shown', '/approve', '```\n /approve\n```'],
  ])('%s', (_, suggestion, expected) => expect(body(suggestion)).toBe(expected))

  test('for lines of which the diff shows a part is only shown', () => {
    expect(body('x', { startLine: 4, endLine: 9 })).toBe(
      'For all of these lines, of which the diff shows a part:\n\n```\nx\n```',
    )
  })

  test('whatever it holds, it is one block', () => {
    const text = fc
      .array(fc.constantFrom('`', '```', '````', '~~~', '\n', 'suggestion', ' ', 'x', '<!-- airlock:finding t=1 -->'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (suggestion) => {
        const lines = body(suggestion).split('\n')
        const fence = /^`{3,}/.exec(lines[0] ?? '')?.[0] ?? ''
        expect(lines[0]).toBe(`${fence}suggestion`)
        expect(lines.at(-1)).toBe(fence)
        for (const line of lines.slice(1, -1))
          expect(/^ {0,3}(`{3,})\s*$/.exec(line)?.[1]?.length ?? 0).toBeLessThan(fence.length)
      }),
      { numRuns: 500 },
    )
  })
})

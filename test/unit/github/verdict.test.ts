// What a review amounts to: what GitHub is told, whether the check fails, and SARIF for code scanning.
import { describe, expect, test } from 'vitest'
import { eventFor } from '../../../src/github/publish-review.ts'
import type { Review, ReviewFinding, Severity } from '../../../src/github/review.ts'
import { readReview } from '../../../src/github/review-schema.ts'
import { failureOf } from '../../../src/github/review-step.ts'
import { reviewSarif } from '../../../src/report/review-sarif.ts'

const finding = (severity: string): ReviewFinding => ({
  ...{ path: 'src/ü [x].ts', startLine: 3, endLine: 5, severity: severity as Severity, confidence: 0.5 },
  ...{ title: 'T [a](b)', body: 'B' },
})
const read = (severities: readonly string[], verdict: Review['verdict'] = 'comment') =>
  readReview({ summary: 's', verdict, findings: severities.map(finding) }, undefined)

describe('fail_on', () => {
  test.each([
    [undefined, ['high'], undefined],
    ['high', ['medium', 'nit'], undefined],
    ['high', [], undefined],
    ['medium', ['medium', 'low'], 'fail_on: medium: 1 finding is at least that severe'],
    ['nit', ['low', 'high'], 'fail_on: nit: 2 findings are at least that severe'],
    // What could not be read may have been the worst of all.
    ['high', ['gruesome'], 'fail_on: high: the review could not be read whole'],
    [undefined, ['gruesome'], undefined],
  ] as const)('%s of %j: %s', (failOn, severities, failure) =>
    expect(failureOf(read(severities), failOn)).toBe(failure))

  test('no review at all fails it', () => {
    expect(failureOf(readReview(undefined, 'All fine!'), 'high')).toContain('could not be read whole')
  })
})

describe('the event', () => {
  test.each([
    ['approve', [], { requestChanges: true, approve: false }, 'COMMENT'],
    ['approve', [], { requestChanges: false, approve: true }, 'APPROVE'],
    ['approve', ['low', 'nit'], { requestChanges: false, approve: true }, 'APPROVE'],
    ['approve', ['medium'], { requestChanges: false, approve: true }, 'COMMENT'],
    ['approve', ['gruesome'], { requestChanges: false, approve: true }, 'COMMENT'],
    ['request_changes', ['high'], { requestChanges: false, approve: true }, 'COMMENT'],
    ['request_changes', [], { requestChanges: true, approve: false }, 'REQUEST_CHANGES'],
    ['comment', ['high'], { requestChanges: true, approve: true }, 'COMMENT'],
  ] as const)('%s with %j under %j is %s', (verdict, severities, policy, event) => {
    expect(eventFor(read(severities, verdict), { ...policy, stickySummary: true })).toBe(event)
  })
})

test('SARIF has each finding at its place, and no links of its own making', () => {
  const { runs } = reviewSarif(read(['high', 'nit']).review) as { runs: { results: object[] }[] }
  expect(runs[0]?.results).toMatchObject([
    {
      ...{ ruleId: 'review-high', level: 'error', message: { text: 'T \\[a\\](b)\n\nB' } },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'src/%C3%BC%20%5Bx%5D.ts' },
            region: { startLine: 3, endLine: 5 },
          },
        },
      ],
    },
    { ruleId: 'review-nit', level: 'note' },
  ])
})

// A review's output comes out of the sandbox: every problem is told, and nothing that was said is lost.
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { PR_SCHEMA, REPLY_SCHEMA, readProposal } from '../../../src/github/proposal.ts'
import { REVIEW_SCHEMA, readReview } from '../../../src/github/review-schema.ts'

const FINDING = {
  path: 'src/a.ts',
  startLine: 3,
  endLine: 4,
  severity: 'high',
  confidence: 0.9,
  title: 'Off by one',
  body: 'The last one is lost.',
  suggestion: 'i <= n\n',
}
const REVIEW = { summary: 'Adds totals.', verdict: 'request_changes', findings: [FINDING] }

test('a review that fits is taken as it is', () => {
  expect(readReview(REVIEW, 'said')).toEqual({ review: REVIEW, problems: [], unread: [] })
})

test('the schemas are valid JSON schemas, strictly read, and plain data', () => {
  for (const schema of [REVIEW_SCHEMA, PR_SCHEMA, REPLY_SCHEMA]) {
    expect(() => new Ajv({ strict: true }).compile(JSON.parse(JSON.stringify(schema)))).not.toThrow()
  }
})

describe('what does not fit is told, and kept', () => {
  test.each([
    ['a missing severity', { ...FINDING, severity: undefined }, ["findings[0] must have required property 'severity'"]],
    [
      'an unknown severity',
      { ...FINDING, severity: 'awful' },
      ['findings[0].severity must be one of high, medium, low, nit'],
    ],
    ['a field nobody knows', { ...FINDING, cwe: 1 }, ['findings[0] must not have "cwe"']],
    ['lines that run backwards', { ...FINDING, endLine: 2 }, ['findings[0]: endLine lies before startLine']],
    ['no lines at all', { ...FINDING, startLine: 0 }, ['findings[0].startLine must be >= 1']],
    [
      'two problems at once',
      { ...FINDING, startLine: 1.5, confidence: 2 },
      ['findings[0].startLine must be integer', 'findings[0].confidence must be <= 1'],
    ],
    ['no finding at all', 'look at line 3', ['findings[0] must be object']],
  ])('%s', (_, bad, problems) => {
    const good = { ...FINDING, title: 'Another' }
    const read = readReview({ ...REVIEW, findings: [bad, good] }, undefined)
    expect(read.problems).toEqual(problems)
    expect(read.review.findings).toEqual([good])
    expect(read.unread).toEqual([JSON.stringify(bad, undefined, 2)])
  })

  test.each([
    ['a text', 'fine with me', ['the output must be object']],
    ['null', null, ['the output must be object']],
    ['a list', [REVIEW], ['the output must be object']],
    ['no findings', { summary: 's', verdict: 'approve' }, ["the output must have required property 'findings'"]],
    [
      'an unknown verdict',
      { ...REVIEW, verdict: 'ship it' },
      ['verdict must be one of comment, request_changes, approve'],
    ],
  ])('%s instead of a review', (_, output, problems) => {
    const read = readReview(output, 'What I said.')
    expect(read.problems).toEqual(problems)
    expect(read.review.verdict).toBe('comment')
    expect(read.unread).toEqual([JSON.stringify(output, undefined, 2)])
  })

  test('no output: the summary is what was said last', () => {
    expect(readReview(undefined, 'I could not finish.')).toEqual({
      review: { summary: 'I could not finish.', verdict: 'comment', findings: [] },
      problems: ['Claude gave no structured review'],
      unread: [],
    })
  })
})

describe('proposals', () => {
  const proposal = { title: 'Fix totals', body: 'Why.', commitMessage: 'Fix totals\n\nBecause.' }
  test.each([
    ['pr', proposal, [], proposal],
    ['reply', { answer: 'Because.' }, [], { answer: 'Because.' }],
    ['reply', { answer: 'Done.', ...proposal }, [], { answer: 'Done.', ...proposal }],
    [
      'pr',
      { title: 'x', body: 'y' },
      ["the output must have required property 'commitMessage'"],
      { title: 'x', body: 'y' },
    ],
    ['reply', { answer: 7 }, ['answer must be string'], {}],
    ['reply', { answer: 'a', approve: true }, ['the output must not have "approve"'], { answer: 'a' }],
  ] as const)('%s %j', (mode, output, problems, taken) => {
    const read = readProposal(mode, output, undefined)
    expect(read.problems).toEqual(problems)
    expect(read.proposal).toEqual(taken)
    expect(read.unread).toEqual(problems.length === 0 ? [] : [JSON.stringify(output, undefined, 2)])
  })

  test('without structured output, the answer is what was said last', () => {
    expect(readProposal('reply', undefined, 'It is 42.')).toEqual({
      proposal: { answer: 'It is 42.' },
      problems: ['Claude gave no structured output'],
      unread: [],
    })
    // With it, that is the output's own text.
    const output = { title: 'a', body: 'b', commitMessage: 'c' }
    expect(readProposal('pr', output, JSON.stringify(output)).proposal).toEqual(output)
  })
})

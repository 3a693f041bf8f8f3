import { describe, expect, test } from 'vitest'
import { jobSummary } from '../../../src/report/job-summary.ts'
import { hostile, result } from './result.ts'

describe('the summary of a job', () => {
  const text = jobSummary(result())

  test.each([
    '## ✅ Claude is done',
    '7 turns · $0.049 · 31.2 s · claude&#45;opus&#45;5&#45;5 · with <code>db</code>, <code>redis</code> · 1 file changed, +2 −1',
    '### What Claude says\n\n<pre>\nFixed the total.\n</pre>',
    '| modified | <code>lib&#47;total&#46;rb</code> |',
    '### Held back',
    '| for you to look at | runs with the rights of the repository |',
    'What the sandbox could reach: 1 of 1 as it should be',
    'Blocked requests: 3 (12 allowed)',
    '| is not on the allowlist | 2 |',
    '### Allowed on purpose',
    '| the database needs it | the sandbox has it, and promise 1 is open |',
    '| first request | 90 ms |',
  ])('holds %s', (part) => {
    expect(text).toContain(part)
  })

  test('a path that was held back is not among the files changed', () => {
    expect(text.slice(0, text.indexOf('### Held back'))).not.toContain('workflows')
  })

  test('a run that failed before there was anything to show', () => {
    const failed = jobSummary(
      result({
        ...{ conclusion: 'failure', probe: [], findings: [], notes: [], services: [], timings: {}, numTurns: 0 },
        requests: { allowed: 0, blocked: [] },
        error: { kind: 'engine', message: 'docker is not installed', next: 'Install it.' },
      }),
    )
    expect(failed).toContain('## ❌ The run failed')
    expect(failed).toContain('**docker is not installed**')
    expect(failed).not.toContain('<details>')
  })
})

describe('hostile text', () => {
  const text = jobSummary(hostile())
  // What is left when all that is airlock's own is taken away.
  const rest = text
    .replaceAll(/<pre>\n[^<>]*\n<\/pre>/g, '')
    .replaceAll(/<\/?(code|details|summary)>/g, '')
    .replaceAll(
      /\[(AL\d{3})\]\(https:\/\/github\.com\/airlock-run\/airlock\/blob\/main\/docs\/audit\.md#al\d{3}\)/g,
      '$1',
    )
    .replaceAll(/^(## ❌ The run failed|### .*)$/gm, '')

  test('opens no tag, link, image, heading or mention, and closes none of ours', () => {
    expect(rest).not.toMatch(/[<>[\]@]/)
    expect(rest).not.toMatch(/^#/m)
    expect(rest).not.toContain('http://')
    expect(text).not.toContain('\u001b')
  })

  test('adds no row and no column to a table', () => {
    const [head, , row] = rest
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(0, 3)
    expect(row?.split('|')).toHaveLength(head?.split('|').length ?? 0)
  })

  test('control: pasted as it is, the same text does all of that', () => {
    expect(hostile().finalMessage).toMatch(/<img|\[a\]\(http|@everyone|\n#/)
  })
})

test('the summary stays below what GitHub takes, whatever the result holds', () => {
  const long = '<&>'.repeat(200_000)
  const many = Array.from({ length: 5000 }, (_, at) => ({
    ...({ path: `${at}/${'ü'.repeat(2000)}`, status: 'added', oldMode: '', newMode: '', size: 1 } as const),
  }))
  const text = jobSummary(
    result({
      finalMessage: long,
      error: { kind: 'claude', message: long, detail: long, next: long, where: long },
      notes: many.map(({ path }) => path),
      patch: {
        ...{ files: 5000, insertions: 1, deletions: 0, changes: many },
        refusals: many.map(({ path }) => ({ path: `x${path}`, kind: 'dangerous', reason: long })),
      },
    }),
  )
  expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024)
})

// Reviews on a stateful GitHub: comments on the right lines, once, whatever happens; what it holds afterwards is compared.
import { describe, expect, test } from 'vitest'
import type { ReviewFinding } from '../../../src/github/review.ts'
import { type HostedProject, hosted } from '../../support/github-project.ts'
import { type Made, type Publication, published, SECRET } from '../../support/publish-rig.ts'

const BASE = Array.from({ length: 30 }, (_, at) => `line number ${at + 1}\n`).join('')
const HEAD = BASE.replace('line number 5\n', 'const five = compute(5)\n').replace('line number 25\n', '')

async function pullRequest(): Promise<HostedProject & { number: number }> {
  const project = await hosted({ 'src/a.ts': BASE, 'other.ts': 'x\n' }, { people: { mona: 'push' } })
  const number = await project.open({ branch: 'feature', files: { 'src/a.ts': HEAD } })
  return Object.assign(project, { number })
}

const finding = (change: Partial<ReviewFinding> = {}): ReviewFinding => ({
  ...{ path: 'src/a.ts', startLine: 5, endLine: 5, severity: 'high', confidence: 0.9 },
  ...{ title: 'Five is computed twice', body: 'It costs time.' },
  ...change,
})
const review = (findings: readonly ReviewFinding[], verdict = 'comment') => ({
  summary: 'It computes.',
  verdict,
  findings,
})
const ME = 'github-actions[bot]'

async function run(project: HostedProject & { number: number }, made: Partial<Made>): Promise<Publication> {
  return published(project, { mode: 'review', number: project.number, ...made })
}

const pullOf = async ({ github, number }: HostedProject & { number: number }) =>
  (await github.dump()).pulls.find((pull) => pull.number === number)

describe('a review', () => {
  test('is one review with comments on their lines, a suggestion, and one summary', async () => {
    await using project = await pullRequest()
    const before = await project.github.dump()
    const output = review([
      finding({ suggestion: 'const five = 5' }),
      finding({ startLine: 3, endLine: 5, severity: 'low', title: 'Three lines', body: 'Together.' }),
      finding({ startLine: 12, endLine: 12, severity: 'medium', title: 'Elsewhere', body: 'Not shown in the diff.' }),
      finding({ path: 'other.ts', startLine: 1, endLine: 1, severity: 'nit', title: 'Other', body: 'Not changed.' }),
    ])
    const done = await run(project, { output })
    expect(done.unpublished).toEqual([])
    const after = await project.github.dump()
    const pull = after.pulls[0]
    const head = project.checkout.git('rev-parse', 'feature').trim()
    expect({ ...after, pulls: [{ ...pull, reviews: [], comments: [] }] }).toEqual(before)
    expect(pull?.reviews).toEqual([
      {
        ...{ user: ME, state: 'COMMENTED', commit: head, body: expect.stringContaining('2 new comments') },
        comments: [
          {
            ...{ user: ME, path: 'src/a.ts', line: 5, side: 'RIGHT' },
            body: expect.stringMatching(
              /^\*\*🔴 High\*\* · Five is computed twice <sub>90% sure<\/sub>\n\nIt costs time\.\n\n```suggestion\nconst five = 5\n```\n\n<!-- airlock:finding t=\w+ a=\w+ -->$/,
            ),
          },
          { user: ME, path: 'src/a.ts', line: 5, side: 'RIGHT', body: expect.stringContaining('Three lines') },
        ],
      },
    ])
    // emulate forgets start_line; the request had it.
    const sent = project.github.journal.find(({ method, path }) => method === 'POST' && path.endsWith('/reviews'))
    expect(sent?.body).toMatchObject({
      event: 'COMMENT',
      comments: [{ line: 5 }, { start_line: 3, start_side: 'RIGHT', line: 5 }],
    })
    const [summary, ...more] = pull?.comments ?? []
    expect(more).toEqual([])
    expect(summary?.body).toMatch(
      /It computes\.[\s\S]*Five is computed twice[\s\S]*\[comment\]\(http[\s\S]*Not changed\.[\s\S]*airlock:summary/,
    )
    expect(summary?.body).toContain('`src/a.ts:12` (the diff does not show the lines)')
    expect(done).toMatchObject({ review: { comments: 2 }, comment: { url: expect.any(String) } })
    expect(done.annotations.map(({ path, startLine, severity }) => [path, startLine, severity])).toEqual([
      ['src/a.ts', 12, 'medium'],
      ['other.ts', 1, 'nit'],
    ])
    expect(JSON.parse(done.file('review.sarif')).runs[0].results).toHaveLength(4)
    expect(JSON.parse(done.file('review.json')).review).toEqual(output)
    for (const { title } of output.findings) expect(done.file('review.md')).toContain(title)
  })

  test('of a second run posts what is new, marks what is mended, and keeps the one summary', async () => {
    await using project = await pullRequest()
    await run(project, {
      output: review([finding(), finding({ startLine: 6, endLine: 6, title: 'Six', severity: 'low' })]),
    })
    await project.push(project.number, {
      'src/a.ts': HEAD.replace('compute(5)', '5').replace('number 8', 'number eight'),
    })
    const six = finding({ startLine: 6, endLine: 6, title: 'Six, in other words', severity: 'low' })
    const eight = finding({ startLine: 8, endLine: 8, title: 'Eight', severity: 'medium' })
    const done = await run(project, { output: review([six, eight]), run: '2' })
    const pull = await pullOf(project)
    expect(pull?.reviews.map(({ comments }) => comments.map(({ body }) => body.split('\n')[0]))).toEqual([
      [expect.stringMatching(/^✅ \*\*The code that this is about changed/), expect.stringContaining('Six')],
      [expect.stringContaining('Eight')],
    ])
    expect(pull?.comments).toHaveLength(1)
    expect(pull?.comments[0]?.body).toMatch(/Six, in other words[\s\S]*Mended since/)
    expect(done.review?.comments).toBe(1)
    // A third run with the same findings has nothing new to say, and what is mended is told once.
    const writes = project.github.journal.length
    await run(project, { output: review([six, eight]), run: '3' })
    const later = project.github.journal
      .slice(writes)
      .filter(({ method, path }) => method !== 'GET' && path !== '/graphql')
    expect(later.map(({ method, path }) => `${method} ${path.replace(/\d+$/, 'N')}`)).toEqual([
      'PATCH /repos/octo/shop/issues/comments/N',
    ])
  })

  test('takes no mark of somebody else for its own', async () => {
    await using project = await pullRequest()
    await run(project, { output: review([finding()]) })
    const mine = (await pullOf(project))?.reviews[0]?.comments[0]?.body ?? ''
    const other = finding({ startLine: 8, endLine: 8, title: 'Eight' })
    await project.push(project.number, { 'src/a.ts': HEAD.replace('number 8', 'number eight') })
    // Somebody copies the mark of a finding that is still to come, and of the summary.
    await run(project, { output: review([other]), run: '2' })
    const body = (await pullOf(project))?.reviews[1]?.comments[0]?.body ?? ''
    await using forged = await pullRequest()
    await forged.push(forged.number, { 'src/a.ts': HEAD.replace('number 8', 'number eight') })
    const comment = { body, path: 'src/a.ts', line: 8, side: 'RIGHT' }
    await forged.github.as('mona')('POST', `${forged.api}/pulls/${forged.number}/comments`, comment)
    await forged.comment(forged.number, 'Nice!\n\n<!-- airlock:summary head=abc -->', 'mona')
    await run(forged, { output: review([other]) })
    const pull = await pullOf(forged)
    expect(pull?.reviews[0]?.comments.map(({ body: text }) => text.split('\n')[0])).toEqual([
      expect.stringContaining('Eight'),
    ])
    expect(pull?.comments.map(({ user }) => user)).toEqual(['mona', ME])
    expect(mine).toContain('airlock:finding')
  })
})

describe('the verdict', () => {
  const states = async (project: HostedProject & { number: number }) =>
    (await pullOf(project))?.reviews.map(({ state }) => state)

  test('is a comment, whatever Claude wants, unless the workflow allows more', async () => {
    await using project = await pullRequest()
    await run(project, { output: review([], 'approve') })
    await run(project, { output: review([finding()], 'request_changes'), run: '2' })
    expect(await states(project)).toEqual(['COMMENTED'])
  })

  test('asks for changes where that is allowed, and takes it back later', async () => {
    await using project = await pullRequest()
    const policy = { review: { requestChanges: true } }
    await run(project, { output: review([finding()], 'request_changes'), ...policy })
    expect(await states(project)).toEqual(['CHANGES_REQUESTED'])
    await run(project, { output: review([]), run: '2', ...policy })
    expect(await states(project)).toEqual(['DISMISSED'])
  })

  test('approves where that is allowed and nothing is open', async () => {
    await using project = await pullRequest()
    const policy = { review: { approve: true } }
    await run(project, { output: review([finding()], 'approve'), ...policy })
    expect(await states(project)).toEqual(['COMMENTED'])
    await run(project, { output: { ...review([], 'approve'), extra: 1 }, run: '2', ...policy })
    expect(await states(project)).toEqual(['COMMENTED'])
    await run(project, { output: review([], 'approve'), run: '3', ...policy })
    expect(await states(project)).toEqual(['COMMENTED', 'APPROVED'])
  })
})

describe('faults', () => {
  const writes = (project: HostedProject) =>
    project.github.journal.filter(({ method, path }) => method === 'POST' && path.endsWith('/reviews')).length

  test('a line that GitHub does not take: the others are posted, and it goes to the summary', async () => {
    await using project = await pullRequest()
    const number = project.number
    // The review was planned with a diff that shows more than GitHub's.
    const output = review([finding(), finding({ startLine: 6, endLine: 6, title: 'Six' })])
    project.github.fault({
      method: 'POST',
      path: /\/reviews$/,
      answer: { status: 422, message: 'line must be part of the diff' },
    })
    project.github.fault({
      method: 'POST',
      path: /\/pulls\/\d+\/comments$/,
      after: 1,
      answer: { status: 422, message: 'line must be part of the diff' },
    })
    const done = await run(project, { output, number })
    const pull = await pullOf(project)
    expect(pull?.lineComments.map(({ line, body }) => [line, body.split('\n')[0]])).toEqual([
      [5, expect.stringContaining('Five')],
    ])
    expect(pull?.comments[0]?.body).toMatch(/`src\/a\.ts:6` \(GitHub takes no comment there\)/)
    expect(done.unpublished).toEqual([])
    expect(done.annotations.map(({ title }) => title)).toEqual(['Six'])
  })

  test('an answer that is lost: it is not posted twice', async () => {
    await using project = await pullRequest()
    project.github.fault({ method: 'POST', path: /\/reviews$/, answer: 'lost' })
    project.github.fault({ method: 'POST', path: /issues\/\d+\/comments$/, answer: 'lost' })
    const done = await run(project, { output: review([finding()]) })
    const pull = await pullOf(project)
    expect([pull?.reviews.length, pull?.comments.length, done.unpublished]).toEqual([1, 1, []])
    expect(writes(project)).toBe(1)
  })

  test('a server that fails before it has done it: it is posted at the second try', async () => {
    await using project = await pullRequest()
    project.github.fault({ method: 'POST', path: /\/reviews$/, answer: { status: 502 } })
    await run(project, { output: review([finding()]) })
    expect([(await pullOf(project))?.reviews.length, writes(project)]).toEqual([1, 2])
  })

  test('a job that is run again publishes once', async () => {
    await using project = await pullRequest()
    const output = review([finding()])
    // The first attempt breaks after the review.
    project.github.fault({ method: 'POST', path: /issues\/\d+\/comments$/, answer: { status: 403, message: 'no' } })
    const first = await run(project, { output })
    expect(first.unpublished).toEqual([
      expect.stringMatching(/^the review: GitHub does not allow this .* It is in .*review\.json$/),
    ])
    expect(first.annotations.map(({ title }) => title)).toEqual(['Five is computed twice'])
    expect((await run(project, { output })).unpublished).toEqual([])
    const pull = await pullOf(project)
    expect([pull?.reviews.length, pull?.reviews[0]?.comments.length, pull?.comments.length]).toEqual([1, 1, 1])
  })

  test.each([
    [
      'is closed meanwhile',
      (p: HostedProject & { number: number }) =>
        p.github.as('octo')('PATCH', `${p.api}/pulls/${p.number}`, { state: 'closed' }),
      /closed by now/,
    ],
    [
      'moves meanwhile',
      (p: HostedProject & { number: number }) => p.push(p.number, { 'other.ts': 'y\n' }),
      /moved from \w{10} to \w{10} meanwhile/,
    ],
  ] as const)('a pull request that %s is left alone', async (_, meanwhile, why) => {
    await using project = await pullRequest()
    const done = await run(project, { output: review([finding()]), meanwhile: () => meanwhile(project) })
    expect(done.unpublished).toEqual([expect.stringMatching(why)])
    const pull = await pullOf(project)
    expect([pull?.reviews, pull?.comments]).toEqual([[], []])
    expect(done.annotations).toHaveLength(1)
    expect(done.report).toContain('Five is computed twice')
  })

  test('a token that can only read, as a fork’s: everything is in the report, and nothing fails', async () => {
    await using project = await pullRequest()
    const done = await run(project, {
      output: review([finding()]),
      permissions: { contents: 'read', 'pull-requests': 'read' },
    })
    expect(done.unpublished).toEqual([expect.stringContaining('does not allow this')])
    expect(done.annotations).toMatchObject([{ path: 'src/a.ts', startLine: 5, severity: 'high' }])
    expect(done.failure).toBeUndefined()
  })
})

describe('what is no review', () => {
  test('output that does not fit is told and kept, and what fits is posted', async () => {
    await using project = await pullRequest()
    const bad = { ...finding({ title: 'Bad' }), severity: 'gruesome', note: '@mona /approve' }
    const done = await run(project, { output: review([finding(), bad as never]) })
    const pull = await pullOf(project)
    expect(pull?.reviews[0]?.comments).toHaveLength(1)
    expect(pull?.comments[0]?.body).toContain('findings[1].severity must be one of high, medium, low, nit')
    expect(pull?.comments[0]?.body).toContain('gruesome')
    expect(done.notes).toContain('Claude’s review: findings[1].severity must be one of high, medium, low, nit')
  })

  test('comments by the tool are posted with the review, and others as comments', async () => {
    await using project = await pullRequest()
    const entries = [
      { kind: 'inline-comment', path: 'src/a.ts', body: 'Removed why?', line: 25, side: 'LEFT' },
      { kind: 'inline-comment', path: 'other.ts', body: 'Not in the diff.', line: 1, side: 'RIGHT' },
      { kind: 'comment', body: 'All in all: fine, @mona.' },
    ] as const
    await run(project, { mode: 'run', entries })
    await run(project, { mode: 'run', entries })
    const pull = await pullOf(project)
    const [one, ...more] = pull?.reviews ?? []
    expect(more).toEqual([])
    expect(one?.comments).toMatchObject([{ path: 'src/a.ts', line: 25, body: expect.stringContaining('Removed why?') }])
    expect(one?.body).toContain('Not in the diff.')
    expect(pull?.comments.map(({ body }) => body.replaceAll('\u200b', '¦'))).toEqual([
      expect.stringContaining('All in all: fine, @¦mona.'),
    ])
  })

  test('a secret of the run is in nothing that leaves the machine', async () => {
    await using project = await pullRequest()
    const leak = (line: number) =>
      finding({ startLine: line, endLine: line, title: `Key ${SECRET}`, body: `It is ${SECRET}` })
    const output = {
      ...review([leak(5), leak(12)]),
      summary: `${SECRET} and ${Buffer.from(SECRET).toString('base64')}`,
    }
    const done = await run(project, { output, entries: [{ kind: 'comment', body: SECRET }] })
    const left = JSON.stringify([await project.github.dump(), done, done.file('review.sarif'), done.file('review.md')])
    expect(left).not.toContain(SECRET.slice(8))
    expect(left).toContain('[redacted: a secret of this run]')
    expect(done.notes.join()).toContain('a secret')
    // Control: it was there to be found.
    expect(done.file('review.json')).toContain(SECRET)
  })

  test('a run that failed publishes nothing', async () => {
    await using project = await pullRequest()
    const before = await project.github.dump()
    const done = await run(project, { output: review([finding()]), result: { conclusion: 'failure' } })
    expect(await project.github.dump()).toEqual(before)
    expect(done.unpublished).toEqual([expect.stringContaining('the run failed')])
  })
})

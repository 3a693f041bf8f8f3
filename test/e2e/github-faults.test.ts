// GitHub's faults: whatever it does, what Claude found is on disk and in the job's summary, and nothing is there twice.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { pullRequest, schedule } from '../support/github-events.ts'
import type { Fault } from '../support/github-front.ts'
import { type HostedProject, hosted } from '../support/github-project.ts'
import { type Play, type Played, play } from '../support/github-run.ts'
import { bash } from '../support/scenarios.ts'
import { TINY } from '../support/tiny.ts'

const REVIEW = 'examples/workflows/review.yml'
const NIGHTLY = 'examples/workflows/nightly.yml'

const FINDING = {
  ...{ path: 'src/app.txt', startLine: 2, endLine: 2, severity: 'medium', confidence: 0.8 },
  ...{ title: 'Two is four', body: 'It says four where two was meant.' },
}
const STRUCTURED = { summary: 'One thing to mend.', verdict: 'comment', findings: [FINDING] }

let shop: HostedProject
let number: number
beforeAll(async () => {
  // A GitHub of one's own: its API has a path in front.
  shop = await hosted(TINY, { people: { mona: 'push' }, prefix: '/api/v3' })
  number = await shop.open({ branch: 'four', files: { 'src/app.txt': 'one\nfour\nthree\n' }, by: 'mona' })
})
afterAll(() => shop[Symbol.asyncDispose]())
afterEach(() => expect(shop.github.unused()).toEqual([]))

async function reviewed(faults: readonly Fault[], more: Play = {}): Promise<Played> {
  for (const fault of faults) shop.github.fault(fault)
  const event = await pullRequest(shop.github, number, { actor: 'mona' })
  return play(shop, REVIEW, event, { structured: STRUCTURED, ...more })
}

/** Kept in the output folder, and told by the job. */
function expectKept({ job, outputs }: Played, why: RegExp): void {
  const folder = dirname(outputs.result_file ?? '')
  expect(readFileSync(join(folder, 'review.json'), 'utf8')).toContain(FINDING.body)
  expect(existsSync(join(folder, 'review.sarif'))).toBe(true)
  expect(job.summary).toContain('It says four where two was meant.')
  expect(job.log).toMatch(why)
}

const POST = { method: 'POST', path: /\/reviews$/ }
const own = ({ after }: Played) =>
  after.pulls.find((one) => one.number === number)?.reviews.filter(({ state }) => state !== 'DISMISSED') ?? []

test('a token that is not one: nothing is started', async () => {
  const played = await reviewed([{ path: /\/permission$/, answer: { status: 401, message: 'Bad credentials' } }])
  expect([played.job.status, played.prompt]).toEqual(['failure', ''])
  expect(played.job.log).toMatch(/401|token/i)
  expect(played.after).toEqual(played.before)
})

describe('refused for good: what was found is kept, and the next try publishes it', () => {
  test.each([
    [401, /401|token/i],
    [403, /403|may not|not accessible/i],
    [404, /404|not found/i],
  ])('%i', async (status, why) => {
    const refused = await reviewed([{ ...POST, answer: { status } }], { finally: (played) => expectKept(played, why) })
    expect(refused.after).toEqual(refused.before)
  })
})

test('passing faults: an error of the server, both rate limits, an answer that was lost; there is one review, once', async () => {
  const faults: Fault[] = [
    { method: 'GET', path: /\/pulls\/\d+\/files$/, answer: { status: 502 } },
    {
      ...{ method: 'GET', path: /\/issues\/\d+\/comments$/ },
      answer: { status: 403, message: 'API rate limit exceeded', headers: limit(1) },
    },
    {
      ...{ method: 'GET', path: /\/check-runs$/ },
      answer: { status: 429, message: 'You have exceeded a secondary rate limit', headers: { 'retry-after': '1' } },
    },
    { ...POST, answer: 'lost' },
  ]
  const played = await reviewed(faults, { runId: '77' })
  expect(played.job.status, played.job.log).toBe('success')
  expect(own(played)).toHaveLength(1)
  expect(own(played)[0]?.comments).toMatchObject([{ path: 'src/app.txt', line: 2 }])
  // The same job once more, as after a click on "Re-run".
  const again = await reviewed([], { runId: '77' })
  expect(again.after).toEqual(again.before)
})

const limit = (seconds: number) => ({
  ...{ 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '0' },
  'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + seconds),
})

describe('meanwhile', () => {
  test('closed', async () => {
    const close = (state: string) => shop.github.as('octo')('PATCH', `${shop.api}/pulls/${number}`, { state })
    const played = await reviewed([], {
      meanwhile: () => close('closed'),
      finally: (ended) => expectKept(ended, /closed/),
    })
    expect(own(played)).toEqual(own({ ...played, after: played.before }))
    await close('open')
  })

  test('pushed to', async () => {
    const played = await reviewed([], {
      meanwhile: () => shop.push(number, { 'src/app.txt': 'one\n4\nthree\n' }),
      finally: (ended) => expectKept(ended, /moved/),
    })
    expect(own(played)).toEqual(own({ ...played, after: played.before }))
  })

  test('pushed to by force: what was read is no ancestor of what is there', async () => {
    const { git } = shop.checkout
    const read = git('rev-parse', 'four').trim()
    const force = async () => {
      git('branch', '-f', 'four', 'main')
      await shop.push(number, { 'src/app.txt': 'one\n4\nthree\n' })
      expect(git('merge-base', '--octopus', read, 'four').trim()).toBe(git('rev-parse', 'main').trim())
    }
    const played = await reviewed([], { meanwhile: force, finally: (ended) => expectKept(ended, /moved/) })
    expect(own(played)).toEqual(own({ ...played, after: played.before }))
  })
})

test('a line that GitHub does not take: the others are posted, that one is in the summary', async () => {
  const first = { ...FINDING, title: 'Four, in digits', body: 'Words were better.' }
  const other = { ...FINDING, path: 'NEW', startLine: 1, endLine: 1, title: 'New', body: 'Why is it there?' }
  await shop.push(number, { NEW: 'new\n' })
  const answer = { status: 422, message: 'pull_request_review_thread.line must be part of the diff' }
  const faults = [
    { ...POST, answer },
    { method: 'POST', path: /\/pulls\/\d+\/comments$/, answer },
  ]
  const before = own({ after: await shop.github.dump() } as Played)
  const played = await reviewed(faults, { structured: { ...STRUCTURED, findings: [first, other] } })
  expect(played.job.status, played.job.log).toBe('success')
  const [review, ...more] = own(played).slice(before.length)
  expect(more).toEqual([])
  expect(review?.body).toContain('One thing to mend.')
  const pull = played.after.pulls.find((one) => one.number === number)
  expect(pull?.lineComments.map(({ path, line }) => [path, line])).toEqual([['src/app.txt', 2]])
  expect(played.job.summary).toContain('Why is it there?')
})

test('texts longer than GitHub takes are cut where they end whole', async () => {
  const findings = Array.from({ length: 60 }, (_, at) => ({
    ...{ ...FINDING, path: `elsewhere/${at}.txt`, title: `Long ${at}`, body: `${at} ${'words '.repeat(500)}` },
  }))
  const played = await reviewed([], { structured: { ...STRUCTURED, findings } })
  expect(played.job.status, played.job.log).toBe('success')
  const posted = played.journal.filter(({ method, path }) => method === 'POST' && path.endsWith('/reviews'))
  expect(posted.map(({ status }) => status)).toEqual([201])
  expect(own(played).at(-1)?.body).toMatch(/the rest was too long for a comment.*<!-- airlock:review [^>]*-->$/s)
})

test('a branch that somebody else moves at that moment is not overwritten', async () => {
  const event = await schedule(shop.github, '17 3 * * *', 'octo')
  const change = { steps: [bash('echo night > NIGHT')], structured: { title: 'N', body: 'B', commitMessage: 'N' } }
  shop.github.fault({ method: 'POST', path: /\/git\/refs$/, answer: { status: 409, message: 'Conflict' } })
  const refused = await play(shop, NIGHTLY, event, {
    ...change,
    finally: ({ outputs }) => expect(readFileSync(outputs.patch_file ?? '', 'utf8')).toContain('+night'),
  })
  expect(refused.after).toEqual(refused.before)
  expect(refused.job.log).toMatch(/Conflict|409/)
  const done = await play(shop, NIGHTLY, event, change)
  expect(done.after.branches['claude/nightly']?.tree.NIGHT).toBeDefined()
  const pulls = done.after.pulls.filter(({ head }) => head === 'octo:claude/nightly')
  expect(pulls).toHaveLength(1)
})

// A review on a pull request, from the example workflow: what Claude found stands on its lines, once; the next push gets
// what is new, and what was mended is marked.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pullRequest } from '../support/github-events.ts'
import { type HostedProject, hosted } from '../support/github-project.ts'
import { play } from '../support/github-run.ts'
import { runnerCommands } from '../support/runner-commands.ts'
import { bash } from '../support/scenarios.ts'
import { SHOP } from '../support/shop.ts'

const REVIEW = 'examples/workflows/review.yml'
const BOT = 'github-actions[bot]'

const total = (sign: string, more = '') =>
  `#!/bin/bash\n# Adds up two prices.\nset -eu\n\necho "$(($1 ${sign} $2))"\n${more}`

const SUBTRACTS = {
  ...{ path: 'src/total.sh', startLine: 5, endLine: 5, severity: 'high', confidence: 0.9 },
  ...{ title: 'It subtracts', body: 'The sum of 2 and 3 is -1.', suggestion: 'echo "$(($1 + $2))"' },
}
const WORDS = {
  ...{ path: 'README.md', startLine: 3, endLine: 4, severity: 'low', confidence: 0.5 },
  ...{ title: 'Prices of what?', body: 'Say whose prices these are.' },
}
const ELSEWHERE = {
  ...{ path: 'src/prices.txt', startLine: 7, endLine: 7, severity: 'medium', confidence: 0.7 },
  ...{ title: 'A wrong price', body: 'Item 7 costs more than that.' },
}

let shop: HostedProject
let number: number
beforeAll(async () => {
  shop = await hosted(SHOP, { people: { mona: 'push' } })
  number = await shop.open({
    ...{ branch: 'faster', title: 'Faster sums', body: 'It is quicker now.', by: 'mona' },
    files: { 'src/total.sh': total('-'), 'README.md': '# A shop\n\nIt adds up\nprices.\n' },
  })
})
afterAll(() => shop[Symbol.asyncDispose]())

const pushed = () => pullRequest(shop.github, number, { actor: 'mona', action: 'synchronize' })
const review = (summary: string, ...findings: object[]) => ({ summary, verdict: 'request_changes', findings })

test('each finding on its lines; what has none in the summary; a high one fails the check', async () => {
  const event = await pullRequest(shop.github, number, { actor: 'mona' })
  const played = await play(shop, REVIEW, event, {
    steps: [bash('./test.sh; gh pr diff | grep -c "^[-+]" > /tmp/lines; test "$(cat /tmp/lines)" -gt 4')],
    structured: review('The sum is wrong.', SUBTRACTS, WORDS, ELSEWHERE),
  })
  const { job, before, after, prompt } = played
  expect(prompt).toContain(`Review pull request #${number}.`)
  expect(prompt).not.toContain('It is quicker now.')
  const sha = event.payload.pull_request.head.sha
  const [pull] = before.pulls
  expect(after).toEqual({
    ...before,
    pulls: [
      {
        ...pull,
        reviews: [
          {
            ...{ user: BOT, state: 'COMMENTED', commit: sha, body: expect.stringContaining('The sum is wrong.') },
            comments: [
              {
                ...{ user: BOT, path: 'src/total.sh', line: 5, side: 'RIGHT' },
                body: expect.stringMatching(
                  /High.*It subtracts.*90% sure.*The sum of 2 and 3 is -1\..*```suggestion\necho "\$\(\(\$1 \+ \$2\)\)"\n```/s,
                ),
              },
              { user: BOT, path: 'README.md', line: 4, side: 'RIGHT', body: expect.stringContaining('whose prices') },
            ],
          },
        ],
      },
    ],
  })
  const [posted] = played.journal.filter(({ method, path }) => method === 'POST' && path.endsWith('/reviews'))
  expect(posted?.body).toMatchObject({
    ...{ event: 'COMMENT', commit_id: sha },
    comments: [{ line: 5 }, { start_line: 3, start_side: 'RIGHT', line: 4, side: 'RIGHT' }],
  })
  expect(after.pulls[0]?.reviews[0]?.body).toContain('Item 7 costs more than that.')
  expect(job.status).toBe('failure')
  expect(job.log).toContain('fail_on: high: 1 finding is at least that severe')
  const told = runnerCommands(job.log).filter(({ properties }) => properties.file === 'src/prices.txt')
  expect(told.map(({ properties: { line }, data }) => [line, data])).toEqual([
    ['7', expect.stringContaining('Item 7 costs more')],
  ])
  expect(job.summary).toContain('The sum is wrong.')
  expect(played.outputs.review_url).toContain(`/pull/${number}#pullrequestreview-`)
})

test('run again, it posts nothing twice; the next push gets what is new, and what was mended is marked', async () => {
  const again = await play(shop, REVIEW, await pushed(), { structured: review('The sum is wrong.', SUBTRACTS, WORDS) })
  expect(again.after.pulls[0]?.reviews.flatMap(({ comments }) => comments)).toHaveLength(2)

  await shop.push(number, { 'src/total.sh': total('+', 'rm -rf "$3"/*\n') }, 'Add again')
  const event = await pushed()
  const removes = { ...SUBTRACTS, startLine: 6, endLine: 6, title: 'It removes files', body: 'Of the root, perhaps.' }
  const { suggestion: _, ...plain } = removes
  const played = await play(shop, REVIEW, event, { structured: review('Better, but.', WORDS, plain) })
  const reviews = played.after.pulls[0]?.reviews ?? []
  const comments = reviews.flatMap((one) => one.comments.map(({ path, line }) => [one.commit, path, line]))
  const first = again.before.pulls[0]?.reviews[0]?.commit
  expect(comments).toEqual([
    [first, 'src/total.sh', 5],
    [first, 'README.md', 4],
    [event.payload.pull_request.head.sha, 'src/total.sh', 6],
  ])
  const [mended, kept] = reviews[0]?.comments ?? []
  expect(mended?.body).toMatch(/^✅ .*was not found again.*The sum of 2 and 3 is -1\./s)
  expect(kept?.body).toBe(again.before.pulls[0]?.reviews[0]?.comments[1]?.body)
  expect(played.after.branches).toEqual(played.before.branches)
})

test('a sticky summary is one comment, which each run brings up to date', async () => {
  const inputs = { use_sticky_comment: 'true', fail_on: 'none' }
  const first = await play(shop, REVIEW, await pushed(), { inputs, structured: review('First look.', WORDS) })
  const second = await play(shop, REVIEW, await pushed(), { inputs, structured: review('Second look.', WORDS) })
  // The workflow's own input wins over the test's, and WORDS is low.
  expect([first.job.status, second.job.status]).toEqual(['success', 'success'])
  expect(first.after.pulls[0]?.comments).toEqual([{ user: BOT, body: expect.stringContaining('First look.') }])
  expect(second.after.pulls[0]?.comments).toEqual([{ user: BOT, body: expect.stringContaining('Second look.') }])
})

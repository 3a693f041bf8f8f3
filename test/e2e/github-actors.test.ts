// Who may start a run on GitHub: people with write permission, and the bots that the workflow names. For everybody else
// nothing is started, and nothing is changed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueComment, issues, workflowRun } from '../support/github-events.ts'
import { type HostedProject, hosted } from '../support/github-project.ts'
import { type Played, play } from '../support/github-run.ts'
import { TINY } from '../support/tiny.ts'

const REPLY = 'examples/workflows/reply.yml'

let shop: HostedProject
let issue: number
beforeAll(async () => {
  const people = { mona: 'push', tess: 'triage', rita: 'pull', mallory: 'none' } as const
  shop = await hosted(TINY, { people, bots: ['dependabot', 'renovate'] })
  issue = await shop.issue('It adds up wrongly', 'Two and two make five.', 'mallory')
})
afterAll(() => shop[Symbol.asyncDispose]())

const asked = async (by: string, body = '@claude mend this, please') =>
  issueComment(shop.github, issue, await shop.comment(issue, body, by))

function expectNothing(played: Played): void {
  expect(played.prompt).toBe('')
  expect(played.result).toBeUndefined()
  expect(played.after).toEqual(played.before)
  expect(played.journal.filter(({ method }) => method !== 'GET')).toEqual([])
}

describe('refused', () => {
  test.each([
    ['mallory', /mallory may not start this: it takes write permission, and theirs is none/],
    ['rita', /theirs is read/],
    ['tess', /theirs is read/],
    ['dependabot[bot]', /dependabot\[bot\] is a bot that may not start this/],
  ])('%s', async (login, why) => {
    const played = await play(shop, REPLY, await asked(login))
    expect(played.job.status).toBe('failure')
    expect(played.job.log).toMatch(why)
    expectNothing(played)
  })

  test('a bot that is named is not another one, and a person is not a bot by name', async () => {
    const inputs = { allowed_bots: 'renovate' }
    const played = await play(shop, REPLY, await asked('dependabot[bot]'), { inputs })
    expect([played.job.status, played.job.log]).toEqual([
      'failure',
      expect.stringContaining('allowed_bots: dependabot'),
    ])
    expectNothing(played)
    const event = await asked('mallory')
    const named = await play(shop, REPLY, event, { inputs: { allowed_bots: 'mallory, mona' } })
    expect([named.job.status, named.job.log]).toEqual(['failure', expect.stringContaining('it takes write permission')])
    expectNothing(named)
  })

  test('who ran a workflow again counts like who set it off', async () => {
    const sha = await shop.push('topic', { 'src/app.txt': 'four\n' })
    const event = await workflowRun(shop.github, { name: 'CI', branch: 'topic', sha, conclusion: 'failure' }, 'mona')
    const { sender } = await asked('mallory').then(({ payload }) => payload)
    event.payload.workflow_run.triggering_actor = sender
    const played = await play(shop, 'examples/workflows/fix-ci.yml', event)
    expect([played.job.status, played.job.log]).toEqual(['failure', expect.stringContaining('mallory may not start')])
    expectNothing(played)
  })
})

describe('nothing asked for', () => {
  test('the phrase is not a word of its own', async () => {
    const played = await play(shop, REPLY, await asked('mona', 'write to me@claude.example or @claudette'))
    expect(played.job.status).toBe('success')
    expect(played.job.log).toContain('does not hold the trigger phrase')
    expectNothing(played)
  })

  test('another label', async () => {
    const other = await issues(shop.github, issue, { actor: 'mona', action: 'labeled', label: 'bug' })
    const skipped = await play(shop, 'examples/workflows/issue-to-pr.yml', other)
    expect(skipped.job.status).toBe('skipped')
    expectNothing(skipped)
  })
})

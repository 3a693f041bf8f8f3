// Answers: beside the question, once; changes on the branch that was asked about, or none where it is not ours.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyProgress } from '../../../src/claude/progress.ts'
import { gitHubClient } from '../../../src/github/client.ts'
import type { Task } from '../../../src/github/task.ts'
import { Tracking } from '../../../src/github/tracking.ts'
import { hosted } from '../../support/github-project.ts'
import { file, type Made, newFile, type Publication, published } from '../../support/publish-rig.ts'

const ME = 'github-actions[bot]'
const DIFF = 'diff --git a/b.txt b/b.txt\n--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-two\n+@mona\n'

const project = await hosted({ 'a.txt': 'one\n', 'b.txt': 'two\n' }, { people: { mona: 'push', mallory: 'none' } })
afterAll(() => project[Symbol.asyncDispose]())
const { github, api } = project

let pull = 0
let issue = 0
beforeAll(async () => {
  issue = await project.issue('A question', 'Why?')
  pull = await project.open({ branch: 'feature', files: { 'a.txt': 'ONE\n' } })
})

const trigger = { kind: 'issue-comment', id: 1, author: { login: 'octo', type: 'User' } } as const
const reply = (made: Partial<Made>): Promise<Publication> =>
  published(project, { mode: 'reply', trigger, output: { answer: 'Because of @mona.' }, patch: DIFF, ...made })
const pulls = async () => (await github.dump()).pulls
const pullOf = async (number: number) => (await pulls()).find((one) => one.number === number)

describe('an answer', () => {
  test('on an issue, once for each run', async () => {
    await reply({ number: issue })
    await reply({ number: issue })
    const done = await reply({ number: issue, run: '2', output: { answer: 'Again.' } })
    const found = (await github.dump()).issues.find(({ number }) => number === issue)?.comments
    expect(found).toEqual([
      { user: ME, body: 'Because of @\u200bmona.\n\n<!-- airlock:answer run=1 -->' },
      { user: ME, body: 'Again.\n\n<!-- airlock:answer run=2 -->' },
    ])
    expect(done.comment?.url).toContain(`issues/${issue}#`)
  })

  test('in the thread of the line that was asked about', async () => {
    const asked = { body: 'Why here?', path: 'a.txt', line: 1, side: 'RIGHT' }
    const first = await github.as('mona')('POST', `${api}/pulls/${pull}/comments`, asked)
    const second = { id: 99, kind: 'review-comment', inReplyTo: first.id } as const
    const said = [
      { ...second, author: { login: 'mona', bot: false, association: 'NONE' }, time: '', body: '', url: '' },
    ]
    const made = { number: pull, trigger: { ...trigger, kind: 'review-comment', id: 99 }, said } as const
    await reply(made)
    await reply(made)
    const { lineComments = [], comments } = (await pullOf(pull)) ?? {}
    expect(lineComments.map(({ user, body, answers }) => [user, body, answers])).toEqual([
      ['mona', 'Why here?', undefined],
      [ME, 'Because of @\u200bmona.\n\n<!-- airlock:answer run=1 -->', 'Why here?'],
    ])
    expect(comments).toEqual([])
  })
})

describe('changes', () => {
  test('asked for on an issue become a pull request that is named in the answer', async () => {
    const done = await reply({
      number: issue,
      run: '3',
      files: [file(project, 'a.txt', 'x\n')],
      output: { answer: 'Done.', title: 'T' },
    })
    const opened = await pullOf(done.pullRequest?.number ?? 0)
    expect(opened).toMatchObject({ title: 'T', head: `octo:claude/issue-${issue}-20261124-1020` })
    const comments = (await github.dump()).issues.find(({ number }) => number === issue)?.comments
    expect(comments?.at(-1)?.body).toBe(`Done.\n\nPull request: #${opened?.number}\n\n<!-- airlock:answer run=3 -->`)
  })

  test('asked for on a pull request go on top of its branch; what is there already is not done twice', async () => {
    const head = project.checkout.git('rev-parse', 'feature').trim()
    const made = { number: pull, run: '4', workedOn: head, files: [file(project, 'b.txt', 'x\n', '100644', 'feature')] }
    const done = await reply(made)
    const branch = (await github.dump()).branches.feature
    expect(branch).toMatchObject({ sha: done.branch?.sha, parents: [head], message: 'A change\n\nAirlock-Run: 4' })
    const again = await reply(made)
    expect((await github.dump()).branches.feature).toEqual(branch)
    expect(again.unpublished).toEqual([])
    // Somebody pushes in between: elsewhere it is built upon, in the same file it is left alone.
    const elsewhere = await reply({ ...made, run: '5', files: [newFile('c.txt', 'c\n')] })
    expect(elsewhere.notes).toContain(
      'feature is not the commit that Claude worked on: the change was applied on top of it',
    )
    const before = await github.dump()
    const refused = await reply({ ...made, run: '6', files: [file(project, 'b.txt', 'y\n', '100644', 'feature')] })
    expect(refused.unpublished).toEqual([
      expect.stringMatching(/^the changes: feature has other contents .*b\.txt.*changes\.patch$/),
    ])
    expect((await github.dump()).branches).toEqual(before.branches)
    const answer = (await pullOf(pull))?.comments.at(-1)?.body ?? ''
    expect(answer).toMatch(/Because of @\u200bmona\.[\s\S]*⚠️ Not published[\s\S]*```diff\ndiff --git a\/b\.txt/)
  })

  test('for a fork go nowhere: its commits never come into this repository', async () => {
    const number = await project.open({ branch: 'patch-1', files: { 'a.txt': 'evil\n' }, fork: 'mallory' })
    const before = await github.dump()
    const done = await reply({ number, run: '7', files: [file(project, 'b.txt', 'x\n')] })
    const after = await github.dump()
    expect(after.branches).toEqual(before.branches)
    expect(after.pulls.length).toBe(before.pulls.length)
    expect(done.unpublished).toEqual([expect.stringContaining('the branch is a fork’s')])
    expect((await pullOf(number))?.comments.at(-1)?.body).toContain('```diff')
  })

  test('for a pull request that was closed meanwhile become one of their own', async () => {
    const number = await project.open({ branch: 'closed', files: { 'z.txt': 'z\n' } })
    await github.as('octo')('PATCH', `${api}/pulls/${number}`, { state: 'closed' })
    const before = (await github.dump()).branches.closed
    const done = await reply({ number, run: '8', files: [file(project, 'b.txt', 'x\n')] })
    expect((await github.dump()).branches.closed).toEqual(before)
    expect(done.branch?.name).toBe(`claude/pr-${number}-20261124-1020`)
  })
})

describe('the progress', () => {
  test('is one comment, edited as there is news, and closed with what came of it', async () => {
    const number = await project.issue('To do', 'x')
    const client = gitHubClient({ token: await github.token(), apiUrl: github.url, secondMs: 20 })
    const deps = { github: client, jobUrl: `${github.server}/job/1`, workflowRunId: '9', everyMs: 100 }
    const cleaning = { policy: { allowedLinkHosts: [], mentions: false }, secrets: [] }
    const task: Task = {
      ...{
        mode: 'pr' as const,
        repository: { owner: 'octo', name: 'shop', defaultBranch: 'main' },
        baseBranch: 'main',
      },
      ...{ subject: { kind: 'issue' as const, number }, event: { name: 'issues', time: '', actor: trigger.author } },
    }
    const tracking = await Tracking.start(task, { ...deps, cleaning, host: { warning: () => {} } })
    const steps = Array.from({ length: 50 }, (_, at) => ({
      id: String(at),
      tool: 'Bash',
      subject: `step ${at} of @mona`,
    }))
    for (const [at, tool] of steps.entries()) {
      const todos = [{ id: '1', text: 'Ask @mona', state: at > 40 ? 'completed' : 'in_progress' }] as const
      tracking?.update({ ...emptyProgress(), todos, tools: [tool] })
      await new Promise((later) => setTimeout(later, 10))
    }
    const commentOf = async () => (await github.dump()).issues.find((one) => one.number === number)?.comments
    // The client paces what it writes: the last news is there in its own time.
    await expect.poll(commentOf, { timeout: 20_000 }).toEqual([
      {
        user: ME,
        body: expect.stringMatching(
          /^\*\*Claude is working\*\* · \[job\]\(http.*\n\n- \[x\] Ask @\u200bmona\n\nNow: `Bash` `step 49 of @mona`/,
        ),
      },
    ])
    await tracking?.stop()
    // Nothing comes after the end.
    tracking?.update({ ...emptyProgress(), tools: steps.slice(0, 1) })
    await published(project, {
      ...{ mode: 'pr', number, run: '9', files: [file(project, 'b.txt', 'x\n')] },
      ...{ output: { title: 'T', body: 'What was done.', commitMessage: 'M', answer: 'All done.' } },
      ...(tracking ? { trackingComment: tracking.id } : {}),
    })
    expect(await commentOf()).toEqual([
      {
        user: ME,
        body: expect.stringMatching(
          /^\*\*Claude is done\*\* after 31\.2 s · \[job\]\(.*\) · #\d+ · `claude\/issue-\d+-20261124-1020`\n\nAll done\.\n\nPull request: #\d+\n\n<details><summary>1 finding of the audit allowed on purpose<\/summary>\n\n- AL107 [^\n]*\n\n<\/details>\n\n<sub>7 turns · \$0\.049 · 31\.2 s<\/sub>\n\n<!-- airlock:tracking run=9 -->$/,
        ),
      },
    ])
  })

  test('tells of a run that failed', async () => {
    const number = await project.issue('To fail', 'x')
    const { id } = await github.as('octo')('POST', `${api}/issues/${number}/comments`, { body: 'Working' })
    const error = { kind: 'claude', message: 'the turns were used up, @mona' } as const
    await reply({ number, trackingComment: id, files: [newFile('n', 'n')], result: { conclusion: 'failure', error } })
    const body = (await github.dump()).issues.find((one) => one.number === number)?.comments[0]?.body
    expect(body).toMatch(
      /^\*\*The run failed\*\* after[\s\S]*the turns were used up, @\u200bmona[\s\S]*Not published: what Claude had done/,
    )
  })
})

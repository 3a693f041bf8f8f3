// Claude answers whoever asks: on an issue, a pull request, a line of it; what it changes goes to the pull request's own
// branch. A fork's never does. Prompts that were written for claude-code-action work as they are.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueComment, pullRequest, reviewComment } from '../support/github-events.ts'
import { type HostedProject, hosted } from '../support/github-project.ts'
import { play } from '../support/github-run.ts'
import { runnerCommands } from '../support/runner-commands.ts'
import { bash } from '../support/scenarios.ts'
import { SHOP } from '../support/shop.ts'

const REPLY = 'examples/workflows/reply.yml'
const BOT = 'github-actions[bot]'
const SUBTRACTS = '#!/bin/bash\n# Adds up two prices.\nset -eu\n\necho "$(($1 - $2))"\n'
const mend = bash('! ./test.sh && sed -i "s/ - / + /" src/total.sh && ./test.sh')

let shop: HostedProject
let number: number
beforeAll(async () => {
  shop = await hosted(SHOP, { people: { mona: 'push', mallory: 'none' }, bots: ['helper'] })
  const files = { 'src/total.sh': SUBTRACTS, 'README.md': '# A shop\n\nIt adds up\nprices.\n' }
  number = await shop.open({ branch: 'sums', title: 'Sums', files, by: 'mona' })
})
afterAll(() => shop[Symbol.asyncDispose]())

test('a comment on a pull request: the change is pushed to its branch, and answered', async () => {
  const asked = await shop.comment(number, '@claude the sum is wrong, mend it', 'mona')
  const event = await issueComment(shop.github, number, asked)
  const played = await play(shop, REPLY, event, {
    steps: [mend],
    structured: { answer: 'It subtracted. Now it adds.', commitMessage: 'Add instead of subtracting' },
  })
  const { before, after, job, prompt } = played
  expect(job.status, job.log).toBe('success')
  expect(prompt).toMatch(/This is what mona asks:\n\n> @claude the sum is wrong, mend it/)
  const [pull] = before.pulls
  const { sums, main } = before.branches
  const total = main?.tree['src/total.sh'] ?? ''
  expect(after).toEqual({
    ...before,
    branches: {
      main,
      sums: {
        ...{ sha: played.after.branches.sums?.sha, parents: [sums?.sha], author: expect.any(String) },
        message: expect.stringContaining('Add instead of subtracting'),
        tree: { ...sums?.tree, 'src/total.sh': total },
      },
    },
    pulls: [
      {
        ...pull,
        comments: [
          ...(pull?.comments ?? []),
          { user: BOT, body: expect.stringMatching(/Claude is done.*It subtracted\. Now it adds\./s) },
        ],
      },
    ],
  })
  expect(after.branches.sums?.sha).not.toBe(sums?.sha)
})

test('a comment on a line is answered in its thread', async () => {
  const { body } = await shop.github.as('mona')('GET', `${shop.api}/pulls/${number}`)
  expect(body).toBe('')
  const asked = await shop.github.as('mona')('POST', `${shop.api}/pulls/${number}/comments`, {
    ...{ path: 'src/total.sh', line: 2, side: 'RIGHT', body: '@claude why two?' },
  })
  const event = await reviewComment(shop.github, number, asked)
  const played = await play(shop, REPLY, event, { structured: { answer: 'Because of the till.' } })
  expect(played.job.status, played.job.log).toBe('success')
  expect(played.prompt).toContain('about src/total.sh line 2')
  const before = played.before.pulls[0]?.lineComments ?? []
  const answer = { user: BOT, body: expect.stringContaining('Because of the till.'), answers: '@claude why two?' }
  expect(played.after.pulls[0]?.lineComments).toEqual([...before, expect.objectContaining(answer)])
  expect(played.after.branches).toEqual(played.before.branches)
})

test('an issue: a bot that is allowed asks, a pull request comes of it and the answer names it', async () => {
  const issue = await shop.issue('Say hello', 'The shop should say hello.', 'octo')
  const asked = await shop.comment(issue, '@claude please', 'helper[bot]')
  const played = await play(shop, REPLY, await issueComment(shop.github, issue, asked), {
    ...{ steps: [bash('echo hello > HELLO')], inputs: { allowed_bots: 'helper' } },
    structured: { answer: 'It says hello.', title: 'Say hello', body: 'A greeting.', commitMessage: 'Say hello' },
  })
  expect(played.job.status, played.job.log).toBe('success')
  const pull = played.after.pulls.at(-1)
  expect(pull).toMatchObject({ title: 'Say hello', base: 'main', user: BOT, draft: false })
  const comments = played.after.issues.find((one) => one.number === issue)?.comments ?? []
  expect(comments.map(({ body }) => body).join('\n')).toMatch(new RegExp(`It says hello\\..*#${pull?.number}`, 's'))
})

test('claude-code-action’s prompt, tools and inputs', async () => {
  const event = await pullRequest(shop.github, number, { actor: 'mona' })
  const inline = { path: 'README.md', line: 3, body: 'Quote this.', side: 'RIGHT' }
  const played = await play(shop, 'test/fixtures/workflows/moved.yml', event, {
    steps: [
      bash('gh pr view && gh pr diff && gh pr view --json title,author'),
      { tool: 'mcp__github_inline_comment__create_inline_comment', input: inline },
      { tool: 'mcp__github_comment__update_claude_comment', input: { body: 'Looking…' } },
      bash(`gh pr comment ${number} --body "On the whole: fine."`),
    ],
    text: 'Reviewed.',
  })
  expect(played.job.status, played.job.log).toBe('success')
  expect(played.prompt).toContain(`PR NUMBER: ${number}`)
  const pull = played.after.pulls.find((one) => one.number === number)
  const earlier = played.before.pulls.find((one) => one.number === number)?.comments.length ?? 0
  expect(pull?.comments.slice(earlier).map(({ user, body }) => [user, body])).toEqual(
    expect.arrayContaining([
      [BOT, expect.stringContaining('On the whole: fine.')],
      [BOT, expect.stringContaining('Looking…')],
    ]),
  )
  const lines = [...(pull?.reviews.flatMap(({ comments }) => comments) ?? []), ...(pull?.lineComments ?? [])]
  expect(lines.filter(({ body }) => body.includes('Quote this.'))).toMatchObject([{ path: 'README.md', line: 3 }])
  const warnings = runnerCommands(played.job.log).filter(({ command }) => command === 'warning')
  expect(warnings.map(({ data }) => data).join('\n')).toContain('use_commit_signing')
})

describe('a fork', () => {
  let fork: number
  beforeAll(async () => {
    fork = await shop.open({ branch: 'patch-1', files: { 'README.md': '# Mine\n' }, fork: 'mallory', title: 'Mine' })
  })
  const findings = [
    {
      ...{ path: 'README.md', startLine: 1, endLine: 1, severity: 'medium', confidence: 1 },
      ...{ title: 'Not yours', body: 'The shop is not yours.' },
    },
  ]

  test('with a token that only reads: the findings go to summary and annotations, and the job does not fail', async () => {
    const event = await pullRequest(shop.github, fork, { actor: 'mallory' })
    const played = await play(shop, 'test/fixtures/workflows/forks.yml', event, {
      structured: { summary: 'It claims the shop.', verdict: 'comment', findings },
    })
    expect(played.after).toEqual(played.before)
    expect(played.job.status, played.job.log).toBe('success')
    expect(played.job.summary).toMatch(/It claims the shop\..*The shop is not yours\./s)
    const told = runnerCommands(played.job.log).filter(({ properties }) => properties.file === 'README.md')
    expect(told).toMatchObject([{ data: expect.stringContaining('The shop is not yours.') }])
  })

  test('what Claude changes for it is shown, and goes into no branch', async () => {
    const asked = await shop.comment(fork, '@claude name the owner', 'mona')
    const played = await play(shop, REPLY, await issueComment(shop.github, fork, asked), {
      ...{ steps: [bash('cat README.md; echo "# Octo" > README.md')], structured: { answer: 'Named.' } },
    })
    expect(played.after.branches).toEqual(played.before.branches)
    const comments = played.after.pulls.find((one) => one.number === fork)?.comments ?? []
    expect(comments.at(-1)?.body).toMatch(/Named\..*fork.*\+# Octo/s)
  })
})

// Before the run: what is asked of GitHub, and what is refused before anything is.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { planRun } from '../../../src/github/plan.ts'
import { allowedEnvironment, hostProcess } from '../../../src/ports/process.ts'
import { byInputs, project } from '../request/given.ts'
import { AT, BASE, PAYLOADS } from './events.ts'
import { type Answers, fakeGitHub } from './fake.ts'

const folder = project()
const elsewhere = mkdtempSync(join(tmpdir(), 'airlock-plan-'))
afterAll(() => {
  for (const path of [folder, elsewhere]) rmSync(path, { recursive: true, force: true })
})

const R = '/repos/octo/shop'
const MAY = { [`GET ${R}/collaborators/ann/permission`]: { permission: 'write' } }
const ISSUE = {
  ...MAY,
  [`GET ${R}/issues/5`]: { number: 5, state: 'open', user: { login: 'bob' }, html_url: 'https://x/5', created_at: AT },
  [`GET ${R}/issues/5/comments`]: [],
}

function plan(
  name: string,
  payload: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, string>>,
  answers: Answers = {},
) {
  const token = inputs.github_token ?? 'ghs_x'
  const event = { GITHUB_EVENT_PATH: '/e', GITHUB_EVENT_NAME: name }
  const given = byInputs({ anthropic_api_key: 'k', ...inputs, github_token: token }, folder, event)
  const github = fakeGitHub(answers)
  const source = {
    ...{ name, payload, repository: 'octo/shop', actor: 'ann', apiUrl: 'https://api.github.com', runId: '1' },
    ...{ serverUrl: 'http://127.0.0.1:9', runAttempt: '1', sha: BASE, refName: 'trunk' },
  }
  const planned = planRun(name === '' ? undefined : source, given.request, given.github, {
    process: hostProcess(allowedEnvironment({ PATH: process.env.PATH ?? '', HOME: elsewhere })),
    client: () => github,
    signal: new AbortController().signal,
    now: () => AT,
  })
  return { planned, github }
}

const REPOSITORY = { repository: { default_branch: 'trunk' }, sender: { login: 'ann', type: 'User' } }

test('a prompt on a schedule with mode: run is the run alone, and GitHub is not asked', async () => {
  const { planned, github } = plan('schedule', REPOSITORY, { prompt: 'x', mode: 'run' })
  expect(await planned).toMatchObject({ kind: 'alone' })
  expect(github.asked).toEqual([])
})

test('what asks for nothing is skipped, and GitHub is not asked', async () => {
  const { planned, github } = plan('issue_comment', PAYLOADS.comment('hello'), {})
  expect(await planned).toMatchObject({ kind: 'skip' })
  expect(github.asked).toEqual([])
})

test('a comment that asks: who may is the first question, then the context; the prompt has a schema', async () => {
  const { planned, github } = plan('issue_comment', PAYLOADS.comment('@claude'), {}, ISSUE)
  const about = await planned
  expect(github.asked[0]).toBe(`GET ${R}/collaborators/ann/permission`)
  if (about.kind !== 'about') throw new Error(about.kind)
  const { request, task, sources, workedOn } = about
  expect([task.mode, task.baseBranch, sources, workedOn]).toEqual(['reply', 'trunk', undefined, ''])
  expect(request.claude.args.slice(0, -1)).toEqual(['--json-schema'])
  expect([...(request.briefing?.files.keys() ?? [])]).toEqual(expect.arrayContaining(['README.md', 'gh/kind']))
  expect(request.briefing?.subject).toBe('issue')
})

test('somebody who may not: nothing else is asked', async () => {
  const { planned, github } = plan(
    'issue_comment',
    PAYLOADS.comment('@claude'),
    {},
    { ...ISSUE, ...{ [Object.keys(MAY)[0] ?? '']: { permission: 'read' } } },
  )
  await expect(planned).rejects.toThrow('ann may not start this')
  expect(github.asked).toHaveLength(1)
})

test('a run whose job may not read its event goes on without it; a reply does not', async () => {
  const run = await plan('issue_comment', PAYLOADS.comment('x'), { prompt: 'do it' }, MAY).planned
  expect(run).toMatchObject({ kind: 'about', context: undefined, notes: [expect.stringContaining('told nothing')] })
  await expect(plan('issue_comment', PAYLOADS.comment('@claude'), {}, MAY).planned).rejects.toMatchObject({
    status: 404,
  })
})

describe('refused', () => {
  test.each([
    ['no token', 'issue_comment', PAYLOADS.comment('@claude'), { github_token: '' }, 'github_token is empty'],
    ['a mode without an event', '', {}, { prompt: 'x', mode: 'review' }, 'needs the event'],
    [
      'another schema than the mode’s',
      ...(['issue_comment', PAYLOADS.comment('@claude'), { claude_args: "--json-schema '{}'" }] as const),
      '--json-schema can',
    ],
    [
      'a fork’s configuration',
      ...(['pull_request', PAYLOADS.pull('opened', { from: 'mallory/shop' }), { trust_head_config: 'true' }] as const),
      'configuration of a fork is never trusted',
    ],
    ['commits that can not be had', 'pull_request', PAYLOADS.pull('opened'), {}, 'fetching'],
  ])('%s', async (_what, name, payload, inputs, message) => {
    const pulls = Object.fromEntries(
      ['pulls/7', 'issues/7/comments', 'pulls/7/reviews', 'pulls/7/comments', 'pulls/7/commits', 'pulls/7/files'].map(
        (path) => [`GET ${R}/${path}`, path === 'pulls/7' ? { number: 7, user: { login: 'ann' } } : []],
      ),
    )
    const { planned } = plan(name, payload, inputs as Record<string, string>, { ...ISSUE, ...pulls })
    await expect(planned).rejects.toMatchObject({ kind: 'input', message: expect.stringContaining(message) })
  })
})

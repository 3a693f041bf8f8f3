import { describe, expect, test } from 'vitest'
import { checkActors, type PermissionPolicy } from '../../../src/github/permission.ts'
import { event, PAYLOADS } from './events.ts'
import { fakeGitHub, status } from './fake.ts'

const STRICT: PermissionPolicy = { allowedBots: [], allowedNonWriteUsers: [] }
const permission = (login: string) => `GET /repos/octo/shop/collaborators/${login}/permission`

const GITHUB = {
  [permission('admin')]: { permission: 'admin' },
  [permission('ann')]: { permission: 'write' },
  [permission('bob')]: { permission: 'write' },
  [permission('reader')]: { permission: 'read' },
  [permission('dependabot')]: { permission: 'none' },
  [permission('odd')]: {},
  'GET /users/renovate': { login: 'renovate', type: 'Bot' },
  'GET /users/ann': { login: 'ann', type: 'User' },
}

type Row = readonly [
  login: string,
  type: string | undefined,
  policy: Partial<PermissionPolicy>,
  outcome: 'may' | RegExp,
]

const ROWS: readonly Row[] = [
  ['ann', 'User', {}, 'may'],
  ['admin', 'User', {}, 'may'],
  ['reader', 'User', {}, /write permission, and theirs is read/],
  ['stranger', 'User', {}, /theirs is none/],
  ['odd', 'User', {}, /theirs is unknown/],
  ['reader', 'User', { allowedNonWriteUsers: ['Reader'] }, 'may'],
  ['reader', 'User', { allowedNonWriteUsers: ['read'] }, /write permission/],
  ['stranger', 'User', { allowedNonWriteUsers: '*' }, 'may'],
  ['dependabot[bot]', 'Bot', {}, /bot that may not/],
  ['dependabot[bot]', 'Bot', { allowedBots: ['dependabot[bot]'] }, 'may'],
  ['dependabot[bot]', 'Bot', { allowedBots: ['dependabot'] }, 'may'],
  ['dependabot-evil[bot]', 'Bot', { allowedBots: ['dependabot'] }, /bot that may not/],
  ['any[bot]', 'Bot', { allowedBots: '*' }, 'may'],
  // A person who took the name of a bot that may.
  ['dependabot', 'User', { allowedBots: ['dependabot'] }, /write permission/],
  ['dependabot', 'User', { allowedBots: '*' }, /write permission/],
  ['any[bot]', 'Bot', { allowedNonWriteUsers: '*' }, /bot that may not/],
  ['octo-org', 'Organization', {}, /no person/],
  // The event does not say what kind of account it is: GitHub is asked.
  ['renovate', undefined, {}, /bot that may not/],
  ['ann', undefined, {}, 'may'],
]

test.each(ROWS)('%s (%s) with %j: %s', async (login, type, policy, outcome) => {
  const sent = event('issue_comment', { ...PAYLOADS.comment('@claude'), sender: { login, type } })
  const checked = checkActors(sent, { ...STRICT, ...policy }, fakeGitHub(GITHUB))
  if (outcome === 'may') await expect(checked).resolves.toBeDefined()
  else await expect(checked).rejects.toMatchObject({ kind: 'input', message: expect.stringMatching(outcome) })
})

test('somebody without write permission who may is noted', async () => {
  const sent = event('issues', { ...PAYLOADS.issue('opened'), sender: { login: 'reader', type: 'User' } })
  const notes = await checkActors(sent, { ...STRICT, allowedNonWriteUsers: ['reader'] }, fakeGitHub(GITHUB))
  expect(notes).toEqual([expect.stringContaining('reader has no write permission')])
})

describe('the run of another workflow', () => {
  const run = (actor: string, again: string) => {
    const of = (login: string) => ({ login, type: 'User' })
    return event('workflow_run', PAYLOADS.workflowRun({ actor: of(actor), triggering_actor: of(again) }))
  }

  test.each([
    ['ann', 'bob', true],
    ['ann', 'reader', false],
    ['reader', 'ann', false],
  ])('of %s, run again by %s: %j', async (actor, again, may) => {
    const checked = checkActors(run(actor, again), STRICT, fakeGitHub(GITHUB))
    if (may) await expect(checked).resolves.toEqual([])
    else await expect(checked).rejects.toThrow('reader may not start this')
  })

  test('that names nobody is refused', async () => {
    const anonymous = event('workflow_run', PAYLOADS.workflowRun({ actor: null, triggering_actor: null }))
    await expect(checkActors(anonymous, STRICT, fakeGitHub(GITHUB))).rejects.toThrow('nobody')
  })
})

test('a push needs no question: who can push has write permission', async () => {
  const github = fakeGitHub({})
  await checkActors(event('push', { sender: { login: 'stranger', type: 'User' } }), STRICT, github)
  expect(github.asked).toEqual([])
})

test('an answer that does not come lets nobody in', async () => {
  const sent = event('issue_comment', PAYLOADS.comment('@claude'))
  const github = fakeGitHub({ [permission('ann')]: status(403) })
  await expect(checkActors(sent, STRICT, github)).rejects.toMatchObject({ status: 403, kind: 'input' })
})

// The tracking comment is rate-limit friendly: news within the interval come to one edit, and a refusal ends it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { emptyProgress } from '../../../src/claude/progress.ts'
import type { Task } from '../../../src/github/task.ts'
import { Tracking } from '../../../src/github/tracking.ts'
import { failure, fakeGitHub } from './fake-github.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const TASK: Task = {
  ...{ mode: 'review', repository: { owner: 'o', name: 'r', defaultBranch: 'main' }, baseBranch: 'main' },
  subject: { kind: 'issue', number: 1 },
  event: { name: 'issues', time: '', actor: { login: 'octo', type: 'User' } },
}
const working = (at: number) => ({
  ...emptyProgress(),
  tools: [{ id: String(at), tool: 'Bash', subject: `step ${at}` }],
})

async function rig(onEdit: () => unknown = () => ({})) {
  const warnings: string[] = []
  const { github, asked } = fakeGitHub(({ route }) => {
    if (route === 'GET /user') return { login: 'me' }
    if (route.startsWith('GET')) return []
    return route.startsWith('POST') ? { id: 7, html_url: 'u' } : onEdit()
  })
  const tracking = await Tracking.start(TASK, {
    ...{ github, host: { warning: (text) => void warnings.push(text) }, jobUrl: 'https://x/job', workflowRunId: '1' },
    ...{ cleaning: { policy: { allowedLinkHosts: [], mentions: false }, secrets: [] }, everyMs: 10_000 },
  })
  if (!tracking) throw new Error('no comment')
  const edits = () =>
    asked.flatMap(({ route, parameters }) => (route.startsWith('PATCH') ? [String(parameters.body)] : []))
  return { tracking, edits, warnings }
}

test('a minute of news is six edits, each of the newest', async () => {
  const { tracking, edits } = await rig()
  for (let at = 1; at <= 600; at++) {
    tracking.update(working(at))
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(edits().at(-1)).toMatch(/step 5\d\d|step 600/)
  expect(edits().length).toBeGreaterThanOrEqual(5)
  expect(edits().length).toBeLessThanOrEqual(6)
})

test('without news there is no edit, and after the end none', async () => {
  const { tracking, edits } = await rig()
  tracking.update(working(1))
  await vi.advanceTimersByTimeAsync(30_000)
  tracking.update(working(1))
  await vi.advanceTimersByTimeAsync(30_000)
  expect(edits()).toHaveLength(1)
  tracking.update(working(2))
  await tracking.stop()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(edits()).toHaveLength(1)
})

test('a slow answer is waited for, and what came meanwhile follows', async () => {
  const { tracking, edits } = await rig(() => new Promise((later) => setTimeout(() => later({}), 25_000)))
  tracking.update(working(1))
  await vi.advanceTimersByTimeAsync(11_000)
  tracking.update(working(2))
  await vi.advanceTimersByTimeAsync(20_000)
  expect(edits()).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(edits()).toHaveLength(2)
})

test('when GitHub refuses, it is said once and the work goes on', async () => {
  const { tracking, edits, warnings } = await rig(() => Promise.reject(failure('forbidden')))
  for (let at = 0; at < 3; at++) {
    tracking.update(working(at))
    await vi.advanceTimersByTimeAsync(20_000)
  }
  expect([edits().length, warnings.length]).toEqual([1, 1])
})

test('on nothing there is no comment', async () => {
  const { github } = fakeGitHub(() => ({}))
  const deps = { github, host: { warning: () => {} }, jobUrl: '', workflowRunId: '1' }
  const cleaning = { policy: { allowedLinkHosts: [], mentions: false }, secrets: [] }
  expect(await Tracking.start({ ...TASK, subject: { kind: 'none' } }, { ...deps, cleaning })).toBeUndefined()
})

// Each limit ends the run with its own error, and the work so far is kept.
import { cpus } from 'node:os'
import { expect, test } from 'vitest'
import { run, temporaryFolder } from '../support/airlock.ts'
import { NOTHING, runObjects } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { tiny } from '../support/tiny.ts'

const WORK = 'echo half done > HALF'

async function limited(commands: readonly string[], args: readonly string[]) {
  using project = tiny()
  using folder = temporaryFolder('limit')
  const model = await startModel({ scenario: { kind: 'bash', commands: [WORK, ...commands] } })
  const ended = await run(project.directory, folder.path, args, { model: model.url })
  await model.stop()
  expect(project.git('status', '--porcelain')).toBe('')
  expect(runObjects(ended.result.runId)).toEqual(NOTHING)
  expect(ended.patch).toContain('+half done')
  return ended
}

const ENDING: readonly (readonly [string, readonly string[], readonly string[], RegExp])[] = [
  ['time', ['tail -f /dev/null'], ['--timeout-minutes', '0.1'], /its time of 0\.1 minutes was over/],
  ['turns', ['true', 'true', 'true', 'true'], ['--max-turns', '3'], /stopped after 3 turns/],
  [
    'output',
    Array<string>(45).fill("head -c 29000 /dev/zero | tr '\\0' x"),
    ['--max-output', '1m'],
    /its output passed 1 MiB/,
  ],
  ['cost', ['true', 'true', 'true', 'true', 'true'], ['--max-cost-usd', '0.01'], /the run had cost \$0\.0\d/],
]

test.each(ENDING)('%s', async (_, commands, args, message) => {
  const { exitCode, result } = await limited(commands, args)
  expect(result.error?.message).toMatch(message)
  expect(result.error?.next).toBeTruthy()
  expect(exitCode).toBe(6)
})

test('memory: what takes too much is killed, Claude hears of it and goes on', async () => {
  // Pages of /dev/zero kept in a shell variable are not: tail keeps its one endless line in memory.
  const eat = 'tail /dev/zero; echo "ended with $?" > ATE'
  const { exitCode, patch, stderr } = await limited([eat], ['--memory', '700m'])
  expect(exitCode, stderr).toBe(0)
  expect(patch).toContain('+ended with 137')
})

test.each([
  ['0.5', 0.5],
  ['1000', cpus().length],
])('processors: %s are given as far as the engine has them', async (asked, given) => {
  const quota = 'cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us > QUOTA 2> /dev/null; true'
  const { patch } = await limited([quota], ['--cpus', asked])
  expect(patch).toMatch(new RegExp(`^\\+${given * 100_000}( |$)`, 'm'))
})

// How many it could start is written down by the shell itself: that takes no process.
const BOMB = "sh -c 'i=0; while [ $i -lt 400 ]; do sleep 2 & i=$((i+1)); echo $i > FORKED; done; wait'; echo"
const forkedIn = (patch: string) => Number(/\+\+\+ b\/FORKED\n@@.*\n\+(\d+)/.exec(patch)?.[1])

test('processes: a fork bomb stops at the limit and takes nobody along', async () => {
  const { patch } = await limited([BOMB, 'echo still here > ALIVE'], ['--pids-limit', '200'])
  expect(patch).toContain('+still here')
  expect(forkedIn(patch)).toBeGreaterThan(50)
  expect(forkedIn(patch)).toBeLessThan(200)
})

test('control: within the limit all of them live', async () => {
  const { patch } = await limited([BOMB], [])
  expect(forkedIn(patch)).toBe(400)
})

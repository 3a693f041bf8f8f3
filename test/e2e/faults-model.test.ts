// The model fails in the middle of the work: the message names the cause, and the work so far is on disk.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { run, temporaryFolder } from '../support/airlock.ts'
import { NOTHING, runObjects } from '../support/engine-state.ts'
import { type Scenario, startModel } from '../support/model.ts'
import { tiny } from '../support/tiny.ts'

const after = ['echo half done > HALF']

// Claude Code asks ten times, with pauses that grow. Two are enough to see how it ends.
const FEW_TRIES = JSON.stringify({ env: { CLAUDE_CODE_MAX_RETRIES: '2' } })

const FAULTS: readonly (readonly [string, Scenario, RegExp])[] = [
  ['refuses the credential', { kind: 'error', status: 401, after }, /refused the credential \(401\)/],
  ['has had enough', { kind: 'error', status: 429, after }, /refused more requests \(429\)/],
  ['fails', { kind: 'error', status: 500, after }, /failed \(500\)/],
  ['is overloaded', { kind: 'error', status: 529, after }, /overloaded \(529\)/],
  ['breaks off its answers', { kind: 'cut', after }, /connection to the model's API was cut/],
]

test.each(FAULTS)('the model %s', async (_, scenario, message) => {
  using project = tiny()
  using folder = temporaryFolder('fault')
  const model = await startModel({ scenario })
  const ended = await run(project.directory, folder.path, ['--settings', FEW_TRIES], { model: model.url })
  await model.stop()
  expect(ended.exitCode, ended.stderr).toBe(6)
  expect(ended.result.error?.message).toMatch(message)
  expect(ended.result.error?.next).toBeTruthy()
  expect(ended.patch).toContain('+half done')
  expect(readFileSync(ended.result.output.transcript ?? '', 'utf8')).toContain('echo half done')
  expect(project.git('status', '--porcelain')).toBe('')
  expect(runObjects(ended.result.runId)).toEqual(NOTHING)
})

test('the model is not there', async () => {
  using project = tiny()
  using folder = temporaryFolder('fault')
  const closed = await closedPort()
  const ended = await run(project.directory, folder.path, ['--settings', FEW_TRIES], {
    model: `http://127.0.0.1:${closed}`,
  })
  expect(ended.exitCode, ended.stderr).toBe(6)
  expect(ended.result.error?.message).toMatch(/gateway could not reach the model's API/)
  expect(runObjects(ended.result.runId)).toEqual(NOTHING)
})

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

// Nobody reads what is printed any more, or what is to be kept finds no room on this machine: no work is lost for it.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { endOf, run, runIdOf, startRun, temporaryFolder } from '../support/airlock.ts'
import { docker, NOTHING, runObjects } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { tiny } from '../support/tiny.ts'

const WORK = 'echo half done > HALF'

test('a reader that goes away (`2>&1 | head`) does not end the run', async () => {
  using project = tiny()
  using folder = temporaryFolder('deaf')
  const model = await startModel({ scenario: { kind: 'bash', commands: [WORK] } })
  const running = startRun(project.directory, folder.path, [], { model: model.url })
  await running.says('Preparing')
  const runId = runIdOf(running)
  running.child.stdout?.destroy()
  running.child.stderr?.destroy()
  const ended = await endOf(running, folder.path)
  await model.stop()
  expect(ended.exitCode).toBe(0)
  expect(ended.patch).toContain('+half done')
  expect(runObjects(runId)).toEqual(NOTHING)
})

test('a terminal that is closed cancels it, and the work so far is kept', async () => {
  using project = tiny()
  using folder = temporaryFolder('hangup')
  const model = await startModel({ scenario: { kind: 'bash', commands: [WORK, 'tail -f /dev/null'] } })
  const running = startRun(project.directory, folder.path, [], { model: model.url })
  await running.says('tail -f /dev/null')
  const runId = runIdOf(running)
  running.child.stdout?.destroy()
  running.child.stderr?.destroy()
  running.child.kill('SIGHUP')
  const ended = await endOf(running, folder.path)
  await model.stop()
  expect(ended.exitCode).toBe(129)
  expect(ended.result.conclusion).toBe('cancelled')
  expect(ended.patch).toContain('+half done')
  expect(runObjects(runId)).toEqual(NOTHING)
})

/** A file of the output folder that takes nothing, as on a disk that is full. */
function fullDisk(folder: string, file: string): string {
  mkdirSync(join(folder, 'out'))
  symlinkSync('/dev/full', join(folder, 'out', file))
  return join(folder, 'out')
}

test('no room for the transcript: Claude is stopped, what it did is kept', async () => {
  using project = tiny()
  using folder = temporaryFolder('full')
  const output = fullDisk(folder.path, 'transcript.jsonl')
  const model = await startModel({ scenario: { kind: 'bash', commands: [WORK, 'tail -f /dev/null'] } })
  const ended = await run(project.directory, output, [], { model: model.url })
  await model.stop()
  expect(ended.exitCode, ended.stderr).toBe(6)
  expect(ended.result.error).toMatchObject({
    message: expect.stringContaining('transcript could not be written'),
    detail: expect.stringContaining('no space left'),
    next: expect.stringContaining('output_dir'),
  })
  expect(ended.result.output.patch).toBe(join(output, 'changes.patch'))
  expect(runObjects(ended.result.runId)).toEqual(NOTHING)
})

test('no room for the patch: the workspace stays in its volume, and is named', async () => {
  using project = tiny()
  using folder = temporaryFolder('full')
  const output = fullDisk(folder.path, 'changes.patch')
  const model = await startModel({ scenario: { kind: 'bash', commands: [WORK] } })
  const ended = await run(project.directory, output, [], { model: model.url })
  await model.stop()
  try {
    expect(ended.exitCode, ended.stderr).toBe(7)
    expect(ended.result.error?.detail).toContain('no space left')
    const { keptVolume = '' } = ended.result
    expect(ended.stderr + ended.stdout).toContain(keptVolume)
    expect(runObjects(ended.result.runId)).toEqual({ ...NOTHING, volumes: [keptVolume] })
    const mount = ['--volume', `${keptVolume}:/w`, '--network', 'none', 'debian:trixie-slim']
    expect(docker('run', '--rm', ...mount, 'cat', '/w/HALF')).toBe('half done')
  } finally {
    for (const volume of runObjects(ended.result.runId).volumes) docker('volume', 'rm', volume)
  }
})

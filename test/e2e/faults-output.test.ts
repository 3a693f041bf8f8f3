// Nobody reads what is printed any more, or what is to be kept finds no room on this machine: no work is lost for it.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunResult } from '../../src/report/run-result.ts'
import { cli, endOf, runIdOf, startRun, temporaryFolder } from '../support/airlock.ts'
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

/** An output folder with room for so many bytes. */
function smallDisk(bytes: number): Disposable & { readonly path: string } {
  const folder = temporaryFolder('small')
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder.path])
  return {
    path: folder.path,
    [Symbol.dispose]() {
      execFileSync('umount', [folder.path])
      folder[Symbol.dispose]()
    },
  }
}

async function onSmallDisk(bytes: number, command: string) {
  using project = tiny()
  using disk = smallDisk(bytes)
  const model = await startModel({ scenario: { kind: 'bash', commands: [command, 'echo done'] } })
  const { exitCode, stdout, stderr } = await startRun(project.directory, disk.path, [], { model: model.url }).done
  await model.stop()
  const result = JSON.parse(stdout) as RunResult
  const { runId, keptVolume = '', error } = result
  const told = await cli(['sweep'])
  const objects = runObjects(runId)
  const mount = ['--volume', `${keptVolume}:/w`, '--network', 'none', 'debian:trixie-slim']
  const size = keptVolume === '' ? '' : docker('run', '--rm', ...mount, 'stat', '-c', '%s', '/w/BULK')
  const discarded = await cli(['sweep', '--run-id', runId, '--discard'])
  expect(discarded.exitCode).toBe(0)
  expect(runObjects(runId)).toEqual(NOTHING)
  return { exitCode, stderr, error, keptVolume, told, objects, size }
}

// Both end with the work in the volume: where the transcript has no room, the patch has none either.
test.each([
  ['the transcript', 4096, 'head -c 9000 /dev/urandom | tee BULK | od', 6, 'transcript could not be written'],
  ['the patch', 200_000, 'head -c 400000 /dev/urandom > BULK', 7, 'changes could not be written'],
])('no room for %s: the workspace stays in its volume, named, whatever is swept', async (_, bytes, command, code, message) => {
  const ended = await onSmallDisk(bytes, command)
  expect(ended.exitCode, ended.stderr).toBe(code)
  expect(ended.error).toMatchObject({
    message: expect.stringContaining(message),
    detail: expect.stringContaining('no space left'),
    next: expect.stringContaining('output_dir'),
  })
  expect(ended.keptVolume).toMatch(/^airlock-.*\.workspace$/)
  expect(ended.told).toMatchObject({ exitCode: 7, stdout: expect.stringContaining(ended.keptVolume) })
  expect(ended.objects).toEqual({ ...NOTHING, volumes: [ended.keptVolume] })
  expect(Number(ended.size)).toBeGreaterThan(8999)
})

test('what an earlier run left in the folder does not pass for this one’s', async () => {
  using project = tiny()
  using folder = temporaryFolder('stale')
  for (const name of ['changes.patch', 'changes.json', 'transcript.jsonl', 'result.json', 'mine.txt']) {
    writeFileSync(join(folder.path, name), 'stale')
  }
  const ended = await startRun(project.directory, folder.path, ['--service', 'nope'], { model: 'http://127.0.0.1:9' })
    .done
  expect(ended.exitCode).toBe(2)
  expect(readdirSync(folder.path).sort()).toEqual(['mine.txt', 'result.json'])
  expect(JSON.parse(readFileSync(join(folder.path, 'result.json'), 'utf8'))).toMatchObject({ conclusion: 'failure' })
})

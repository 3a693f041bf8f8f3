// Ctrl-C in every phase, and kill -9 with a sweep after it: nothing of the run stays, the work so far does.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Cleanup } from '../../src/sandbox/cleanup.ts'
import {
  cli,
  endOf,
  plainEnvironment,
  type Running,
  runIdOf,
  sandboxContainer,
  startProcess,
  startRun,
  temporaryFolder,
} from '../support/airlock.ts'
import { docker, NOTHING, runObjects } from '../support/engine-state.ts'
import { type Model, startModel } from '../support/model.ts'
import { project as makeProject } from '../support/projects.ts'
import { TINY, tiny } from '../support/tiny.ts'

// Bash refuses a bare sleep.
const HANG = 'tail -f /dev/null'

let model: Model
let bulky: Model
beforeAll(async () => {
  model = await startModel({ scenario: { kind: 'bash', commands: ['echo half done > HALF', HANG] } })
  bulky = await startModel({ scenario: { kind: 'bash', commands: ['head -c 9000 /dev/urandom > BULK', HANG] } })
})
afterAll(() => Promise.all([model.stop(), bulky.stop()]))

const devcontainer = (more: object) => ({
  ...TINY,
  '.devcontainer/devcontainer.json': JSON.stringify({ image: 'debian:trixie-slim', ...more }),
})
const unbuilt = () => ({
  ...devcontainer({ build: { dockerfile: 'Dockerfile' }, image: undefined }),
  '.devcontainer/Dockerfile': `FROM debian:trixie-slim\nRUN echo ${Date.now()} && sleep 20\n`,
})
const neverHealthy = () => ({
  ...devcontainer({ image: undefined, dockerComposeFile: '../compose.yml', service: 'app', workspaceFolder: '/w' }),
  'compose.yml': `services:
  app: { image: "debian:trixie-slim", command: sleep infinity, volumes: [".:/w"] }
  db:
    image: debian:trixie-slim
    command: sleep infinity
    healthcheck: { test: "false", interval: 1s, retries: 600 }
`,
})

/** The work shows: the edit is on disk in the volume and Claude hangs in its second command. */
async function claudeHangs(running: Running): Promise<void> {
  await running.says('tail -f /dev/null')
  await sleep(300)
}
const begun = (running: Running) => running.says(/Run [a-z0-9]{8};/)

const PHASES: readonly {
  readonly phase: string
  readonly files: () => Parameters<typeof makeProject>[0]
  readonly until: (running: Running) => Promise<void>
  readonly kept: boolean
}[] = [
  { phase: 'resolve', files: () => TINY, until: begun, kept: false },
  { phase: 'build', files: unbuilt, until: (running) => running.says('Building the image'), kept: false },
  { phase: 'copy', files: () => TINY, until: (running) => running.says('Copying'), kept: false },
  { phase: 'start', files: () => TINY, until: (running) => running.says('Starting'), kept: false },
  {
    phase: 'the wait for a service',
    files: neverHealthy,
    until: async (running) => {
      await running.says('Starting')
      await sleep(2500)
    },
    kept: false,
  },
  {
    phase: 'lifecycle',
    files: () => devcontainer({ postCreateCommand: 'tail -f /dev/null' }),
    until: (running) => running.says('postCreateCommand'),
    kept: false,
  },
  { phase: 'claude', files: () => TINY, until: claudeHangs, kept: true },
]

test.each(PHASES)('Ctrl-C in $phase', async ({ files, until, kept }) => {
  using project = makeProject(files())
  using folder = temporaryFolder('signal')
  const output = join(folder.path, 'out')
  const running = startRun(project.directory, output, [], { model: model.url })
  await until(running)
  running.child.kill('SIGINT')
  const ended = await endOf(running, output)
  expect(ended.exitCode, ended.stderr).toBe(130)
  expect(ended.result).toMatchObject({
    conclusion: 'cancelled',
    error: { message: expect.stringContaining('cancelled') },
  })
  if (kept) expect(ended.patch).toContain('+half done')
  expect(project.git('status', '--porcelain')).toBe('')
  expect(runObjects(ended.result.runId)).toEqual(NOTHING)
})

test('Ctrl-C while the patch is read: it is read to its end', async () => {
  using project = tiny()
  using folder = temporaryFolder('signal')
  const many = 'mkdir many; for i in $(seq 1500); do echo $i > many/$i.txt; done'
  const scripted = await startModel({ scenario: { kind: 'bash', commands: [many] } })
  const running = startRun(project.directory, folder.path, [], { model: scripted.url })
  await running.says('✓ done')
  const since = ['--since', (Date.now() / 1000).toFixed(3)]
  const filter = ['--filter', `label=airlock.run=${runIdOf(running)}`, '--filter', 'event=start']
  // Not synchronous: the model, in this process, still answers what Claude asks on the side.
  const events = startProcess(['docker', 'events', ...filter, ...since, '--format', '{{json .}}'], plainEnvironment())
  await events.says('"start"')
  events.child.kill()
  running.child.kill('SIGINT')
  const ended = await endOf(running, folder.path)
  await scripted.stop()
  expect(ended.exitCode, ended.stderr).toBe(130)
  expect(ended.result.patch?.files).toBe(1500)
  expect(ended.patch.match(/^diff --git/gm)).toHaveLength(1500)
  expect(runObjects(ended.result.runId)).toEqual(NOTHING)
})

test('SIGTERM ends a run the same way, with its own exit code', async () => {
  using project = tiny()
  using folder = temporaryFolder('signal')
  const running = startRun(project.directory, folder.path, [], { model: model.url })
  await claudeHangs(running)
  running.child.kill('SIGTERM')
  const ended = await endOf(running, folder.path)
  expect(ended.exitCode).toBe(143)
  expect(ended.patch).toContain('+half done')
  expect(runObjects(ended.result.runId)).toEqual(NOTHING)
})

test('a second Ctrl-C leaves at once, and the sweep finds the rest', async () => {
  using project = tiny()
  using folder = temporaryFolder('signal')
  const running = startRun(project.directory, folder.path, [], { model: model.url })
  await claudeHangs(running)
  const runId = runIdOf(running)
  running.child.kill('SIGINT')
  await running.says('cancelling')
  running.child.kill('SIGINT')
  const { exitCode } = await running.done
  expect(exitCode).toBe(130)
  await cli(['sweep', '--run-id', runId])
  expect(runObjects(runId)).toEqual(NOTHING)
  expect(readFileSync(join(folder.path, 'changes.patch'), 'utf8')).toContain('+half done')
})

test('kill -9: the way out closes by itself, the sweep brings that run’s work back and leaves another alone', async () => {
  using project = tiny()
  using folder = temporaryFolder('killed')
  const outputs = ['one', 'two'].map((name) => join(folder.path, name)) as [string, string]
  const [victim, other] = outputs.map((output) => startRun(project.directory, output, [], { model: model.url })) as [
    Running,
    Running,
  ]
  await Promise.all([claudeHangs(victim), claudeHangs(other)])
  const [id, otherId] = [runIdOf(victim), runIdOf(other)]
  victim.child.kill('SIGKILL')
  await victim.done

  // Its gateway goes, so nothing in the orphaned sandbox has a way out any more.
  const gateway = ['ps', '--quiet', '--filter', `label=airlock.run=${id}`, '--filter', 'label=airlock.role=gateway']
  for (let tries = 0; tries < 100 && docker(...gateway) !== ''; tries += 1) await sleep(100)
  expect(docker(...gateway)).toBe('')
  expect(sandboxContainer(id)).not.toBe('')

  const shown = await cli(['sweep', '--dry-run'])
  expect(shown.stdout).toMatch(/would remove container .*\nwould remove/)
  expect(shown.stdout).toContain(`left alone: run ${otherId} goes on`)
  expect(runObjects(id).containers.length).toBeGreaterThan(0)
  const swept = JSON.parse((await cli(['sweep', '--json'])).stdout) as Cleanup
  expect(new Set(swept.removed.map(({ runId }) => runId))).toEqual(new Set([id]))
  expect(swept).toMatchObject({ running: [otherId], kept: [] })
  expect(swept.rescued).toEqual([{ runId: id, patch: join(outputs[0], 'changes.patch') }])
  expect(readFileSync(join(outputs[0], 'changes.patch'), 'utf8')).toContain('+half done')
  expect(readFileSync(join(outputs[0], 'transcript.jsonl'), 'utf8')).toContain('half done')
  expect(runObjects(id)).toEqual(NOTHING)
  expect((await cli(['sweep', '--run-id', id])).stdout).toBe('nothing to sweep\n')

  // The other run never noticed.
  expect(sandboxContainer(otherId)).not.toBe('')
  other.child.kill('SIGINT')
  const ended = await endOf(other, outputs[1])
  expect(ended.patch).toContain('+half done')
  expect(runObjects(otherId)).toEqual(NOTHING)
  expect(readdirSync(project.directory).sort()).toEqual(['.devcontainer', '.git', 'README.md', 'src'])
})

test('kill -9: work that can not be brought back stays until it is given up by name', async () => {
  using project = tiny()
  using folder = temporaryFolder('killed')
  const running = startRun(project.directory, folder.path, ['--max-patch-size', '1k'], { model: bulky.url })
  await claudeHangs(running)
  const id = runIdOf(running)
  running.child.kill('SIGKILL')
  await running.done
  const swept = await cli(['sweep'])
  expect(swept.exitCode).toBe(7)
  const { volumes } = runObjects(id)
  expect(runObjects(id)).toEqual({ ...NOTHING, volumes: [expect.any(String), expect.any(String)] })
  const workspace = volumes.find((name) => name.endsWith('.workspace')) ?? ''
  expect(swept.stdout).toMatch(/could not be brought back\n {2}PatchError: the changes are too large/)
  expect(swept.stdout).toContain(workspace)
  const mount = ['--volume', `${workspace}:/w`, '--network', 'none', 'debian:trixie-slim']
  expect(docker('run', '--rm', ...mount, 'wc', '-c', '/w/BULK')).toContain('9000 ')
  const discarded = await cli(['sweep', '--run-id', id, '--discard'])
  expect(discarded).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`removed volume ${workspace}`) })
  expect(runObjects(id)).toEqual(NOTHING)
})

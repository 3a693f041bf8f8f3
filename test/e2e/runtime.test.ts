// `runtime` is the sandbox's, and only the sandbox's; one that the engine does not know ends the run.
import { expect, test } from 'vitest'
import { endOf, run, runIdOf, sandboxContainer, startRun, temporaryFolder } from '../support/airlock.ts'
import { docker, NOTHING, runObjects } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { tiny } from '../support/tiny.ts'

// runc by a name that is not the engine's default: every engine has it.
const OTHER = 'io.containerd.runc.v2'

test('the sandbox runs in the runtime that was asked for, the gateway in the engine’s own', async () => {
  using project = tiny()
  using folder = temporaryFolder('runtime')
  const model = await startModel({ scenario: { kind: 'bash', commands: ['tail -f /dev/null'] } })
  const running = startRun(project.directory, folder.path, ['--runtime', OTHER], { model: model.url })
  await running.says('tail -f /dev/null')
  const runtimeOf = (container: string) => docker('inspect', '--format', '{{.HostConfig.Runtime}}', container)
  const filters = ['--filter', `label=airlock.run=${runIdOf(running)}`, '--filter', 'label=airlock.role=gateway']
  const runtimes = [runtimeOf(sandboxContainer(runIdOf(running))), runtimeOf(docker('ps', '--quiet', ...filters))]
  running.child.kill('SIGINT')
  await endOf(running, folder.path)
  await model.stop()
  expect(runtimes).toEqual([OTHER, docker('info', '--format', '{{.DefaultRuntime}}')])
})

test('an unknown one is named', async () => {
  using project = tiny()
  using folder = temporaryFolder('runtime')
  const ended = await run(project.directory, folder.path, ['--runtime', 'no-such-runtime'], {
    model: 'http://127.0.0.1:9',
  })
  expect(ended.exitCode, ended.stderr).toBe(4)
  expect(ended.result.error?.detail).toContain('no-such-runtime')
  expect(runObjects(ended.result.runId)).toEqual(NOTHING)
})

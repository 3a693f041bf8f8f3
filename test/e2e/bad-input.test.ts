// Everything that is wrong with what was asked for is told at once, before anything is started. The engine of these
// tests does not exist: whoever asked it for something would say so.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunResult } from '../../src/report/run-result.ts'
import { ActionRunner, cli, TEST_KEY, temporaryFolder } from '../support/airlock.ts'
import { tiny } from '../support/tiny.ts'

const NO_ENGINE = { DOCKER_HOST: 'tcp://127.0.0.1:9' }

test('the command line names every problem and exits with 2', async () => {
  using project = tiny()
  const args = ['run', project.directory, '--promt', 'x', '--memory', '4', '--config-file', 'nope.json']
  const env = { ...NO_ENGINE, ANTHROPIC_API_KEY: TEST_KEY, CLAUDE_CODE_OAUTH_TOKEN: 'also' }
  const { exitCode, stdout, stderr } = await cli([...args, '--claude-args', "-p 'open"], { env })
  expect(exitCode).toBe(2)
  expect(stdout).toBe('')
  for (const problem of [
    'there is no flag --promt; did you mean --prompt?',
    '--memory: "4" is no size',
    '--config-file: nope.json does not exist',
    'ANTHROPIC_API_KEY and CLAUDE_CODE_OAUTH_TOKEN are both set',
    "--claude-args can't be split into words",
    'there is no prompt',
  ]) {
    expect(stderr).toContain(problem)
  }
  expect(stderr).toContain('6 problems')
  expect(stderr).not.toContain(TEST_KEY)
})

test('control: the same engine is missed as soon as the input is right', async () => {
  using project = tiny()
  using folder = temporaryFolder('bad-input')
  const args = ['run', project.directory, '--prompt', 'x', '--output-dir', folder.path, '--json']
  const { exitCode, stdout } = await cli(args, { env: { ...NO_ENGINE, ANTHROPIC_API_KEY: TEST_KEY } })
  expect(exitCode).toBe(4)
  expect(JSON.parse(stdout)).toMatchObject({ conclusion: 'failure', error: { kind: 'engine' } })
})

test('a broken configuration, an unreadable repository and a missing engine are told together', async () => {
  using project = tiny({ '.devcontainer/devcontainer.json': '{ "image": "debian:trixie-slim", "forwardPorts": [1 }' })
  using folder = temporaryFolder('bad-input')
  project.git('update-ref', '-d', 'HEAD')
  writeFileSync(join(project.directory, '.git/HEAD'), 'nonsense\n')
  const args = ['run', project.directory, '--prompt', 'x', '--output-dir', folder.path, '--json']
  const { exitCode, stdout, stderr } = await cli(args, { env: { ...NO_ENGINE, ANTHROPIC_API_KEY: TEST_KEY } })
  expect(exitCode, stderr).toBe(2)
  const { error } = JSON.parse(stdout) as RunResult
  expect(error?.message).toBe('3 things are in the way')
  for (const part of ['devcontainer.json:1', 'reading the repository failed', 'Docker']) {
    expect(error?.detail).toContain(part)
  }
  expect(error?.problems?.map(({ where }) => where)).toContainEqual(
    expect.stringMatching(/^\.devcontainer\/devcontainer\.json:1:\d+$/),
  )
})

test('the Action fails its step with every problem, masks its secrets, and its post step has nothing to do', async () => {
  using project = tiny()
  using folder = temporaryFolder('bad-input-action')
  const runner = new ActionRunner(
    { promt: 'x', anthropic_api_key: TEST_KEY, cpus: 'many', github_token: 'ghs_some_token', mode: 'tag' },
    { workspace: project.directory, folder: folder.path, env: NO_ENGINE },
  )
  const { main, post, outputs } = await runner.run()
  expect(main.exitCode).toBe(1)
  const error = main.stdout.split('\n').find((line) => line.startsWith('::error ')) ?? ''
  for (const problem of [
    'no input promt; did you mean prompt?',
    'there is no prompt',
    'cpus: "many" is not a number',
  ]) {
    expect(error).toContain(problem)
  }
  expect(outputs).toEqual({ conclusion: 'failure' })
  const printed = main.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
  expect(printed.join('\n')).not.toContain(TEST_KEY)
  expect(main.stdout).toContain(`::add-mask::${TEST_KEY}\n`)
  expect(main.stdout).toContain('::add-mask::ghs_some_token\n')
  expect(post).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to remove') })
  expect(readdirSync(join(folder.path, 'temp'))).toEqual([])
})

test('help and version need nothing, not even a home', async () => {
  using folder = temporaryFolder('help')
  mkdirSync(join(folder.path, 'home'))
  const env = { ...NO_ENGINE, HOME: join(folder.path, 'home') }
  const help = await cli(['--help'], { env })
  expect(help).toMatchObject({ exitCode: 0, stderr: '' })
  expect(help.stdout).toContain('airlock run [FOLDER] --prompt TEXT')
  expect((await cli(['--version'], { env })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(readdirSync(join(folder.path, 'home'))).toEqual([])
})

// The Action as a runner starts it: from action.yml's defaults, through the command files, main and then post.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { RunResult } from '../../src/report/run-result.ts'
import { ActionRunner, npmRegistry, TEST_KEY, temporaryFolder } from '../support/airlock.ts'
import { docker, NOTHING, runObjects } from '../support/engine-state.ts'
import { type Model, type Scenario, startModel } from '../support/model.ts'
import { cloneOf, type Project } from '../support/projects.ts'
import { runnerCommands } from '../support/runner-commands.ts'
import { tiny } from '../support/tiny.ts'

interface Rig extends AsyncDisposable {
  readonly runner: ActionRunner
  readonly from: Project
  readonly model: Model
}

async function rig(scenario: Scenario, inputs: Readonly<Record<string, string>> = {}, files = {}): Promise<Rig> {
  const from = tiny(files)
  const folder = temporaryFolder('runner')
  const model = await startModel({ scenario })
  const given = { prompt: 'Do it.', anthropic_api_key: TEST_KEY, claude_npm_registry: npmRegistry(), ...inputs }
  const runner = new ActionRunner(given, {
    ...{ workspace: from.directory, folder: folder.path, env: { ANTHROPIC_BASE_URL: model.url } },
  })
  return {
    ...{ runner, from, model },
    async [Symbol.asyncDispose]() {
      await model.stop()
      folder[Symbol.dispose]()
      from[Symbol.dispose]()
    },
  }
}

// Punctuation is written as entities, so that nothing a sandbox says becomes Markdown.
const asText = (markdown: string) => markdown.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))

const bash = (...commands: string[]): Scenario => ({ kind: 'bash', commands, text: 'All is done.' })

test('a run: outputs, summary, groups and masks', async () => {
  await using made = await rig(bash('sed -i s/two/2/ src/app.txt', 'curl -sS -m 5 https://evil.example/ || true'), {
    claude_args: '--max-turns 9',
  })
  const { main, post, outputs, summary } = await made.runner.run()
  expect(main.exitCode, main.stdout + main.stderr).toBe(0)
  const result = JSON.parse(readFileSync(outputs.result_file ?? '', 'utf8')) as RunResult
  expect(outputs).toEqual({
    conclusion: 'success',
    execution_file: expect.stringMatching(/execution\.json$/),
    session_id: result.sessionId,
    patch_file: expect.stringMatching(/changes\.patch$/),
    result_file: result.output.result,
    cost_usd: String(result.costUsd),
    num_turns: '3',
    sandbox_ready_ms: String(result.sandboxReadyMs),
    blocked_requests: String(result.requests.blocked.length),
  })
  expect(JSON.parse(readFileSync(outputs.execution_file ?? '', 'utf8'))).toContainEqual(
    expect.objectContaining({ type: 'result' }),
  )

  const commands = runnerCommands(main.stdout)
  const of = (name: string) => commands.filter(({ command }) => command === name).map(({ data }) => data)
  expect(commands[0]).toMatchObject({ command: 'add-mask', data: TEST_KEY })
  expect(of('group')).toEqual(['Preparing the sandbox', 'Claude starts'])
  expect(of('endgroup')).toHaveLength(2)
  expect(main.stdout.replace(/^::add-mask::.*$/gm, '')).not.toContain(TEST_KEY)

  for (const shown of [
    'Claude is done',
    'All is done.',
    'src/app.txt',
    'What the sandbox could reach',
    'first request',
  ]) {
    expect(asText(summary)).toContain(shown)
  }
  expect(post.exitCode).toBe(0)
  expect(post.stdout).toContain('The run left nothing behind.')
  expect(runObjects()).toEqual(NOTHING)

  using clone = cloneOf(made.from.directory)
  clone.git('apply', outputs.patch_file ?? '')
  expect(readFileSync(join(clone.directory, 'src/app.txt'), 'utf8')).toBe('one\n2\nthree\n')
})

test('what the sandbox prints carries out no command of the runner', async () => {
  const hostile = [
    '::add-mask::Claude',
    '::error file=src/app.txt,line=1::planted',
    '  ::set-output name=conclusion::planted',
    '::stop-commands::planted',
    '##[error]planted',
    'text ##[set-env name=PATH]planted',
    '::group::planted',
    '::save-state name=runId::planted',
    '::add-path::planted',
  ]
  const script = `printf '%s\\n' ${hostile.map((line) => `'${line}'`).join(' ')}; printf 'a\\r::error::planted\\n\\033[2K::warning::planted\\n\\342\\200\\250::notice::planted\\n'; printf '%%0A::error::planted\\n'`
  const files = `echo x > '::error::planted'; mkdir -p .github/workflows; echo x > '.github/workflows/##[error]planted.yml'`
  const text = `::error::planted\n##[error]planted\n${hostile.join('\n')}`
  await using made = await rig({ kind: 'bash', commands: [script, files], text })
  const { main, outputs } = await made.runner.run()
  expect(main.exitCode, main.stdout + main.stderr).toBe(0)
  const transcript = readFileSync(outputs.execution_file ?? '', 'utf8')
  // The control: the same text, as a tool that prints it raw would.
  const raw = runnerCommands(hostile.join('\n')).map(({ command }) => command)
  expect(raw).toEqual(['add-mask', 'error', 'set-output', 'stop-commands'])
  expect(transcript).toContain('::add-mask::Claude')

  const commands = runnerCommands(main.stdout)
  const planted = commands.filter(({ data, properties }) =>
    /planted|Claude$/.test(data + Object.values(properties).join()),
  )
  // A path that was held back is named in a warning of our own; nothing else has the word.
  expect(planted.filter(({ command }) => command !== 'warning')).toEqual([])
  for (const { data } of planted) expect(data).toMatch(/^(::error::planted|\.github\/workflows\/).*: /)
  expect(outputs.conclusion).toBe('success')
})

describe('cancelled', () => {
  const HANG = bash('echo half done > HALF', 'tail -f /dev/null')

  test('as the runner does it: the work is kept in time, and post finds nothing left', async () => {
    await using made = await rig(HANG)
    const running = made.runner.startMain()
    await running.says('tail -f /dev/null')
    running.child.kill('SIGINT')
    const signals = [
      sleep(7500, 'SIGTERM' as const, { ref: false }),
      sleep(10_000, 'SIGKILL' as const, { ref: false }),
    ].map(async (signal) => void running.child.kill(await signal))
    const main = await running.done
    expect(main.signal).toBeNull()
    expect(main.exitCode).toBe(1)
    const { outputs, summary } = made.runner.results()
    expect(outputs.conclusion).toBe('failure')
    expect(readFileSync(outputs.patch_file ?? '', 'utf8')).toContain('+half done')
    expect(summary).toContain('The run was cancelled')
    expect((await made.runner.post()).stdout).toContain('The run left nothing behind.')
    expect(runObjects()).toEqual(NOTHING)
    await Promise.race([Promise.all(signals), sleep(0)])
  })

  test('killed at once: post finds and removes everything, twice if need be', async () => {
    await using made = await rig(HANG)
    const running = made.runner.startMain()
    await running.says('tail -f /dev/null')
    running.child.kill('SIGKILL')
    await running.done
    expect(runObjects().containers.length).toBeGreaterThan(0)
    const post = await made.runner.post()
    expect(post.exitCode).toBe(0)
    expect(post.stdout).toMatch(/removed container .*\n(.*\n)*removed volume /)
    const patch = /what it had done so far: (\S+)$/m.exec(post.stdout)?.[1] ?? ''
    expect(readFileSync(patch, 'utf8')).toContain('+half done')
    expect(runObjects()).toEqual(NOTHING)
    const again = await made.runner.post()
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('The run left nothing behind.') })
  })
})

test('work that could not be brought back survives the post step, and is named', async () => {
  await using made = await rig(bash('for i in $(seq 20); do echo $i > n$i.txt; done'), { max_patch_files: '5' })
  const { main, post, outputs, summary } = await made.runner.run()
  try {
    expect(main.exitCode).toBe(1)
    const { keptVolume = '' } = JSON.parse(readFileSync(outputs.result_file ?? '', 'utf8')) as RunResult
    expect(keptVolume).toMatch(/^airlock-/)
    expect(post.stdout).toContain(keptVolume)
    expect(asText(summary)).toContain(keptVolume)
    expect(runObjects()).toEqual({ ...NOTHING, volumes: [keptVolume] })
    const mount = ['--volume', `${keptVolume}:/w`, '--network', 'none', 'debian:trixie-slim']
    expect(docker('run', '--rm', ...mount, 'cat', '/w/n20.txt')).toBe('20')
  } finally {
    for (const volume of runObjects().volumes) docker('volume', 'rm', volume)
  }
})

describe('what is wrong is told before anything is started', () => {
  const errors = (stdout: string) => runnerCommands(stdout).filter(({ command }) => command === 'error')

  test('inputs, all at once', async () => {
    await using made = await rig(bash(), {
      ...{
        claude_code_oauth_token: 'oat-1234567890',
        memory: 'much',
        timeout_minutes: '-1',
        prompt_file: 'nowhere.md',
      },
      no_such_input: 'x',
    })
    const { main, post, outputs } = await made.runner.run()
    expect(main.exitCode).toBe(1)
    expect(outputs).toEqual({ conclusion: 'failure' })
    const [only, ...rest] = errors(main.stdout)
    expect(rest).toEqual([])
    for (const name of ['memory', 'timeout_minutes', 'no_such_input', 'anthropic_api_key', 'prompt']) {
      expect(only?.data).toContain(name)
    }
    expect(main.stdout.replace(/^::add-mask::.*$/gm, '')).not.toMatch(/oat-1234567890|sk-test/)
    expect(post.stdout).toContain('nothing to remove')
    expect(made.model.requests()).toEqual([])
  })

  test('a broken devcontainer.json, at its line', async () => {
    const broken = {
      '.devcontainer/devcontainer.json': '{\n  "image": "debian:trixie-slim",\n  "forwardPorts": [1\n}\n',
    }
    await using made = await rig(bash(), {}, broken)
    const { main, outputs } = await made.runner.run()
    expect(main.exitCode).toBe(1)
    expect(outputs.conclusion).toBe('failure')
    expect(errors(main.stdout)[0]?.properties).toMatchObject({ file: '.devcontainer/devcontainer.json', line: '4' })
    expect(existsSync(outputs.result_file ?? '')).toBe(true)
  })

  test('what the audit refuses, each at its own line', async () => {
    const refused = {
      '.devcontainer/devcontainer.json': JSON.stringify(
        { image: 'debian:trixie-slim', privileged: true, runArgs: ['--network=host'] },
        undefined,
        2,
      ),
    }
    await using made = await rig(bash(), {}, refused)
    const { main } = await made.runner.run()
    expect(main.exitCode).toBe(1)
    const places = errors(main.stdout).map(({ properties }) => `${properties.file}:${properties.line}`)
    expect(places).toEqual(
      expect.arrayContaining(['.devcontainer/devcontainer.json:3', '.devcontainer/devcontainer.json:5']),
    )
  })
})

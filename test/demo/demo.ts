// `npm run demo`: the main job, watched. Runs Airlock's own command line on examples/orders, with a scripted model or,
// when ANTHROPIC_API_KEY is set, the real one. Everything else is real either way.
import { execFileSync, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, execPath, stderr, stdout } from 'node:process'
import { isDeepStrictEqual } from 'node:util'
import type { RunResult } from '../../src/report/run-result.ts'
import { npmRegistry } from '../support/airlock.ts'
import { type EngineState, engineState } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { ROOT } from '../support/steps.ts'
import { showPatch, showProbe, showTimes, title } from './show.ts'

const PROMPT = 'The test suite of this project fails. Find the bug, fix it, and run the tests again.'
const PROJECT = join(ROOT, 'examples', 'orders')

const checkout = () =>
  execFileSync('git', ['status', '--porcelain', '--ignored', '.'], { cwd: PROJECT, encoding: 'utf8' })

interface Ended {
  readonly exitCode: number
  readonly result: RunResult | undefined
}

function airlock(outputDir: string, extra: NodeJS.ProcessEnv): Promise<Ended> {
  const args = [
    'run',
    PROJECT,
    '--prompt',
    PROMPT,
    '--output-dir',
    outputDir,
    '--claude-npm-registry',
    npmRegistry(),
    '--json',
  ]
  const child = spawn(execPath, [join(ROOT, 'dist/cli.cjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, ...extra },
  })
  // Ctrl-C reaches the command line by itself; the demo waits for it to clean up.
  process.on('SIGINT', () => {})
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  return new Promise((done) => {
    child.on('close', (code) => {
      done({ exitCode: code ?? 1, result: output === '' ? undefined : (JSON.parse(output) as RunResult) })
    })
  })
}

function difference(before: EngineState['volumes'], after: EngineState['volumes']): string {
  const more = after.filter((name) => !before.includes(name)).map((name) => `+ ${name}`)
  const fewer = before.filter((name) => !after.includes(name)).map((name) => `- ${name}`)
  return more.length + fewer.length === 0 ? 'as before' : `CHANGED: ${[...more, ...fewer].join(', ')}`
}

const before = { checkout: checkout(), engine: engineState() }
const model = env.ANTHROPIC_API_KEY ? undefined : await startModel({ scenario: { kind: 'demo' } })
stderr.write(
  model
    ? 'The model is scripted (set ANTHROPIC_API_KEY for the real one); all else is real.\n'
    : 'Using the real model.\n',
)
const outputDir = await mkdtemp(join(tmpdir(), 'airlock-demo-'))
const scripted = model
  ? { ANTHROPIC_API_KEY: 'scripted-model-key', ANTHROPIC_BASE_URL: model.url, CLAUDE_CODE_OAUTH_TOKEN: '' }
  : {}
const { exitCode, result } = await airlock(outputDir, scripted)
await model?.stop()
if (result) {
  title('What the sandbox could reach (probed before Claude ran)')
  showProbe(result)
  title('What came back')
  showPatch(result.output.patch)
  title('Time by phase')
  showTimes(result)
  title('What is left behind')
}
const after = { checkout: checkout(), engine: engineState(result?.runId) }
const clean = isDeepStrictEqual(before, after)
stdout.write(`  checkout: ${after.checkout === before.checkout ? 'as before' : `CHANGED\n${after.checkout}`}\n`)
for (const kind of ['containers', 'networks', 'volumes'] as const) {
  stdout.write(`  ${kind}: ${difference(before.engine[kind], after.engine[kind])}\n`)
}
if (exitCode === 0 && result?.patch?.files) {
  stdout.write(`\nApply the patch with: git apply ${result.output.patch}\n`)
} else {
  rmSync(outputDir, { recursive: true, force: true })
}
process.exitCode = exitCode === 0 && clean ? 0 : 1

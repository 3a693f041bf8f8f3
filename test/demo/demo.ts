// `npm run demo`: the main job, watched. Runs Airlock's own command line on examples/orders, with a scripted model or,
// when ANTHROPIC_API_KEY is set, the real one. Everything else is real either way.
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, execPath, stderr, stdout } from 'node:process'
import { isDeepStrictEqual, styleText } from 'node:util'
import type { RunResult } from '../../src/report/run-result.ts'
import { engineState } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { ROOT } from '../support/steps.ts'

const PROMPT = 'The test suite of this project fails. Find the bug, fix it, and run the tests again.'
const PROJECT = join(ROOT, 'examples', 'orders')

const checkout = () =>
  execFileSync('git', ['status', '--porcelain', '--ignored', '.'], { cwd: PROJECT, encoding: 'utf8' })
const title = (text: string) => stdout.write(`\n${styleText('bold', text)}\n`)

interface Ended {
  readonly exitCode: number
  readonly result: RunResult | undefined
}

function airlock(outputDir: string, extra: NodeJS.ProcessEnv): Promise<Ended> {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const args = [
    'run',
    PROJECT,
    '--prompt',
    PROMPT,
    '--output-dir',
    outputDir,
    '--claude-npm-registry',
    registry,
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

function showPatch(file: string | undefined): void {
  const colour = (line: string) => {
    if (line.startsWith('+')) return styleText('green', line)
    if (line.startsWith('-')) return styleText('red', line)
    return line.startsWith('@@') ? styleText('cyan', line) : line
  }
  const lines = file ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
  stdout.write(`${lines.map(colour).join('\n')}\n`)
}

function showTimes(result: RunResult): void {
  for (const [phase, milliseconds] of Object.entries(result.timings)) {
    stdout.write(`  ${phase.padEnd(14)} ${String(milliseconds).padStart(7)} ms\n`)
  }
  const first = (result.sandboxReadyMs ?? 0) + (result.timings.first_request ?? 0)
  stdout.write(`  ${'whole run'.padEnd(14)} ${String(result.durationMs).padStart(7)} ms\n`)
  stdout.write(`  Claude's first request to the model came ${(first / 1000).toFixed(1)} s after the start\n`)
}

function showProbe(result: RunResult): void {
  for (const row of result.probe) {
    const mark = row.ok ? styleText('green', '✓') : styleText('red', '✗')
    stdout.write(
      `  ${mark} ${row.direction.padEnd(3)} ${row.target.padEnd(34)} ${row.result.padEnd(6)} ${row.detail}\n`,
    )
  }
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
const after = { checkout: checkout(), engine: engineState() }
const same = (what: keyof typeof before) => (isDeepStrictEqual(before[what], after[what]) ? 'as before' : 'CHANGED')
stdout.write(`  checkout: ${same('checkout')}\n  containers, networks and volumes: ${same('engine')}\n`)
const clean = isDeepStrictEqual(before, after)
if (exitCode === 0 && result?.patch?.files) {
  stdout.write(`\nApply the patch with: git apply ${result.output.patch}\n`)
} else {
  rmSync(outputDir, { recursive: true, force: true })
}
process.exitCode = exitCode === 0 && clean ? 0 : 1

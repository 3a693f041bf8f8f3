// Runs Airlock as its users do: the built command line, and the Action as a runner would start it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import type { RunResult } from '../../src/report/run-result.ts'
import { docker, runObjects } from './engine-state.ts'
import { ROOT } from './steps.ts'

export interface Ended {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What tests pass on of their own environment: enough for docker, npm and git, and nothing secret. */
export function plainEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'DOCKER_HOST', 'DOCKER_CONFIG', 'XDG_RUNTIME_DIR']
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name] as string]] : [])))
}

/** Asked once: npm takes longer to answer than some of what is measured with it. */
export const npmRegistry = () => {
  registry ??= askedRegistry()
  return registry
}
let registry: string | undefined
const askedRegistry = () =>
  execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()

/** A folder that is gone when the test is over. */
export function temporaryFolder(name: string): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), `airlock-${name}-`))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Running {
  readonly child: ChildProcess
  readonly done: Promise<Ended>
  /** Everything written so far, stdout first. */
  output(): string
  /** Resolves when stderr has the text; rejects when the process ends before, or after two minutes. */
  says(text: string | RegExp): Promise<void>
}

export function startProcess(argv: readonly string[], env: Record<string, string>, cwd = ROOT): Running {
  const [program = '', ...args] = argv
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  let over = false
  const done = new Promise<Ended>((resolve) => {
    child.on('close', (exitCode, signal) => {
      over = true
      resolve({ exitCode, signal, stdout, stderr })
    })
  })
  const has = (text: string | RegExp) => {
    const all = stdout + stderr
    return typeof text === 'string' ? all.includes(text) : text.test(all)
  }
  return {
    child,
    done,
    output: () => stdout + stderr,
    async says(text) {
      for (let tries = 0; tries < 2400; tries += 1) {
        if (has(text)) return
        if (over) break
        await sleep(50)
      }
      throw new Error(`never said ${text}:\n${stdout}\n${stderr}`)
    },
  }
}

export interface CliOptions {
  readonly env?: Record<string, string>
  /** The model stand-in's URL. */
  readonly model?: string
  /** Run as another user: command words before node. */
  readonly as?: readonly string[]
}

export const TEST_KEY = 'sk-test-key-of-the-real-model-0123456789'

export function startCli(args: readonly string[], options: CliOptions = {}): Running {
  const model = options.model ? { ANTHROPIC_BASE_URL: options.model, ANTHROPIC_API_KEY: TEST_KEY } : {}
  const argv = [...(options.as ?? []), execPath, join(ROOT, 'dist/cli.cjs'), ...args]
  return startProcess(argv, { ...plainEnvironment(), ...model, ...options.env })
}

export const cli = (args: readonly string[], options?: CliOptions): Promise<Ended> => startCli(args, options).done

export interface RunEnded extends Ended {
  readonly result: RunResult
  readonly patch: string
}

/** `airlock run --json` with the flags that every test needs here. */
export function startRun(directory: string, outputDir: string, args: readonly string[], options: CliOptions): Running {
  const prompt = args.includes('--prompt') ? [] : ['--prompt', 'Do what the tests need.']
  const common = ['--output-dir', outputDir, '--claude-npm-registry', npmRegistry(), '--json', ...prompt]
  return startCli(['run', directory, ...common, ...args], options)
}

export async function endOf(running: Running, outputDir: string): Promise<RunEnded> {
  const ended = await running.done
  return { ...ended, ...readOutput(outputDir, ended) }
}

function readOutput(outputDir: string, ended: Ended): { result: RunResult; patch: string } {
  try {
    const result = JSON.parse(readFileSync(join(outputDir, 'result.json'), 'utf8')) as RunResult
    return { result, patch: result.output.patch ? readFileSync(result.output.patch, 'utf8') : '' }
  } catch (error) {
    throw new Error(`no result (exit code ${ended.exitCode}):\n${ended.stdout}\n${ended.stderr}`, { cause: error })
  }
}

export async function run(
  directory: string,
  outputDir: string,
  args: readonly string[],
  options: CliOptions,
): Promise<RunEnded> {
  return endOf(startRun(directory, outputDir, args, options), outputDir)
}

/** The id of the run that a process has begun. */
export function runIdOf(running: Running): string {
  const id = /Run ([a-z0-9]{8});/.exec(running.output())?.[1]
  if (!id) throw new Error(`no run was begun:\n${running.output()}`)
  return id
}

/** Name of the sandbox's container of a run, once Claude is in it. */
export function sandboxContainer(runId: string): string {
  const filter = `label=airlock.run=${runId}`
  const format = '{{.Names}}\t{{.Label "com.docker.compose.service"}}\t{{.Image}}'
  const rows = docker('ps', '--filter', filter, '--format', format)
    .split('\n')
    .map((row) => row.split('\t'))
  const names = rows.filter(([, , image]) => image?.startsWith('airlock-sandbox:')).map(([name]) => name)
  if (names.length !== 1) throw new Error(`${names.length} sandboxes: ${JSON.stringify(runObjects(runId))}`)
  return names[0] ?? ''
}

export interface ActionRun {
  readonly main: Ended
  readonly post: Ended
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
}

/** An Action's run as the runner does it: inputs with their defaults, the command files, then the post step. */
export class ActionRunner {
  readonly #folder: string
  readonly #env: Record<string, string>

  constructor(
    inputs: Readonly<Record<string, string>>,
    options: { readonly workspace: string; readonly folder: string; readonly env?: Record<string, string> },
  ) {
    this.#folder = options.folder
    const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as {
      inputs: Record<string, { default?: unknown }>
    }
    const defaults = Object.entries(action.inputs).map(([name, { default: value }]) => [name, String(value ?? '')])
    const all = { ...(Object.fromEntries(defaults) as Record<string, string>), ...inputs }
    const given = Object.entries(all).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ])
    const files = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, this.#file(name)])
    mkdirSync(join(options.folder, 'temp'), { recursive: true })
    this.#env = {
      ...plainEnvironment(),
      ...(Object.fromEntries([...given, ...files]) as Record<string, string>),
      GITHUB_ACTIONS: 'true',
      CI: 'true',
      GITHUB_WORKSPACE: options.workspace,
      GITHUB_EVENT_NAME: 'workflow_dispatch',
      RUNNER_TEMP: join(options.folder, 'temp'),
      RUNNER_OS: 'Linux',
      ...options.env,
    }
  }

  #file(name: string): string {
    const path = join(this.#folder, name)
    writeFileSync(path, '')
    return path
  }

  startMain(): Running {
    return startProcess([execPath, join(ROOT, 'dist/action.cjs')], this.#env, this.#env.GITHUB_WORKSPACE)
  }

  async post(): Promise<Ended> {
    const state = Object.entries(readCommandFile(join(this.#folder, 'STATE'))).map(([name, value]) => [
      `STATE_${name}`,
      value,
    ])
    const env = { ...this.#env, ...(Object.fromEntries(state) as Record<string, string>) }
    return startProcess([execPath, join(ROOT, 'dist/action.cjs')], env, this.#env.GITHUB_WORKSPACE).done
  }

  results(): Pick<ActionRun, 'outputs' | 'summary'> {
    return {
      outputs: readCommandFile(join(this.#folder, 'OUTPUT')),
      summary: readFileSync(join(this.#folder, 'STEP_SUMMARY'), 'utf8'),
    }
  }

  async run(): Promise<ActionRun> {
    const main = await this.startMain().done
    const post = await this.post()
    return { main, post, ...this.results() }
  }
}

/** `name<<delimiter … delimiter` and `name=value`, as the runner reads them. */
export function readCommandFile(path: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = readFileSync(path, 'utf8').split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const block = /^([^=<]+)<<(.+)$/.exec(line)
    if (block) {
      const end = lines.indexOf(block[2] ?? '', at + 1)
      values[block[1] ?? ''] = lines.slice(at + 1, end).join('\n')
      at = end
    } else if (line.includes('=')) values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1)
  }
  return values
}

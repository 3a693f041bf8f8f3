// From the command to Claude's first request to the model, images there, nothing running: Airlock, plain compose, and the
// devcontainers CLI, in turn. And the way back: Airlock's sweep against `docker compose down`.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { npmRegistry, plainEnvironment, startProcess, startRun, temporaryFolder } from '../support/airlock.ts'
import { docker } from '../support/engine-state.ts'
import { type Model, startModel } from '../support/model.ts'
import { project } from '../support/projects.ts'
import { ROOT } from '../support/steps.ts'
import { median, type Row, ratioRow } from './row.ts'

const IMAGE = 'airlock-bench:latest'
const NAME = `airlock-bench-${process.pid}`
const DEVCONTAINERS = join(ROOT, 'dist/devcontainers-cli/devcontainer.js')
const TRIVIAL = { image: 'debian:trixie-slim', command: 'sleep infinity', init: true }
const ROUNDS = 5

function compose(folder: string): string {
  const app = { image: IMAGE, command: 'sleep infinity', init: true, volumes: [`${folder}:/workspaces/bench`] }
  return JSON.stringify({ services: { app, one: TRIVIAL, two: TRIVIAL } })
}

function buildImage(): void {
  using folder = temporaryFolder('bench-image')
  mkdirSync(join(folder.path, '.devcontainer'))
  execFileSync('cp', ['-r', join(ROOT, 'features/src/claude-code'), join(folder.path, '.devcontainer')])
  const features = { './claude-code': { npmRegistry: npmRegistry() } }
  writeFileSync(
    join(folder.path, '.devcontainer/devcontainer.json'),
    JSON.stringify({ image: 'debian:trixie-slim', features }),
  )
  execFileSync(execPath, [DEVCONTAINERS, 'build', '--workspace-folder', folder.path, '--image-name', IMAGE], {
    stdio: 'ignore',
  })
}

/** Starts something and returns the milliseconds until the model's next request, once what was started has ended. */
async function untilRequest(model: Model, begin: () => Promise<unknown>): Promise<number> {
  const before = model.requests().length
  const started = performance.now()
  let arrived = Number.NaN
  const watch = setInterval(() => {
    if (Number.isNaN(arrived) && model.requests().length > before) arrived = performance.now() - started
  }, 2)
  await begin()
  clearInterval(watch)
  if (Number.isNaN(arrived)) throw new Error('Claude never asked the model')
  return arrived
}

const CLAUDE = [
  'claude',
  '-p',
  'Say hello.',
  '--output-format',
  'stream-json',
  '--verbose',
  '--dangerously-skip-permissions',
]

function claudeEnvironment(model: Model): readonly string[] {
  const gateway = docker('network', 'inspect', 'bridge', '--format', '{{range .IPAM.Config}}{{.Gateway}}{{end}}')
  return [
    `ANTHROPIC_BASE_URL=http://${gateway}:${model.port}`,
    'ANTHROPIC_API_KEY=x',
    'IS_SANDBOX=1',
    'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1',
  ]
}

const command = async (...argv: string[]) => {
  const { exitCode, stderr, stdout } = await startProcess(argv, plainEnvironment()).done
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stdout}${stderr}`)
}

const down = (name: string, file: string) =>
  command('docker', 'compose', '-p', name, '-f', file, 'down', '-v', '-t', '0')

export async function benchStart(): Promise<readonly Row[]> {
  buildImage()
  using folder = temporaryFolder('bench')
  using source = project({
    'compose.yml': '{}',
    '.devcontainer/devcontainer.json': JSON.stringify({
      dockerComposeFile: '../compose.yml',
      service: 'app',
      workspaceFolder: '/workspaces/bench',
    }),
    'README.md': 'bench\n',
  })
  const file = join(source.directory, 'compose.yml')
  writeFileSync(file, compose(source.directory))
  const model = await startModel({ scenario: { kind: 'say', text: 'Hello.' } })
  const stops: number[] = []
  let round = 0
  const airlock = () =>
    untilRequest(model, async () => {
      const { exitCode, stdout, stderr } = await startRun(source.directory, join(folder.path, `out-${round++}`), [], {
        model: model.url,
      }).done
      if (exitCode !== 0) throw new Error(stderr)
      stops.push((JSON.parse(stdout) as { timings: { stop: number } }).timings.stop)
    })
  const downs: number[] = []
  const plain = async () => {
    const env = claudeEnvironment(model).flatMap((entry) => ['-e', entry])
    const time = await untilRequest(model, async () => {
      await command('docker', 'compose', '-p', NAME, '-f', file, 'up', '-d')
      await command('docker', 'exec', ...env, `${NAME}-app-1`, ...CLAUDE)
    })
    const from = performance.now()
    await down(NAME, file)
    downs.push(performance.now() - from)
    return time
  }
  const devcontainer = async () => {
    const name = `${NAME}-dc`
    const cli = (verb: string, ...args: string[]) =>
      command(
        'env',
        `COMPOSE_PROJECT_NAME=${name}`,
        execPath,
        DEVCONTAINERS,
        verb,
        '--workspace-folder',
        source.directory,
        ...args,
      )
    const env = claudeEnvironment(model).flatMap((entry) => ['--remote-env', entry])
    const time = await untilRequest(model, async () => {
      await cli('up', '--no-lockfile')
      await cli('exec', ...env, ...CLAUDE)
    })
    await down(name, file)
    return time
  }
  try {
    // Once for the images that each way makes for itself.
    for (const way of [airlock, plain, devcontainer]) await way()
    stops.length = 0
    downs.length = 0
    const times = { airlock: [] as number[], plain: [] as number[], devcontainer: [] as number[] }
    for (let at = 0; at < ROUNDS; at += 1) {
      times.airlock.push(await airlock())
      times.plain.push(await plain())
      times.devcontainer.push(await devcontainer())
    }
    const ours = median(times.airlock)
    return [
      ratioRow(
        {
          what: 'warm start until Claude’s first request',
          comparedWith: 'docker compose up -d + docker exec claude',
          ms: [ours, median(times.plain)],
        },
        1.3,
      ),
      ratioRow(
        {
          what: 'the same',
          comparedWith: 'devcontainer up + devcontainer exec claude',
          ms: [ours, median(times.devcontainer)],
        },
        0.7,
      ),
      ratioRow(
        {
          what: 'stop and sweep',
          comparedWith: 'docker compose down -v -t 0',
          ms: [median(stops), median(downs)],
        },
        1.2,
      ),
    ]
  } finally {
    await model.stop()
  }
}

// The README's examples, run as they stand there but for what a reader puts in: the key, the folder, the registry that
// this machine installs from.
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  ActionRunner,
  npmRegistry,
  plainEnvironment,
  startProcess,
  TEST_KEY,
  temporaryFolder,
} from '../support/airlock.ts'
import { docker } from '../support/engine-state.ts'
import { type Model, startModel } from '../support/model.ts'
import { project } from '../support/projects.ts'
import { ROOT } from '../support/steps.ts'

const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** The code block that a marker stands before. */
function example(name: string): string {
  const block = new RegExp(`<!-- example: ${name} -->\n\`\`\`[a-z]+\n([\\s\\S]+?)\n\`\`\``).exec(README)?.[1]
  if (block === undefined) throw new Error(`the README has no example "${name}"`)
  return block
}

let model: Model
beforeAll(async () => {
  model = await startModel({ scenario: { kind: 'bash', commands: ['echo done > DONE'] } })
})
afterAll(() => model.stop())

/** A home folder with the project of examples/orders in src/<name>. */
function home(name: string) {
  const folder = temporaryFolder('home')
  const directory = join(folder.path, 'src', name)
  mkdirSync(directory, { recursive: true })
  cpSync(join(ROOT, 'examples', 'orders'), directory, { recursive: true })
  const git = (...args: string[]) => ['git', '-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args]
  return { folder, directory, git }
}

async function inShell(script: string, homeFolder: string) {
  const text = script.replaceAll('npx airlock run', `npx airlock run --claude-npm-registry ${npmRegistry()}`)
  const env = { ...plainEnvironment(), HOME: homeFolder, ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: TEST_KEY }
  return startProcess(['bash', '-euc', text], env).done
}

async function committed({ directory, git }: ReturnType<typeof home>): Promise<void> {
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-qm', 'Begin'],
  ]) {
    const ended = await startProcess(git(...args), plainEnvironment(), directory).done
    expect(ended.exitCode, ended.stderr).toBe(0)
  }
}

test('the command line', async () => {
  const place = home('orders')
  using folder = place.folder
  await committed(place)
  const script = example('command').replace('ANTHROPIC_API_KEY=…', `ANTHROPIC_API_KEY=${TEST_KEY}`)
  const ended = await inShell(script, folder.path)
  expect(ended.exitCode, ended.stderr).toBe(0)
  expect(readFileSync(join(place.directory, 'DONE'), 'utf8')).toBe('done\n')
})

test('a project that has only a compose file', async () => {
  const place = home('shop')
  using folder = place.folder
  await committed(place)
  for (const args of [
    ['rm', '-qr', '.devcontainer'],
    ['commit', '-qm', 'Without'],
  ]) {
    await startProcess(place.git(...args), plainEnvironment(), place.directory).done
  }
  const script = example('compose-only').replace('ruby:3.4', 'debian:trixie-slim')
  const ended = await inShell(script, folder.path)
  expect(ended.exitCode, ended.stderr).toBe(0)
  expect(ended.stderr).toMatch(/Starting db, redis and the sandbox/)
})

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>
}
interface Step {
  readonly uses: string
  readonly with: Readonly<Record<string, string>>
}

test('the workflow', async () => {
  const place = home('orders')
  using folder = place.folder
  await committed(place)
  const steps = (parse(example('action')) as Workflow).jobs.upkeep?.steps ?? []
  const others = steps.filter(({ uses }) => !uses.startsWith('airlock-run/airlock@'))
  for (const { uses } of others) expect(uses).toMatch(/@[0-9a-f]{40}$/)
  const step = steps.find((candidate) => !others.includes(candidate))
  const inputs = Object.entries(step?.with ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{\{ secrets\.\w+ \}\}/, TEST_KEY),
  ])
  const runner = new ActionRunner(
    { ...(Object.fromEntries(inputs) as Record<string, string>), claude_npm_registry: npmRegistry() },
    { workspace: place.directory, folder: folder.path, env: { ANTHROPIC_BASE_URL: model.url } },
  )
  const { main, post, outputs } = await runner.run()
  expect([main.exitCode, post.exitCode], main.stdout + main.stderr).toEqual([0, 0])
  // The upload's path, as the workflow takes it from the outputs.
  const path = others.at(-1)?.with.path ?? ''
  const name = /^\$\{\{ steps\.claude\.outputs\.(\w+) \}\}$/.exec(path)?.[1] ?? ''
  expect(readFileSync(outputs[name] ?? '', 'utf8')).toContain('+done')
})

test('the feature', async () => {
  const devcontainer = JSON.parse(example('feature')) as { features: Record<string, Record<string, string>> }
  const [[reference, options] = ['', {}], ...more] = Object.entries(devcontainer.features)
  expect(more).toEqual([])
  expect(reference).toMatch(/^ghcr\.io\/airlock-run\/features\/claude-code:0$/)
  using place = project({
    '.devcontainer/devcontainer.json': JSON.stringify({
      ...devcontainer,
      features: { './claude-code': { ...options, npmRegistry: npmRegistry() } },
    }),
  })
  cpSync(join(ROOT, 'features/src/claude-code'), join(place.directory, '.devcontainer/claude-code'), {
    recursive: true,
  })
  const cli = join(ROOT, 'node_modules/.bin/devcontainer')
  const tag = 'airlock-test-readme-feature'
  const build = ['build', '--workspace-folder', place.directory, '--image-name', tag]
  const built = await startProcess([cli, ...build], plainEnvironment()).done
  expect(built.exitCode, built.stderr).toBe(0)
  const version = await startProcess(
    ['docker', 'run', '--rm', '--network=none', tag, 'claude', '--version'],
    plainEnvironment(),
  ).done
  docker('rmi', tag)
  expect(version.stdout).toBe(`${options.version} (Claude Code)\n`)
})

// The feature as the world gets it: published by the workflow's own steps to a real registry, and taken from there by
// devcontainers, the example's among them.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { npmRegistry, plainEnvironment, readCommandFile, startProcess, temporaryFolder } from '../support/airlock.ts'
import { DEVCONTAINER_CLI, devcontainer, featureManifest } from '../support/devcontainer.ts'
import { featureImage } from '../support/feature-images.ts'
import { type OciRegistry, ociRegistry } from '../support/oci-registry.ts'
import { ROOT } from '../support/steps.ts'

const NAMESPACE = 'airlock-run/features'
const { version } = featureManifest()
const [major, minor] = version.split('.')
const TAGS = [version, `${major}.${minor}`, major, 'latest']

interface Job {
  readonly if?: string
  readonly needs?: readonly string[]
  readonly permissions: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[]
}
const WORKFLOW = parse(readFileSync(join(ROOT, '.github/workflows/feature.yml'), 'utf8')) as {
  readonly permissions: object
  readonly jobs: Readonly<Record<string, Job>>
}

/** Runs the commands of the workflow's job as a runner does; returns the exit code and what they said. */
async function publish(registry: string, ref: string) {
  using folder = temporaryFolder('publish')
  const file = join(folder.path, 'env')
  writeFileSync(file, '')
  const job = WORKFLOW.jobs.publish
  const around = { ...plainEnvironment(), HOME: folder.path, GITHUB_REF: ref, GITHUB_ENV: file }
  let output = ''
  for (const { run } of job?.steps ?? []) {
    if (run === undefined) continue
    const env = { ...around, ...job?.env, REGISTRY: registry, ...readCommandFile(file) }
    const ended = await startProcess(['bash', '-e', '-c', run], env).done
    output += ended.stdout + ended.stderr
    if (ended.exitCode !== 0) return { exitCode: ended.exitCode, output }
  }
  return { exitCode: 0, output }
}

const ACCEPT = { accept: 'application/vnd.oci.image.manifest.v1+json' }
const manifest = (registry: string, tag: string) =>
  fetch(`http://${registry}/v2/${NAMESPACE}/claude-code/manifests/${tag}`, { headers: ACCEPT })

let registry: OciRegistry
let base: string
let digest: string
beforeAll(async () => {
  base = await featureImage('glibc')
  registry = await ociRegistry()
  const { exitCode, output } = await publish(registry.host, `refs/tags/feature-v${version}`)
  expect(exitCode, output).toBe(0)
  const body = await (await manifest(registry.host, version)).text()
  digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
})
afterAll(() => registry?.[Symbol.asyncDispose]())

describe('the workflow', () => {
  test('publishes from a tag alone, once everything has passed, with no more rights than that takes', () => {
    const { publish: job, ...tests } = WORKFLOW.jobs
    expect(WORKFLOW.permissions).toEqual({})
    expect(job?.if).toBe("github.event_name == 'push'")
    expect(parse(readFileSync(join(ROOT, '.github/workflows/feature.yml'), 'utf8')).on.push).toEqual({
      tags: ['feature-v*'],
    })
    expect([...(job?.needs ?? [])].sort()).toEqual(Object.keys(tests).sort())
    expect(job?.permissions).toEqual({ contents: 'read', packages: 'write' })
    for (const { permissions } of Object.values(tests)) expect(permissions).toEqual({ contents: 'read' })
    const steps = Object.values(WORKFLOW.jobs).flatMap((one) => one.steps)
    for (const { uses, run } of steps) {
      if (uses) expect(uses).toMatch(/@[0-9a-f]{40}$/)
      expect(run ?? '').not.toContain('${{')
    }
  })

  test('publishes X.Y.Z, X.Y, X and latest, all the same', async () => {
    const bodies = await Promise.all(TAGS.map(async (tag) => (await manifest(registry.host, tag ?? '')).text()))
    expect(new Set(bodies).size).toBe(1)
    const collection = { headers: ACCEPT }
    expect((await fetch(`http://${registry.host}/v2/${NAMESPACE}/manifests/latest`, collection)).status).toBe(200)
    const layers = (JSON.parse(bodies[0] ?? '') as { layers: { digest: string }[] }).layers
    const blob = await fetch(`http://${registry.host}/v2/${NAMESPACE}/claude-code/blobs/${layers[0]?.digest}`)
    const input = Buffer.from(await blob.arrayBuffer())
    const files = execFileSync('tar', ['-t'], { input, encoding: 'utf8' }).split('\n')
    for (const file of ['install.sh', 'devcontainer-feature.json', 'README.md', 'NOTES.md']) {
      expect(files).toContain(`./${file}`)
    }
  })

  test('stops at a tag that is not the feature’s version, before anything is published', async () => {
    await using empty = await ociRegistry()
    const { exitCode, output } = await publish(empty.host, 'refs/tags/feature-v9.9.9')
    expect(exitCode).not.toBe(0)
    expect(output).toContain(`::error::refs/tags/feature-v9.9.9 is not refs/tags/feature-v${version}`)
    expect((await manifest(empty.host, 'latest')).status).toBe(404)
  })

  test('a version that is there already is not published over', async () => {
    const { exitCode, output } = await publish(registry.host, `refs/tags/feature-v${version}`)
    expect(exitCode, output).toBe(0)
    expect(output).toContain('already exists, skipping')
    expect((await manifest(registry.host, digest)).status).toBe(200)
  })
})

describe('a devcontainer takes it', () => {
  const reference = (at: string) => `${registry.host}/${NAMESPACE}/claude-code${at}`
  const taking = (at: string) =>
    devcontainer({
      config: { image: base, remoteUser: 'dev' },
      features: { [reference(at)]: { npmRegistry: npmRegistry() } },
    })
  const lockfile = (directory: string) => join(directory, '.devcontainer/devcontainer-lock.json')

  test.each([
    ['by version', () => `:${version}`],
    ['by its major version', () => `:${major}`],
    ['by digest', () => `@${digest}`],
  ])('%s, and writes down which one it was', async (_, at) => {
    await using place = await taking(at())
    expect((await place.exec('claude --version')).output).toBe(
      `${featureManifest().options.version?.default} (Claude Code)\n`,
    )
    const { features } = JSON.parse(readFileSync(lockfile(place.directory), 'utf8'))
    expect(features[reference(at())]).toMatchObject({
      version,
      resolved: `${reference('')}@${digest}`,
      integrity: digest,
    })
  })

  test('with a lockfile, which is kept to: another digest than the locked one is refused', async () => {
    await using place = await taking(`:${major}`)
    const file = lockfile(place.directory)
    const up = () =>
      startProcess(place.cli('up', '--frozen-lockfile', '--remove-existing-container'), plainEnvironment()).done
    expect((await up()).exitCode).toBe(0)
    const locked = readFileSync(file, 'utf8')
    writeFileSync(file, locked.replaceAll(digest, `sha256:${'0'.repeat(64)}`))
    expect((await up()).exitCode).not.toBe(0)
  })
})

describe('examples/compose', () => {
  test('needs nothing but the feature: the services answer by name, and login and settings are its own', async () => {
    const config = JSON.parse(readFileSync(join(ROOT, 'examples/compose/.devcontainer/devcontainer.json'), 'utf8'))
    const [[published = '', options] = []] = Object.entries(config.features as Record<string, object>)
    expect(published).toBe(`ghcr.io/${NAMESPACE}/claude-code:${major}`)
    const features = { [published.replace('ghcr.io', registry.host)]: { ...options, npmRegistry: npmRegistry() } }
    const common = { config, features, from: join(ROOT, 'examples/compose'), beside: ['orders'] }
    await using place = await devcontainer(common)
    await using other = await devcontainer({ config: { image: base, remoteUser: 'dev' }, features })
    for (const target of ['db/5432', 'redis/6379']) {
      expect((await place.exec(`bash -c 'exec 3<>/dev/tcp/${target}' && echo open`)).output).toContain('open')
    }
    await place.exec('cd /tmp; claude mcp add --scope user mine -- true')
    const servers = async (one: typeof place) =>
      Object.keys(JSON.parse((await one.exec('cat "$CLAUDE_CONFIG_DIR/.claude.json"')).output).mcpServers ?? {})
    expect(await servers(place)).toEqual(['mine'])
    expect(await servers(other)).toEqual([])
  })
})

// Last, because it moves the tags.
test('an update of the feature waits for the lockfile to go, and login and settings outlive it', async () => {
  const reference = `${registry.host}/${NAMESPACE}/claude-code:${major}`
  await using place = await devcontainer({
    config: { image: base, remoteUser: 'dev' },
    features: { [reference]: { npmRegistry: npmRegistry() } },
  })
  const file = join(place.directory, '.devcontainer/devcontainer-lock.json')
  const locked = () => JSON.parse(readFileSync(file, 'utf8')).features[reference].version
  const settings = () => place.exec('cat "$CLAUDE_CONFIG_DIR/.claude.json" "$CLAUDE_CONFIG_DIR/.credentials.json"')
  await place.exec(
    'cd /tmp; claude mcp add --scope user mine -- true; echo kept > "$CLAUDE_CONFIG_DIR/.credentials.json"',
  )
  const before = (await settings()).output

  const newer = `${major}.${minor}.${Number(version.split('.')[2]) + 1}`
  using folder = temporaryFolder('newer')
  cpSync(join(ROOT, 'features/src'), folder.path, { recursive: true })
  const own = join(folder.path, 'claude-code/devcontainer-feature.json')
  writeFileSync(own, readFileSync(own, 'utf8').replace(`"version": "${version}"`, `"version": "${newer}"`))
  const to = ['--registry', registry.host, '--namespace', NAMESPACE]
  const published = await startProcess(
    [DEVCONTAINER_CLI, 'features', 'publish', folder.path, ...to],
    plainEnvironment(),
  ).done
  expect(published.exitCode, published.stderr).toBe(0)

  await place.rebuild()
  expect(locked()).toBe(version)
  rmSync(file)
  await place.rebuild()
  expect(locked()).toBe(newer)
  expect((await settings()).output).toBe(before)
})

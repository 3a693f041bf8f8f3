// `airlock audit` as a user runs it. But for one test its engine does not exist: it does what it can, and says the rest.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cli, temporaryFolder } from '../support/airlock.ts'
import { docker } from '../support/engine-state.ts'
import { type FileMap, project } from '../support/projects.ts'
import { TINY, tiny } from '../support/tiny.ts'

const NO_ENGINE = { DOCKER_HOST: 'tcp://127.0.0.1:9' }
const audit = (directory: string, ...args: string[]) => cli(['audit', directory, ...args], { env: NO_ENGINE })

const COMPOSE = `services:
  db:
    image: postgres
    privileged: true
  web:
    build: .
    ports: ["80:80"]
`
const shop: FileMap = { 'compose.yaml': COMPOSE, Dockerfile: 'FROM debian:trixie-slim\n' }

describe('exit codes', () => {
  test('0: nothing is refused; what could not be looked at is said', async () => {
    using made = tiny()
    const { exitCode, stdout, stderr } = await audit(made.directory)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^✓ nothing found\n/)
    expect(stdout).toContain("Not looked at\n  the Docker engine's version (AL404): it does not answer")
    expect(stdout).toContain('what image debian:trixie-slim asks for')
    expect(stdout).toContain('Read\n  .devcontainer/devcontainer.json')
  })

  test('0: warnings and changes are no failure', async () => {
    using made = tiny({ '.devcontainer/devcontainer.json': '{ "image": "x", "remoteuser": "x", "forwardPorts": [1] }' })
    const { exitCode, stdout } = await audit(made.directory)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^✓ 1 warning · 1 changed\n/)
    expect(stdout).toMatch(/AL603 warning {2}unknown key "remoteuser" {2}\.devcontainer\/devcontainer\.json:1:/)
  })

  test('3: a project with a compose file only needs no choice of what Claude would work in', async () => {
    using made = project(shop)
    const { exitCode, stdout } = await audit(made.directory)
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(/^✗ 1 refused · 1 changed\n/)
    expect(stdout).toContain('AL101 refused  privileged: true on service db  compose.yaml:4:17')
    expect((await audit(made.directory, '--services', 'web')).exitCode).toBe(0)
  })

  test('2: every problem of every file at once', async () => {
    using made = project({
      '.devcontainer/a/devcontainer.json': '{\n  "image": 5\n}',
      '.devcontainer/b/devcontainer.json': '{ "image": "x", "image": "y" }',
      '.airlock.yml': 'allow:\n  - { rule: AL101 }\n',
    })
    const { exitCode, stdout, stderr } = await audit(made.directory, '--json')
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    for (const part of ['a/devcontainer.json:2:12', 'b/devcontainer.json:1:', 'is there twice', '.airlock.yml:2:5']) {
      expect(stderr).toContain(part)
    }
  })

  test.each<[string, FileMap, string]>([
    ['nothing to audit', { README: 'x' }, 'there is no .devcontainer/devcontainer.json'],
    ['a file outside', { 'compose.yaml': 'include: [../x.yaml]' }, 'compose.yaml:1:'],
    ['a bomb of aliases', { 'compose.yaml': bomb() }, 'compose.yaml'],
  ])('2: %s', async (_, files, said) => {
    using made = project(files)
    const { exitCode, stdout, stderr } = await audit(made.directory)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(said)
  })

  test('4: compose files without docker; a devcontainer on an image is judged all the same', async () => {
    using folder = temporaryFolder('no-docker')
    symlinkSync('/usr/bin/git', join(folder.path, 'git'))
    const env = { PATH: folder.path }
    using made = project(shop)
    expect(await cli(['audit', made.directory], { env })).toMatchObject({ exitCode: 4, stdout: '' })
    using simple = tiny()
    expect((await cli(['audit', simple.directory], { env })).exitCode).toBe(0)
  })
})

function bomb(): string {
  const levels = [...'abcdefghij'].map((name, at, all) =>
    at === 0
      ? `x-a: &a [x, x, x, x, x, x, x, x, x]`
      : `x-${name}: &${name} [${Array(9)
          .fill(`*${all[at - 1]}`)
          .join(', ')}]`,
  )
  return `${levels.join('\n')}\nservices: { a: { image: x, command: *j } }\n`
}

test('every devcontainer of a repository is judged, and a file that they share once', async () => {
  const on = (name: string) => JSON.stringify({ dockerComposeFile: '../../compose.yaml', service: name })
  using made = project({
    ...shop,
    '.devcontainer/a/devcontainer.json': on('db'),
    '.devcontainer/b/devcontainer.json': on('web'),
  })
  const { stdout } = await audit(made.directory, '--json')
  const { findings, files } = JSON.parse(stdout)
  expect(files).toEqual(
    expect.arrayContaining(['.devcontainer/a/devcontainer.json', '.devcontainer/b/devcontainer.json']),
  )
  expect(findings.filter(({ rule }: { rule: string }) => rule === 'AL101')).toHaveLength(1)
})

describe('what is allowed', () => {
  test('by .airlock.yml and by a flag: listed with its reason, and no failure', async () => {
    using made = project({ ...shop, '.airlock.yml': 'allow:\n  - rule: AL101\n    reason: it runs in a VM\n' })
    const { exitCode, stdout } = await audit(made.directory)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Allowed on purpose\n  AL101 allowed  privileged: true on service db  compose.yaml:4:17')
    expect(stdout).toContain('allowed because: it runs in a VM\n        so: the sandbox starts without it')
    using other = project(shop)
    expect((await audit(other.directory, '--allow', 'AL101 it runs in a VM')).exitCode).toBe(0)
    expect((await audit(other.directory, '--allow', 'AL102 it runs in a VM')).exitCode).toBe(3)
  })
})

test('SARIF of a folder in a repository names files from its root', async () => {
  using made = project({ 'apps/shop/compose.yaml': COMPOSE, 'apps/shop/Dockerfile': 'FROM x\n' })
  const { stdout } = await audit(join(made.directory, 'apps/shop'), '--format', 'sarif')
  const [run] = JSON.parse(stdout).runs
  const places = run.results.map(
    ({
      locations,
    }: {
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[]
    }) => `${locations[0]?.physicalLocation.artifactLocation.uri}:${locations[0]?.physicalLocation.region.startLine}`,
  )
  expect(places).toEqual(['apps/shop/compose.yaml:4', 'apps/shop/compose.yaml:7'])
})

test('writes nothing, and shows no escape of a file', async () => {
  using made = project({
    ...TINY,
    'compose.yaml': 'services: { "a": { image: x, privileged: true, hostname: "\\e[31mred" } }',
  })
  writeFileSync(join(made.directory, '.devcontainer/devcontainer.json'), '{ "image": "x", "\\u001b[31mred": 1 }')
  const before = made.git('status', '--porcelain', '--ignored')
  for (const format of ['text', 'json', 'sarif', 'markdown']) {
    const { exitCode, stdout } = await audit(made.directory, '--format', format)
    expect(exitCode).toBe(0)
    expect(stdout).not.toContain('\u001b')
  }
  expect(made.git('status', '--porcelain', '--ignored')).toBe(before)
})

test('with an engine, the label of an image that is here is judged; nothing is pulled, built or started', async () => {
  using folder = temporaryFolder('label')
  const name = `airlock-test-label-${process.pid}`
  mkdirSync(join(folder.path, 'context'))
  const entry = JSON.stringify([{ privileged: true }])
  writeFileSync(join(folder.path, 'context/Dockerfile'), `FROM scratch\nLABEL devcontainer.metadata='${entry}'\n`)
  docker('build', '-q', '-t', name, join(folder.path, 'context'))
  const images = () => docker('image', 'ls', '-q').split('\n').sort()
  const before = images()
  try {
    using made = project({ '.devcontainer.json': `{\n  "image": "${name}"\n}` })
    const { exitCode, stdout } = await cli(['audit', made.directory, '--json'])
    expect(exitCode).toBe(3)
    const { findings, notLookedAt } = JSON.parse(stdout)
    expect(findings).toMatchObject([{ rule: 'AL101', source: { file: '.devcontainer.json', line: 2 } }])
    expect(notLookedAt).toEqual([])
    expect(images()).toEqual(before)
  } finally {
    docker('image', 'rm', name)
  }
})

test('the help and the page name every rule and format', async () => {
  const { stdout } = await cli(['audit', '--help'], { env: NO_ENGINE })
  expect(stdout).toContain('airlock audit [FOLDER] [--format FORMAT]')
  expect(stdout).toContain('text, json, sarif, markdown')
  expect(readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8')).toContain('<a id="al101"></a>')
})

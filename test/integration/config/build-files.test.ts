// Dockerfiles, features and the lock file of a project as a run reads them, and what an attack with them would be.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { type FileMap, project } from '../../support/projects.ts'
import { deps, refusal, resolved } from './deps.ts'

const findings = async (directory: string) =>
  audit(await resolved(directory), { allow: [] })
    .filter(({ severity }) => severity !== 'rewrite')
    .map(({ rule, message, source: { file, line } }) => `${rule} ${message} ${file}:${line}`)

const json = (value: object) => JSON.stringify(value, undefined, 2)
const SHA = `sha256:${'0'.repeat(64)}`

describe('Dockerfiles', () => {
  it('are found for the devcontainer and for each service that runs', async () => {
    using made = project({
      '.devcontainer/devcontainer.json': json({
        dockerComposeFile: '../compose.yaml',
        service: 'app',
        runServices: ['a'],
      }),
      'compose.yaml':
        'services:\n  app: { build: . }\n  a: { build: { context: ., dockerfile_inline: "FROM x\\nRUN --network=host y" } }\n  b: { build: b }\n',
      Dockerfile: '# syntax=evil/x\nFROM x\n',
      'b/Dockerfile': '# syntax=evil/x\nFROM x\n',
    })
    expect(await findings(made.directory)).toEqual([
      'AL801 syntax evil/x Dockerfile:1',
      'AL802 RUN --network=host compose.yaml:3',
    ])
  })

  it('of a devcontainer without compose, through links, and outside', async () => {
    using made = project({
      '.devcontainer.json': json({ build: { dockerfile: 'dev/Dockerfile' } }),
      'dev/Dockerfile': { link: '../real' },
      real: 'FROM x\nADD http://10.0.0.1/x /x\n',
    })
    expect(await findings(made.directory)).toEqual(['AL804 ADD http://10.0.0.1/x dev/Dockerfile:2'])
    using outside = project({
      'compose.yaml': 'services: { a: { build: { context: ., dockerfile: ../Dockerfile } } }',
      '.devcontainer.json': json({ dockerComposeFile: 'compose.yaml', service: 'a' }),
    })
    writeFileSync(join(dirname(outside.directory), 'Dockerfile'), 'FROM hunter2-planted\n')
    const found = await findings(outside.directory)
    expect(found.join('\n')).toContain('AL806 ../Dockerfile leads out of the project and is not read')
    expect(found.join('\n')).not.toContain('hunter2')
  })

  it("control: the builder fetches from the host's own localhost, and what it finds is in the image", async () => {
    const server = createServer((_, response) => response.end('hunter2-planted')).listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const { port } = server.address() as AddressInfo
    const text = `FROM debian:trixie-slim\nADD http://127.0.0.1:${port}/x /x\n`
    using made = project({ '.devcontainer.json': json({ build: { dockerfile: 'Dockerfile' } }), Dockerfile: text })
    const { docker } = deps()
    const built = await docker.run(['build', '--quiet', made.directory])
    const id = built.stdout.toString('utf8').trim()
    expect((await docker.run(['run', '--rm', '--network', 'none', id, 'cat', '/x'])).stdout.toString('utf8')).toBe(
      'hunter2-planted',
    )
    await docker.run(['rmi', '--force', id])
    server.close()
    expect(await findings(made.directory)).toEqual([`AL804 ADD http://127.0.0.1:${port}/x Dockerfile:2`])
  })
})

describe('features of the project', () => {
  const feature = (id: string, more: object = {}, files: FileMap = {}): FileMap => ({
    '.devcontainer/devcontainer.json': json({ image: 'x', features: { [id]: {} } }),
    '.devcontainer/mine/devcontainer-feature.json': json({ id: 'mine', version: '1.0.0', ...more }),
    '.devcontainer/mine/install.sh': { run: '#!/bin/sh\n' },
    ...files,
  })

  it('an ordinary one passes', async () => {
    using made = project(feature('./mine', { options: {}, mounts: ['type=volume,source=x,target=/x'] }))
    expect(await findings(made.directory)).toEqual([])
  })

  it('what they ask for is judged in their own file', async () => {
    const asks = {
      privileged: true,
      capAdd: ['SYS_ADMIN'],
      mounts: ['type=bind,source=/,target=/host'],
      dependsOn: { 'ghcr.io/devcontainers/features/docker-in-docker:2': {} },
      runArgs: [],
    }
    using made = project(feature('./mine', asks))
    const file = '.devcontainer/mine/devcontainer-feature.json'
    expect(await findings(made.directory)).toEqual([
      `AL101 privileged: true on feature ./mine ${file}:4`,
      `AL103 capability SYS_ADMIN on feature ./mine ${file}:6`,
      `AL202 bind of / on feature ./mine ${file}:9`,
      `AL812 dependsOn ghcr.io/devcontainers/features/docker-in-docker:2 of feature ./mine ${file}:12`,
      `AL813 unknown key "runArgs" ${file}:14`,
    ])
  })

  it.each([
    ['../mine', 'is not below the folder'],
    ['./../mine', 'is not below the folder'],
    ['./../../../mine', 'is not below the folder'],
    ['./', 'is not below the folder'],
    ['/mine', 'is not below the folder'],
    ['./none', '.devcontainer/none does not exist'],
    ['./link', '.devcontainer/link leads out of the project'],
    ['./half', 'install.sh does not exist'],
    ['./broken', 'a comma is missing here'],
  ])('%s is refused: %s', async (id, expected) => {
    using made = project(
      feature(
        id,
        {},
        {
          'mine/install.sh': '',
          '.devcontainer/link': { link: '../../outside' },
          '.devcontainer/half/devcontainer-feature.json': '{}',
          '.devcontainer/broken/devcontainer-feature.json': '{"a": 1 "b": 2}',
          '.devcontainer/broken/install.sh': '',
        },
      ),
    )
    mkdirSync(join(dirname(made.directory), 'outside'))
    expect(await refusal(made.directory)).toContain(expected)
  })

  it('an open line is refused, an encrypted one not', async () => {
    using made = project({
      '.devcontainer.json': json({
        image: 'x',
        features: { 'http://a.example/f.tgz': {}, 'https://a.example/f.tgz': {} },
      }),
    })
    expect(await findings(made.directory)).toEqual(['AL811 feature http://a.example/f.tgz .devcontainer.json:4'])
  })
})

describe('the lock file', () => {
  const locked = (
    entry: object,
    name = '.devcontainer/devcontainer-lock.json',
    config = '.devcontainer/devcontainer.json',
  ) =>
    project({
      [config]: json({ image: 'x', features: { 'ghcr.io/a/b:1': {} } }),
      [name]: json({ features: { 'ghcr.io/a/b:1': entry } }),
    })

  it.each([
    [{ version: '1.0.0', resolved: `ghcr.io/a/b@${SHA}`, integrity: SHA }, undefined],
    [{ resolved: `evil.example/a/b@${SHA}`, integrity: SHA }, 'is for evil.example'],
    [{ resolved: `ghcr.io/a/b@${SHA.replace('0', '1')}`, integrity: SHA }, 'names two digests'],
    [{ resolved: `ghcr.io/a/b@${SHA}` }, 'no sha256 integrity'],
  ])('%j: %s', async (entry, expected) => {
    using made = locked(entry)
    const found = await findings(made.directory)
    if (expected === undefined) expect(found).toEqual([])
    else expect(found.join()).toMatch(new RegExp(`^AL814 .*${expected}.*devcontainer-lock.json:3$`))
  })

  it('is hidden beside a hidden devcontainer.json, and never read through a link that leads out', async () => {
    using hidden = locked({}, '.devcontainer-lock.json', '.devcontainer.json')
    expect((await findings(hidden.directory)).join()).toContain('AL814')
    using linked = project({
      '.devcontainer.json': json({ image: 'x', features: { 'ghcr.io/a/b:1': {} } }),
      '.devcontainer-lock.json': { link: '/etc/passwd' },
    })
    expect(await refusal(linked.directory)).toContain('.devcontainer-lock.json leads out of the project')
  })
})

it('reading leaves the project as it was', async () => {
  using made = project({ '.devcontainer.json': json({ build: { dockerfile: 'Dockerfile' } }), Dockerfile: 'FROM x\n' })
  await resolved(made.directory)
  expect(
    execFileSync('git', ['-c', 'safe.directory=*', 'status', '--porcelain'], { cwd: made.directory }).toString(),
  ).toBe('')
})

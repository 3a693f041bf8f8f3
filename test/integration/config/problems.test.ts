// Bad configurations: every problem in one message, with its place.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { project } from '../../support/projects.ts'
import { refusal, resolved } from './deps.ts'

const COMPOSE = 'services: { web: { image: x }, db: { image: x } }\n'
const ON_COMPOSE = '{ "dockerComposeFile": "compose.yaml", "service": "app", "runServices": ["web", "dbs"] }'

describe('what is wrong is told with its place', () => {
  it.each([
    ['nothing to go by', {}, {}, ['there is no .devcontainer/devcontainer.json']],
    [
      'several devcontainers',
      { '.devcontainer/a/devcontainer.json': '{}', '.devcontainer/b/devcontainer.json': '{}' },
      {},
      ['.devcontainer/a/devcontainer.json, .devcontainer/b/devcontainer.json', 'config_file: .devcontainer/a/'],
    ],
    [
      'a broken devcontainer.json',
      { '.devcontainer.json': '{\n  "image": "x"\n  "init": true\n}' },
      {},
      ['.devcontainer.json:3:3', 'a comma is missing here'],
    ],
    [
      'values of the wrong kind',
      {
        '.devcontainer.json':
          '{\n  "image": 5,\n  "remoteUser": [],\n  "userEnvProbe": "shell",\n  "build": {"args": [1]}\n}',
      },
      {},
      [
        '4 problems',
        '.devcontainer.json:2:12: "image" must be a string',
        '.devcontainer.json:3:17: "remoteUser" must be a string',
        '.devcontainer.json:4:19: "userEnvProbe" must be one of none',
        '.devcontainer.json:5:21: "build.args" must be an object of strings',
      ],
    ],
    ['no image at all', { '.devcontainer.json': '{}' }, {}, ['one of "image"']],
    [
      'two kinds at once',
      { '.devcontainer.json': '{ "image": "x", "dockerComposeFile": "c.yaml" }' },
      {},
      ['"dockerComposeFile" and "image" exclude each other', '"service" must name'],
    ],
    [
      'a compose file that is not there',
      { '.devcontainer/devcontainer.json': '{ "dockerComposeFile": "../none.yaml", "service": "a" }' },
      {},
      ['none.yaml does not exist'],
    ],
    [
      'broken compose files',
      { 'compose.yaml': 'services:\n\ta: 1\n', 'compose.override.yaml': 'a: 1\na: 2\n' },
      { service: 'a' },
      ['compose.yaml:2:1', 'compose.override.yaml:2:1'],
    ],
    [
      'what compose itself refuses',
      { 'compose.yaml': 'services: { web: { image: x, depends_on: [none] } }' },
      { service: 'web' },
      ['at compose.yaml', 'undefined service'],
    ],
    [
      'a compose file that only adds to another',
      { 'docker-compose.dev.yml': 'services: { web: { ports: ["80"] } }', 'docker-compose.yml': COMPOSE },
      { service: 'web' },
      ['at docker-compose.dev.yml', 'name both in order: compose_file'],
    ],
    [
      'a variable that must be given',
      { 'compose.yaml': 'services: { web: { image: "x:${TAG:?the tag}" } }' },
      { service: 'web' },
      ['TAG', 'the tag', 'include: .env'],
    ],
    [
      'unknown services',
      { '.devcontainer.json': ON_COMPOSE, 'compose.yaml': COMPOSE },
      {},
      [
        '2 problems',
        '.devcontainer.json:1:51: there is no service "app"; the compose files define: db, web',
        '.devcontainer.json:1:81: there is no service "dbs"',
      ],
    ],
    [
      'unknown services of the request',
      { 'compose.yaml': COMPOSE },
      { service: 'app', services: ['x'] },
      ['"app"', '"x"'],
    ],
    ['nothing to work in', { 'compose.yaml': COMPOSE }, {}, ['service: web', 'base_image:', 'base_dockerfile:']],
    [
      'services without compose',
      { '.devcontainer.json': '{ "image": "x" }' },
      { services: ['db'] },
      ['services names compose services'],
    ],
    [
      'another service than devcontainer.json',
      { '.devcontainer.json': ON_COMPOSE.replace('app', 'web').replace('dbs', 'db'), 'compose.yaml': COMPOSE },
      { service: 'db' },
      ['service is db, but devcontainer.json says web'],
    ],
    [
      'a missing file of the request',
      { 'a.yaml': COMPOSE },
      { project: { kind: 'compose', files: ['a.yaml', 'b.yaml'] } },
      ['b.yaml does not exist'],
    ],
  ] as const)('%s', async (_name, files, request, expected) => {
    using made = project({ README: 'x\n', ...files })
    const text = await refusal(made.directory, request)
    expect(text).toMatch(/^input\n/)
    for (const part of expected) expect(text).toContain(part)
  })
})

describe('the four kinds', () => {
  it('image, in a folder that is no git repository', async () => {
    using made = project({ '.devcontainer.json': '{ "image": "x" }' })
    execFileSync('rm', ['-rf', join(made.directory, '.git')])
    expect(await resolved(made.directory)).toMatchObject({ kind: 'image', base: { image: 'x' } })
  })

  it('compose without devcontainer.json, on a Dockerfile of the request', async () => {
    using made = project({ 'compose.yaml': COMPOSE, 'docker/dev.Dockerfile': 'FROM x\n' })
    const base = { kind: 'dockerfile', file: 'docker/dev.Dockerfile' } as const
    const config = await resolved(made.directory, { project: { kind: 'auto', base }, services: ['db'] })
    expect(config).toMatchObject({ kind: 'compose-only', service: 'sandbox', services: ['db'] })
    expect(config.base).toEqual({
      kind: 'build',
      context: config.directory,
      dockerfile: join(config.directory, 'docker/dev.Dockerfile'),
      args: {},
    })
  })

  it('a devcontainer in a folder of its own, named by the request', async () => {
    using made = project({
      '.devcontainer/a/devcontainer.json': '{ "image": "a" }',
      '.devcontainer/b/devcontainer.json': '{ "build": { "dockerfile": "Dockerfile" }, "features": { "./own": {} } }',
      '.devcontainer/b/own/devcontainer-feature.json': '{ "id": "own", "version": "1.0.0" }',
      '.devcontainer/b/own/install.sh': 'true\n',
    })
    const file = '.devcontainer/b/devcontainer.json'
    const config = await resolved(made.directory, { project: { kind: 'devcontainer', file } })
    const folder = join(config.directory, '.devcontainer/b')
    expect(config.base).toMatchObject({ context: folder, dockerfile: join(folder, 'Dockerfile') })
    expect(config.devcontainer?.file).toBe(file)
    expect(config.features).toEqual({ './own': {} })
  })

  it('runs nothing of the project', async () => {
    using made = project({ '.devcontainer.json': '{ "image": "x", "initializeCommand": "touch ran" }' })
    await resolved(made.directory)
    expect(existsSync(join(made.directory, 'ran'))).toBe(false)
    expect(made.git('status', '--porcelain')).toBe('')
  })
})

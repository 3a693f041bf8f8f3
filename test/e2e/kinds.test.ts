// All four kinds of project, with remote users root and 1000, and a host user of 1001.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PHASES } from '../../src/report/run-result.ts'
import { run, temporaryFolder } from '../support/airlock.ts'
import { NOTHING, runObjects } from '../support/engine-state.ts'
import { type Model, startModel } from '../support/model.ts'
import { type FileMap, project } from '../support/projects.ts'

const DOCKERFILE = `FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends git netcat-openbsd && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 --shell /bin/bash dev
# As version managers do it: below the line at which Debian's .bashrc leaves shells that are not interactive.
RUN mkdir /opt/shims && echo 'export PATH=/opt/shims:$PATH MANAGED=yes' | tee -a /root/.bashrc >> /home/dev/.bashrc
`

// A service that needs nothing but the base image, and answers on a port.
const COMPOSE = `services:
  web:
    build: web
    expose: ["8000"]
`
const WEB = `FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends netcat-openbsd && rm -rf /var/lib/apt/lists/*
CMD ["sh", "-c", "while :; do echo hello from web | nc -l -N -p 8000; done"]
`
const compose: FileMap = { 'docker-compose.dev.yml': COMPOSE, 'web/Dockerfile': WEB }
const devcontainer = (value: object): FileMap => ({ '.devcontainer/devcontainer.json': JSON.stringify(value) })

const KINDS: readonly { name: string; files: FileMap; args?: string[]; uid: string; services: string[] }[] = [
  { name: 'image', files: devcontainer({ image: 'debian:trixie-slim' }), uid: '0', services: [] },
  {
    name: 'dockerfile',
    files: {
      ...devcontainer({
        build: { dockerfile: 'Dockerfile' },
        remoteUser: 'dev',
        containerEnv: { OWN: 'of-the-container' },
        remoteEnv: { REMOTE: '${containerEnv:OWN}!' },
        postCreateCommand: 'echo "$(id -u) $MANAGED" > created.txt',
      }),
      '.devcontainer/Dockerfile': DOCKERFILE,
    },
    uid: '1000',
    services: [],
  },
  {
    name: 'compose',
    files: {
      ...compose,
      ...devcontainer({
        dockerComposeFile: ['../docker-compose.dev.yml', 'compose.yml'],
        service: 'app',
        workspaceFolder: '/workspaces/app',
        remoteUser: 'dev',
      }),
      '.devcontainer/compose.yml':
        'services:\n  app:\n    build: .devcontainer\n    volumes: ["..:/workspaces/app"]\n    command: sleep infinity\n',
      '.devcontainer/Dockerfile': DOCKERFILE,
    },
    uid: '1000',
    services: ['web'],
  },
  {
    name: 'compose-only',
    files: { ...compose, 'Dockerfile.dev': DOCKERFILE },
    args: ['--compose-file', 'docker-compose.dev.yml', '--base-dockerfile', 'Dockerfile.dev'],
    uid: '0',
    services: ['web'],
  },
]

// The parent of a command's shell is Claude itself: its own environment, before any shell of its own reads a file.
const ENVIRONMENT = `tr '\\0' '\\n' < /proc/$PPID/environ | grep -E '^(PATH|MANAGED|REMOTE|OWN)=' | sort | tr '\\n' ' ' > env.txt`

const commands = (services: readonly string[]) => [
  ENVIRONMENT,
  'id -u > uid.txt; touch owned && stat -c %u owned > owner.txt; rm owned',
  'git log --oneline > log.txt 2>&1 || true',
  ...services.map((service) => `timeout 5 bash -c 'exec 3<>/dev/tcp/${service}/8000; cat <&3' > ${service}.txt`),
]

describe.each(KINDS)('$name', ({ name, files, args = [], uid, services }) => {
  let model: Model
  beforeAll(async () => {
    model = await startModel({ scenario: { kind: 'bash', commands: commands(services) } })
  })
  afterAll(() => model.stop())

  test.each([undefined, 1001])('host user %s', async (hostUser) => {
    using folder = temporaryFolder('kinds')
    using source = project(files, name)
    if (hostUser !== undefined) giveTo(hostUser, folder.path, join(source.directory, '..'))
    const as =
      hostUser === undefined
        ? []
        : ['setpriv', `--reuid=${hostUser}`, `--regid=${hostUser}`, `--groups=${dockerGroup()}`]
    const env = hostUser === undefined ? {} : { HOME: folder.path }
    const output = join(folder.path, 'out')
    const ended = await run(source.directory, output, args, { model: model.url, as, env })
    expect(ended.exitCode, ended.stderr).toBe(0)
    expect(added(ended.patch, 'uid.txt')).toBe(uid)
    expect(added(ended.patch, 'owner.txt')).toBe(uid)
    if (name === 'dockerfile') {
      expect(added(ended.patch, 'env.txt')).toMatch(
        /^MANAGED=yes OWN=of-the-container PATH=\/opt\/shims:\S+ REMOTE=of-the-container! $/,
      )
      expect(added(ended.patch, 'created.txt')).toBe('1000 yes')
    }
    expect(Object.keys(ended.result.timings).sort()).toEqual([...PHASES].sort())
    for (const service of services) expect(added(ended.patch, `${service}.txt`)).toBe('hello from web')
    expect(ended.result.services).toEqual(services)
    source.git('apply', '--check', ended.result.output.patch ?? '')
    expect(source.git('status', '--porcelain')).toBe('')
    expect(runObjects(ended.result.runId)).toEqual(NOTHING)
  })
})

function giveTo(uid: number, ...folders: string[]): void {
  for (const folder of folders) execFileSync('chown', ['-R', `${uid}:${uid}`, folder])
}

const dockerGroup = () => execFileSync('stat', ['-c', '%g', '/var/run/docker.sock'], { encoding: 'utf8' }).trim()

function added(patch: string, file: string): string | undefined {
  return new RegExp(`^\\+\\+\\+ b/${file}\\n@@ [^\\n]*\\n\\+([^\\n]*)`, 'm').exec(patch)?.[1]
}

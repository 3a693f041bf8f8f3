// The project itself is what fails: the message names the command or the service and quotes its last words.
import { expect, test } from 'vitest'
import { run, temporaryFolder } from '../support/airlock.ts'
import { NOTHING, runObjects } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { type FileMap, project as makeProject } from '../support/projects.ts'
import { TINY } from '../support/tiny.ts'

const devcontainer = (value: object): FileMap => ({
  ...TINY,
  '.devcontainer/devcontainer.json': JSON.stringify(value),
})

const withService = (db: string): FileMap => ({
  ...devcontainer({ dockerComposeFile: '../compose.yml', service: 'app', workspaceFolder: '/w' }),
  'compose.yml': `services:
  app: { image: "debian:trixie-slim", command: sleep infinity, volumes: [".:/w"] }
  db: { image: "debian:trixie-slim", ${db} }
`,
})

const SICK = 'healthcheck: { test: "echo no room for tables; false", interval: 200ms, retries: 3 }'

const FAULTS: readonly (readonly [string, FileMap, { message: RegExp; where?: RegExp; detail: RegExp }])[] = [
  [
    'a postCreateCommand that fails',
    devcontainer({ image: 'debian:trixie-slim', postCreateCommand: 'echo cannot find the moon; exit 3' }),
    { message: /^postCreateCommand failed$/, where: /exit code 3/, detail: /cannot find the moon/ },
  ],
  [
    'one of several parallel commands that fails',
    devcontainer({ image: 'debian:trixie-slim', postCreateCommand: { good: 'true', bad: 'echo broken; exit 4' } }),
    { message: /^postCreateCommand \(bad\) failed$/, where: /exit code 4/, detail: /broken/ },
  ],
  [
    'a service that never becomes healthy',
    withService(`command: sleep infinity, ${SICK}`),
    { message: /service db is unhealthy/, detail: /no room for tables/ },
  ],
  [
    'a service that ends at once',
    withService('command: sh -c "echo bad configuration; exit 5"'),
    { message: /service db ended with exit code 5/, detail: /bad configuration/ },
  ],
  [
    'a Dockerfile that fails',
    {
      ...devcontainer({ build: { dockerfile: 'Dockerfile' } }),
      '.devcontainer/Dockerfile': 'FROM debian:trixie-slim\nRUN echo no such tool && exit 6\n',
    },
    { message: /building the image of the devcontainer/, detail: /no such tool/ },
  ],
]

test.each(FAULTS)('%s', async (_, files, { message, where, detail }) => {
  using project = makeProject(files)
  using folder = temporaryFolder('fault')
  const model = await startModel({ scenario: { kind: 'say', text: 'Never said.' } })
  const ended = await run(project.directory, folder.path, [], { model: model.url })
  await model.stop()
  expect(ended.result.error?.message).toMatch(message)
  expect(ended.result.error?.where ?? '').toMatch(where ?? /.*/)
  expect(ended.result.error?.detail ?? '').toMatch(detail)
  expect([4, 5]).toContain(ended.exitCode)
  expect(ended.stdout + ended.stderr).toMatch(
    message.source.startsWith('^') ? new RegExp(message.source.slice(1, -1)) : message,
  )
  expect(model.requests()).toEqual([])
  expect(project.git('status', '--porcelain')).toBe('')
  expect(runObjects(ended.result.runId)).toEqual(NOTHING)
})

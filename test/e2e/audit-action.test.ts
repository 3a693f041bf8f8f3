// The audit in a workflow: each finding is an annotation at its file and line, as the runner reads it, and the job's
// summary has them all. The project lies in a folder of the checkout.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ActionRunner, TEST_KEY, temporaryFolder } from '../support/airlock.ts'
import { NOTHING, runObjects } from '../support/engine-state.ts'
import { project } from '../support/projects.ts'
import { runnerCommands } from '../support/runner-commands.ts'

const DEVCONTAINER = `{
  "dockerComposeFile": "../compose.yaml",
  "service": "app",
  "remoteuser": "dev",
  "forwardPorts": [3000]
}
`
const COMPOSE = `services:
  app:
    image: debian:trixie-slim
    command: sleep infinity
  db:
    image: postgres
    privileged: true
    cap_add:
      - SYS_NICE
      - NET_ADMIN
    container_name: "::error::planted%0A::error::planted"
    volumes:
      - /etc:/host-etc
`

test('errors, warnings and notices at their lines; the summary lists what is refused, allowed and changed', async () => {
  using folder = temporaryFolder('audit-action')
  using made = project({
    'apps/shop/.devcontainer/devcontainer.json': DEVCONTAINER,
    'apps/shop/compose.yaml': COMPOSE,
    'apps/shop/.airlock.yml': 'allow:\n  - rule: AL103\n    reason: the router needs it\n',
  })
  const inputs = { prompt: 'x', anthropic_api_key: TEST_KEY, directory: 'apps/shop', allow: 'AL202 | only <names>' }
  const runner = new ActionRunner(inputs, { workspace: made.directory, folder: folder.path })
  const { main, outputs, summary } = await runner.run()
  expect(main.exitCode).toBe(1)
  expect(outputs.conclusion).toBe('failure')
  const annotations = runnerCommands(main.stdout).filter(({ command }) => /^(error|warning|notice)$/.test(command))
  const found = annotations.map(({ command, properties: { file, line, title = '' } }) => {
    return `${command} ${title.split(' ')[0]} ${file}:${line}`
  })
  expect(found).toEqual([
    'error AL101 apps/shop/compose.yaml:7',
    'warning AL103 apps/shop/compose.yaml:10',
    'warning AL202 apps/shop/compose.yaml:13',
    'warning AL603 apps/shop/.devcontainer/devcontainer.json:4',
    'notice AL701 apps/shop/.devcontainer/devcontainer.json:5',
    'notice AL703 apps/shop/compose.yaml:11',
    // The step's own failure, which says what to do next.
    'error audit undefined:undefined',
  ])
  expect(annotations[0]?.data).toContain('Why: a privileged container owns the host')
  expect(annotations[1]?.data).toContain(
    'Allowed because: the router needs it (the sandbox has it, and promise 1 is open)',
  )
  expect(annotations.filter(({ data }) => data.startsWith('planted'))).toEqual([])

  const text = summary.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  for (const part of [
    '### Refused by the audit',
    'privileged: true on service db | <code>compose.yaml:7</code> | a privileged container owns the host',
    '### Allowed on purpose',
    'capability NET_ADMIN on service db | <code>compose.yaml:10</code> | the router needs it',
    'bind of /etc on service db | <code>compose.yaml:13</code> | | only <names> | the sandbox starts without it |',
    'Warnings of the audit: 1',
    'What the sandbox does in another way: 2',
  ]) {
    expect(text).toContain(part)
  }
  expect(runObjects()).toEqual(NOTHING)
  expect(made.git('status', '--porcelain')).toBe('')
  expect(outputs.result_file).toContain(join(folder.path, 'temp'))
})

test('what is wrong with .airlock.yml is at its line, too, and nothing is allowed by it', async () => {
  using folder = temporaryFolder('audit-action')
  using made = project({
    'apps/shop/.devcontainer.json': '{ "image": "debian:trixie-slim", "privileged": true }',
    'apps/shop/.airlock.yml': 'allow:\n  - rule: AL101\n',
  })
  const inputs = { prompt: 'x', anthropic_api_key: TEST_KEY, directory: 'apps/shop' }
  const { main } = await new ActionRunner(inputs, { workspace: made.directory, folder: folder.path }).run()
  expect(main.exitCode).toBe(1)
  const [error] = runnerCommands(main.stdout).filter(({ command }) => command === 'error')
  expect(error).toMatchObject({ properties: { file: 'apps/shop/.airlock.yml', line: '2' } })
  expect(error?.data).toContain('the reason is missing for AL101')
})

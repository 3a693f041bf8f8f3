// The devcontainers CLI's reading of every fixture and of the corpus is ours; where it is not, it is told.
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cliDifferences } from '../../../src/config/cli-differences.ts'
import type { Json } from '../../../src/config/resolved-config.ts'
import { readConfiguration } from '../../../src/ports/devcontainers-cli.ts'
import { installation } from '../../../src/ports/installation.ts'
import { allowedEnvironment, hostProcess } from '../../../src/ports/process.ts'
import { corpus } from '../../support/corpus.ts'
import { project } from '../../support/projects.ts'
import { ROOT } from '../../support/steps.ts'
import { resolved } from './deps.ts'

const child = hostProcess({ ...allowedEnvironment(process.env), DOCKER_HOST: 'tcp://192.0.2.1:1' })
const theirs = (directory: string, file: string) =>
  readConfiguration(child, installation(ROOT), directory, join(directory, file)) as Promise<Json | undefined>

const FIXTURES = join(ROOT, 'test/fixtures/projects')
const withDevcontainer = readdirSync(FIXTURES).filter((name) =>
  readdirSync(join(FIXTURES, name)).some((file) => file.startsWith('.devcontainer')),
)
const setups = corpus().filter(({ files }) => '.devcontainer/devcontainer.json' in files)

it.each(withDevcontainer.slice(0, 5))('%s', async (name) => {
  const { devcontainer, directory, differences } = await resolved(join(FIXTURES, name))
  if (!devcontainer) throw new Error('no devcontainer.json')
  expect([...(differences ?? []), ...cliDifferences(devcontainer, await theirs(directory, devcontainer.file))]).toEqual(
    [],
  )
})

it('of the corpus', async () => {
  for (const { files, name } of setups.slice(0, 6)) {
    using made = project(files, name)
    const { devcontainer, directory } = await resolved(made.directory)
    if (!devcontainer) throw new Error('no devcontainer.json')
    expect(cliDifferences(devcontainer, await theirs(directory, devcontainer.file))).toEqual([])
    const status = ['-c', 'safe.directory=*', 'status', '--porcelain']
    expect(execFileSync('git', status, { cwd: directory }).toString()).toBe('')
  }
})

it('a file that it can not read', async () => {
  using made = project({ README: 'x' })
  expect(await theirs(made.directory, '.devcontainer/devcontainer.json')).toBeUndefined()
})

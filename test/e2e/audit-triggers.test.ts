// An image's ONBUILD triggers run in the build on top of it. The builder's ADD reaches what listens on the host only.
import { execFile, execFileSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cli, TEST_KEY, temporaryFolder } from '../support/airlock.ts'
import { docker, NOTHING, runObjects } from '../support/engine-state.ts'
import { BASE } from '../support/hostile.ts'
import { project } from '../support/projects.ts'

const IMAGE = `airlock-test-triggers-${process.pid}:latest`
let folder: ReturnType<typeof temporaryFolder>
let server: Server
let asked = 0

beforeAll(async () => {
  folder = temporaryFolder('triggers')
  server = createServer((_, response) => {
    asked += 1
    response.end('of the host')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const input = `FROM ${BASE}\nONBUILD ADD http://127.0.0.1:${port}/secret /secret\n`
  execFileSync('docker', ['build', '-q', '-t', IMAGE, '-'], { input })
})
afterAll(() => {
  docker('image', 'rm', '-f', IMAGE)
  server.close()
  folder[Symbol.dispose]()
})

test('control: a plain build on such an image asks the host', async () => {
  using made = project({ Dockerfile: `FROM ${IMAGE}\n` })
  const { stdout } = await promisify(execFile)('docker', ['build', '-q', '--no-cache', made.directory])
  docker('image', 'rm', '-f', stdout.trim())
  expect(asked).toBeGreaterThan(0)
})

test('airlock audit tells of it where the engine has the image', async () => {
  using made = project({ '.devcontainer/devcontainer.json': JSON.stringify({ image: IMAGE }) })
  const ended = await cli(['audit', made.directory])
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3)
  expect(ended.stdout).toContain('AL804')
})

test.each([
  ['a Dockerfile', { build: { dockerfile: 'Dockerfile' } }, '.devcontainer/Dockerfile:2'],
  ['an image', { image: IMAGE }, '.devcontainer/devcontainer.json:1'],
])('%s: is refused before the build, at its line', async (name, devcontainer, where) => {
  using made = project({
    '.devcontainer/devcontainer.json': JSON.stringify(devcontainer),
    '.devcontainer/Dockerfile': `ARG BASE=${IMAGE}\nFROM $BASE AS own\nFROM own\n`,
  })
  asked = 0
  const args = ['run', made.directory, '--prompt', 'x', '--output-dir', join(folder.path, name)]
  const ended = await cli(args, { env: { ANTHROPIC_API_KEY: TEST_KEY } })
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3)
  expect(ended.stdout + ended.stderr).toContain('AL804')
  expect(ended.stdout + ended.stderr).toContain(where)
  expect(asked).toBe(0)
  expect(runObjects()).toEqual(NOTHING)
})

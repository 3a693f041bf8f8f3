// A project on disk and the two ways in, as tests need them.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AirlockError } from '../../../src/ports/errors.ts'
import { requestFromAction } from '../../../src/request/from-action.ts'
import { commandFromArgv } from '../../../src/request/from-argv.ts'
import type { RunRequest } from '../../../src/request/run-request.ts'

const FILES: Readonly<Record<string, string>> = {
  'task.md': 'Do the task\n',
  'empty.md': '',
  'settings.json': '{ "model": "opus" }',
  'broken.json': '{ "token": "sk-secret", }',
  'ca.pem': '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n',
  'compose.yml': 'services: {}\n',
  'compose.dev.yml': 'services: {}\n',
  '.devcontainer/devcontainer.json': '{}',
  Dockerfile: 'FROM scratch\n',
}

/** A folder with a file of every kind that an input can name. */
export function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-request-'))
  mkdirSync(join(folder, '.devcontainer'))
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content)
  return folder
}

export const KEY = { ANTHROPIC_API_KEY: 'sk-ant-api-test' }

type Environment = Readonly<Record<string, string>>

export function around(cwd: string, env: Environment = KEY) {
  return { cwd, env, readStdin: () => 'from stdin\n', outputRoot: '/out' }
}

export function byFlags(args: readonly string[], cwd: string, env: Environment = KEY) {
  const command = commandFromArgv(['run', ...args], around(cwd, env))
  if (command.kind !== 'run') throw new Error(`not a run: ${command.kind}`)
  return command
}

export function byInputs(inputs: Environment, cwd: string, env: Environment = {}) {
  const variables = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  return requestFromAction(around(cwd, { ...env, ...Object.fromEntries(variables) }))
}

/** The problems that a request is refused for. */
export function problems(build: () => unknown): readonly string[] {
  try {
    build()
  } catch (error) {
    if (!(error instanceof AirlockError) || error.kind !== 'input') throw error
    return error.detail === undefined ? [error.message] : error.detail.split('\n').map((line) => line.slice(2))
  }
  return []
}

export function request(args: readonly string[], cwd: string, env: Environment = KEY): RunRequest {
  return byFlags(['--prompt', 'x', ...args], cwd, env).request
}

import { describe, expect, test } from 'vitest'
import { dockerClient } from '../../../src/ports/docker.ts'
import type { Completed } from '../../../src/ports/process.ts'
import { checkEngine, engineProblem, mountsSubpaths } from '../../../src/sandbox/engine.ts'

describe('an engine', () => {
  const COMPOSE = '2.24.0'

  test.each([
    '23.0.11',
    '23.1.0',
    '25.0.5',
    '25.1.0',
    '26.0.2',
    '26.1.5+dfsg1',
    '27.0.0',
    '28.3.1',
  ])('%s will do', (version) => expect(engineProblem({ version, compose: COMPOSE })).toBeUndefined())

  test.each([
    ['20.10.24', /resolve outside names/],
    ['23.0.10', /resolve outside names/],
    ['24.0.9', /resolve outside names/],
    ['25.0.4', /resolve outside names/],
    ['26.0.0', /IPv6 addresses/],
    ['26.0.1', /IPv6 addresses/],
    ['', /resolve outside names/],
    ['unknown', /resolve outside names/],
  ])('%j is refused', (version, why) => expect(engineProblem({ version, compose: COMPOSE })).toMatch(why))

  test.each([
    ['v2.24.0', undefined],
    ['2.26.1-4', undefined],
    ['3.0.0', undefined],
    ['2.23.3', /Compose 2.23.3 is too old/],
    ['1.29.2', /too old/],
    ['', /too old/],
  ])('compose %j', (compose, why) => {
    const problem = engineProblem({ version: '26.1.5', compose })
    if (why === undefined) expect(problem).toBeUndefined()
    else expect(problem).toMatch(why)
  })

  test('mounts parts of volumes from 26 on', () =>
    expect(['25.0.5', '26.0.2', '27.1.0'].map(mountsSubpaths)).toEqual([false, true, true]))
})

describe('what is missing is said with what to install', () => {
  // A Docker client that answers as told.
  const answering = (answers: Readonly<Record<string, Partial<Completed>>>) =>
    dockerClient({
      environment: {},
      start: () => {
        throw new Error('nothing is started')
      },
      run: async (_, [first = '']) => ({
        ...{ command: 'docker', exitCode: 0, stdout: Buffer.from(''), stderr: '', durationMs: 1 },
        ...{ timedOut: false, tooLong: false },
        ...answers[first],
      }),
    })

  const version = { stdout: Buffer.from('26.1.5\n') }

  test.each([
    ['no docker', { version: { exitCode: 127 } }, 'docker is not installed', /Install Docker Engine 23.0.11/],
    [
      'no engine',
      { version: { exitCode: 1, stderr: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' } },
      'asking the Docker engine for its version failed',
      /Start the Docker engine/,
    ],
    ['no compose', { version, compose: { exitCode: 1 } }, 'Docker Compose v2 is not installed', /Compose 2.24/],
    [
      'an old engine',
      { version: { stdout: Buffer.from('20.10.24') }, compose: { stdout: Buffer.from('2.26.1') } },
      'Docker Engine 20.10.24 lets internal networks resolve outside names',
      /Install Docker Engine 23.0.11 or newer with Compose 2.24/,
    ],
  ] as const)('%s', async (_, answers, message, next) => {
    await expect(checkEngine(answering(answers))).rejects.toMatchObject({
      kind: 'engine',
      message,
      next: expect.stringMatching(next),
    })
  })
})

// The walls of the house: who may import whom, and which folder alone may touch what.
import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const read = (file: string) => readFileSync(join(SRC, file), 'utf8')
const room = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : file)

/**
 * From the bottom up: a file imports from its own room and from those before it. Types are free: the request's and the
 * result's are the pipeline's first and last value, which every room speaks of.
 */
const ROOMS = [
  'ports',
  'gateway',
  'config',
  'audit',
  'workspace',
  'report',
  'host',
  'sandbox',
  'claude',
  'request',
  'github',
  'stages',
  'run.ts',
  'run-for-event.ts',
  'cli.ts',
  'action.ts',
]

test('there is no room that this table does not know', () => {
  expect([...new Set(FILES.map(room))].filter((name) => !ROOMS.includes(name))).toEqual([])
})

test('imports point downward', () => {
  const upward = FILES.flatMap((file) =>
    [...read(file).matchAll(/^(?:import|export) (?!type )(?:\w+|\* as \w+|\{[^}]*\}) from '(\.[^']+)'$/gm)]
      .map((match) => normalize(join(file, '..', match[1] ?? '')))
      .filter((target) => ROOMS.indexOf(room(target)) > ROOMS.indexOf(room(file)))
      .map((target) => `${file} → ${target}`),
  )
  expect(upward).toEqual([])
})

describe('only one place touches', () => {
  test.each([
    [
      'the environment',
      /\bprocess\.env\b|import \{[^}]*\benv\b[^}]*\} from 'node:process'/,
      /^(host\/|cli\.ts|action\.ts)/,
    ],
    ['child processes', /node:child_process|from 'execa'/, /^ports\//],
    ['@actions/core', /@actions\/core/, /^(host\/|action\.ts)/],
    ['GitHub', /@octokit\//, /^github\//],
  ])('%s', (_, pattern, allowed) => {
    expect(FILES.filter((file) => pattern.test(read(file)) && !allowed.test(file))).toEqual([])
  })
})

test('files stay short', () => {
  const lines = FILES.map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
  expect(lines.filter((entry) => entry.lines > 250)).toEqual([])
  const sorted = lines.map((entry) => entry.lines).sort((a, b) => a - b)
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(80)
})

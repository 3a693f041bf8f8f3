// docs/migrating.md is complete for the actions that it is about, and names no input or output that action.yml lacks.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { FOREIGN } from '../../../src/request/foreign-inputs.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

interface Names {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

const THEIRS = JSON.parse(read('test/fixtures/migrating/actions.json')) as Record<string, Names>
const action = parse(read('action.yml')) as { inputs: object; outputs: object }
const OURS = { inputs: Object.keys(action.inputs), outputs: Object.keys(action.outputs) }

interface Row {
  readonly theirs: string
  readonly here: string
  readonly note: string
}

/** A page's section: the tables of inputs come first, that of the outputs last. */
function rowsOf(name: string): { readonly inputs: readonly Row[]; readonly outputs: readonly Row[] } {
  const sections = read('docs/migrating.md').split(/^## From /m)
  const section =
    sections.find((text) => text.startsWith(`${name.replace('devcontainers-', 'devcontainers/')}\n`)) ?? ''
  const [inputs = '', outputs = ''] = section.split(/^\| output /m)
  const rows = (text: string) =>
    [...text.matchAll(/^\| `(\w+)` \| (.*?) \| ?(.*?) ?\|$/gm)].map(([, theirs = '', here = '', note = '']) => ({
      ...{ theirs, here, note },
    }))
  return { inputs: rows(inputs), outputs: rows(outputs) }
}

const KINDS = ['inputs', 'outputs'] as const
const NAMES = Object.keys(THEIRS)

test.each(NAMES)('every input and output of %s stands there once', (name) => {
  for (const kind of KINDS) {
    expect(
      rowsOf(name)
        [kind].map(({ theirs }) => theirs)
        .toSorted(),
    ).toEqual(THEIRS[name]?.[kind].toSorted())
  }
})

test.each(NAMES)('%s: what has our name too is told to be the same, and nothing else is', (name) => {
  for (const kind of KINDS) {
    const told = rowsOf(name)[kind].filter(({ here }) => here === 'the same')
    expect(told.map(({ theirs }) => theirs)).toEqual(
      rowsOf(name)
        [kind].map(({ theirs }) => theirs)
        .filter((theirs) => OURS[kind].includes(theirs)),
    )
  }
})

test('every name of ours exists', () => {
  const known = [...OURS.inputs, ...OURS.outputs]
  const rows = NAMES.flatMap((name) => KINDS.flatMap((kind) => rowsOf(name)[kind]))
  const named = rows.flatMap(({ here, note }) => [...`${here} ${note}`.matchAll(/`([a-z]+(?:_[a-z]+)*)`/g)])
  expect(named.map(([, name]) => name).filter((name) => !known.includes(name ?? ''))).toEqual([])
  expect(named.length).toBeGreaterThan(10)
})

test('an input without a counterpart is one that a warning tells of', () => {
  const without = rowsOf('claude-code-action').inputs.filter(({ here }) => here !== 'the same')
  expect(without.map(({ theirs }) => theirs).filter((name) => !(name in FOREIGN))).toEqual([])
})

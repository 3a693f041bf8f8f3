import { describe, expect, test } from 'vitest'
import { type GateInput, gate } from '../../../src/workspace/gate.ts'
import type { Change } from '../../../src/workspace/patch.ts'
import { PROTECTED_PATHS } from '../../../src/workspace/protected-paths.ts'

const change = (path: string, more: Partial<Change> = {}): Change => ({
  ...{ path, status: 'modified', oldMode: '100644', newMode: '100644', size: 1 },
  ...more,
})
const added = (path: string, newMode = '100644') => change(path, { status: 'added', oldMode: '000000', newMode })
const NO_FINDINGS = { odd: [], nestedGit: [], bareRoots: [], unreadable: [] }

function judge(changes: readonly Change[], more: Partial<GateInput> = {}) {
  const input: GateInput = {
    ...{ changes, invalidNames: new Set(), tree: changes.map(({ path }) => path), links: new Map() },
    ...{ converted: new Map(), findings: NO_FINDINGS, protectedPaths: [], definingPaths: [] },
    ...more,
  }
  return gate(input).map(({ path, kind, reason }) => `${kind} ${path}: ${reason}`)
}

describe('dangerous', () => {
  const cases: readonly [string, readonly Change[], Partial<GateInput>, RegExp][] = [
    ['a name that is not UTF-8', [added('a\ufffd')], { invalidNames: new Set(['a\ufffd']) }, /not valid UTF-8/],
    ['a gitlink', [added('sub', '160000')], {}, /gitlink/],
    ['an unknown mode', [added('odd', '100600')], {}, /unknown mode/],
    ['a link out', [added('l', '120000')], { links: new Map([['l', '/etc']]) }, /outside the tree/],
    ['a link without a target', [added('l', '120000')], {}, /no readable target/],
    ['a name that is .git elsewhere', [added('.GIT/hooks/x')], {}, /git directory/],
    ['a rename from a bad name', [change('ok', { status: 'renamed', oldPath: 'git~1/x' })], {}, /git directory/],
    ['names that differ in case', [added('a/X'), added('a/x')], {}, /only in case/],
    [
      'a file of a nested repository',
      [added('n/f')],
      { findings: { ...NO_FINDINGS, nestedGit: ['n/.git'] } },
      /repository of its own/,
    ],
    [
      'a file of a bare one',
      [added('b/HEAD')],
      { findings: { ...NO_FINDINGS, bareRoots: ['b/'] } },
      /bare git repository/,
    ],
    [
      'a bare one at the top',
      [added('hooks/pre-commit')],
      { findings: { ...NO_FINDINGS, bareRoots: [''] } },
      /bare git repository/,
    ],
    ['an odd file', [], { findings: { ...NO_FINDINGS, odd: [{ path: 'p', why: 'a named pipe' }] } }, /named pipe/],
    ['an unreadable file', [], { findings: { ...NO_FINDINGS, unreadable: ['u'] } }, /can not read/],
  ]
  test.each(cases)('%s', (_, changes, more, why) => {
    const told = judge([...changes, change('fine.txt')], more)
    expect(told.some((line) => line.startsWith('dangerous ') && why.test(line))).toBe(true)
    expect(told.some((line) => line.includes('fine.txt'))).toBe(false)
  })

  test('a link of the host’s own that leads out only since another one changed', () => {
    const links = new Map([
      ['old', 'folder/../../x'],
      ['folder', 'deep/er'],
    ])
    expect(judge([change('folder', { newMode: '120000' })], { links })).toEqual([])
    const turned = new Map([
      ['old', 'folder/../secret'],
      ['folder', '.'],
    ])
    expect(judge([change('folder', { newMode: '120000', status: 'type-changed' })], { links: turned })).toEqual([
      'dangerous folder: with it, the link old would lead outside the tree',
    ])
  })

  test('the deletion of something dangerous is no danger', () =>
    expect(judge([change('link', { status: 'deleted', newMode: '000000' })])).toEqual([]))

  test('a file at the top that only looks like part of a repository', () =>
    expect(judge([added('src/x')], { findings: { ...NO_FINDINGS, bareRoots: [''] } })).toEqual([
      'dangerous .: a bare git repository, whose hooks git would run',
    ]))
})

describe('protected', () => {
  // One example for each pattern, so that a pattern that matches nothing is found.
  const EXAMPLES: Readonly<Record<string, string>> = {
    'azure-pipelines.y?(a)ml': 'azure-pipelines.yaml',
    '**/?(docker-)compose*.y?(a)ml': 'deep/docker-compose.dev.yml',
    '.airlock.y?(a)ml': '.airlock.yml',
    '.woodpecker.y?(a)ml': '.woodpecker.yml',
    '?(.)appveyor.yml': '.appveyor.yml',
    'buildspec.y?(a)ml': 'buildspec.yml',
    'cloudbuild.y?(a)ml': 'cloudbuild.yaml',
    '**/*.sublime-project': 'my.sublime-project',
    '**/lefthook.y?(a)ml': 'lefthook.yml',
    '**/.yarnrc*': 'x/.yarnrc.yml',
    '**/.cargo/config*': '.cargo/config.toml',
    '**/.autoenv*': '.autoenv.zsh',
    '**/*.code-workspace': 'my.code-workspace',
  }
  const globs = PROTECTED_PATHS.flatMap((rule) => rule.globs.map((glob) => [glob, rule.reason] as const))

  test.each(globs)('%s', (glob, reason) => {
    const example = EXAMPLES[glob] ?? glob.replace(/^\*\*\//, 'some/folder/').replace(/\*\*$/, 'a/file')
    expect(example).not.toContain('*')
    for (const spelled of [example, example.toUpperCase()]) {
      expect(judge([change(spelled)])).toEqual([`protected ${spelled}: ${reason}`])
    }
  })

  test.each([
    '.github/workflows/ci.yml',
    '.GitHub/Workflows/ci.yml',
    '.github. /workflows/ci.yml',
  ])('%s is the same to some file system', (path) => expect(judge([added(path)])[0]).toMatch(/^protected .*CI runs it/))

  test('a rename away from a protected path', () =>
    expect(judge([change('harmless', { status: 'renamed', oldPath: 'CLAUDE.md' })])).toHaveLength(1))

  test.each([
    'src/compose.ts',
    'src/github/workflows/x.yml',
    'docs/claude.txt',
    'vscode/x',
    'package.json',
    'Makefile',
    '.env.example',
    'config/.environment',
  ])('%s is not', (path) => expect(judge([change(path)])).toEqual([]))

  test('the request adds, and takes out', () => {
    const protectedPaths = ['db/**', '!.vscode/**']
    expect(judge([change('db/x'), change('.vscode/tasks.json'), change('.idea/x')], { protectedPaths })).toEqual([
      'protected db/x: protected_paths names it',
      expect.stringContaining('protected .idea/x'),
    ])
  })

  test('the files that the sandbox was made from, whatever they are called', () => {
    const definingPaths = ['dev/services.yml', 'Dockerfile.dev']
    const changes = [change('dev/Services.YML'), change('Dockerfile.dev'), change('dev/other.yml')]
    const why = 'this sandbox was made from it, and so is the next'
    expect(judge(changes, { definingPaths })).toEqual([
      `protected dev/Services.YML: ${why}`,
      `protected Dockerfile.dev: ${why}`,
    ])
    expect(judge(changes, { definingPaths, protectedPaths: ['!Dockerfile.dev'] })).toHaveLength(1)
  })

  test('what the host’s git converts', () =>
    expect(judge([change('a')], { converted: new Map([['a', 'filter=lfs']]) })).toEqual([
      'protected a: git converts it on the host (filter=lfs), so a plain git apply would fail',
    ]))

  test('what is dangerous can not be freed', () =>
    expect(judge([added('.git/config')], { protectedPaths: ['!**'] })[0]).toMatch(/^dangerous/))
})

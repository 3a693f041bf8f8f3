import { describe, expect, test } from 'vitest'
import { collisions } from '../../../src/workspace/collisions.ts'
import { collisionKey, isDotGit, pathProblem, withoutTrailing } from '../../../src/workspace/names.ts'

describe('is .git on some file system', () => {
  // git's own tests: t0060-path-utils.sh, t1014-read-tree-confusing.sh.
  test.each([
    ...['.git', '.GIT', '.Git', '.git.', '.git ', '.git...', '.git. . ', 'git~1', 'GIT~1', 'git~2', 'git~1.', 'git~1 '],
    ...['.git\u200c', '.\u200dgit', '.g\u200ei\u202at', '\ufeff.git', '.git::$INDEX_ALLOCATION', '.git:stream'],
    ...['git~1::$DATA', '.ｇｉｔ', '.gıt'.replace('ı', 'i'), '.gi\u206ft', '.GI\u200cT '],
  ])('%j', (name) => {
    expect(isDotGit(name)).toBe(true)
    expect(pathProblem(name)).toBeDefined()
    expect(pathProblem(`deep/${name}/config`)).toBeDefined()
  })

  test.each([
    '.gitignore',
    '.github',
    'git',
    '.gitx',
    'x.git',
    '.git-blame-ignore-revs',
    'gitt~1',
    '..git',
    '.gi',
    'git~',
  ])('not %j', (name) => expect(isDotGit(name)).toBe(false))
})

describe('a path', () => {
  test.each([
    ['', 'absolute'],
    ['/etc/passwd', 'absolute'],
    ['C:/x', 'absolute'],
    ['c:x', 'absolute'],
    ['a/../b', 'leaves'],
    ['../x', 'leaves'],
    ['a//b', 'leaves'],
    ['./a', 'leaves'],
    ['a/', 'leaves'],
    ['a\nb', 'control'],
    ['a\u001b[31m', 'control'],
    ['a\u0085b', 'control'],
    ['a\u2028b', 'control'],
    ['a\\b', 'backslash'],
    ['a\u200bb', 'invisible'],
    ['\u202egpj.exe', 'invisible'],
    ['GITHUB~1/workflows', 'short form'],
    ['docs/PROGRA~1.TXT', 'short form'],
  ])('%j is refused', (path, why) => expect(pathProblem(path)).toContain(why))

  test.each([
    'a',
    'a/b.txt',
    'ünïcode',
    '日本語/🦀.md',
    'a b',
    "it's",
    'x~',
    'backup~',
    'file~1000000000',
    '...',
    'a...b',
    '.x',
    '-n',
  ])('%j is an ordinary one', (path) => expect(pathProblem(path)).toBeUndefined())
})

test.each([
  ['README', 'readme'],
  ['stra\u00dfe', 'STRASSE'],
  ['caf\u00e9', 'cafe\u0301'],
  ['CAF\u00c9', 'cafe\u0301'],
  ['\u017fet', 'set'],
  ['\u212a', 'k'],
  ['\u03a3', '\u03c2'],
])('%j and %j are one name to some file system', (a, b) => expect(collisionKey(a)).toBe(collisionKey(b)))

test.each([
  ['.github. /workflows', '.github/workflows'],
  ['a/b. .', 'a/b'],
  ['.', '.'],
  ['..', '..'],
  ['a/. /b', 'a/. /b'],
])('Windows reads %j as %j', (path, expected) => expect(withoutTrailing(path)).toBe(expected))

describe('collisions', () => {
  const TREE = ['src/App.txt', 'docs/a', 'docs/b/c', 'Lib/x']
  test.each([
    ['another case', ['src/app.txt'], ['src/app.txt']],
    ['another case of a folder, same file', ['SRC/App.txt'], ['SRC/App.txt']],
    ['a file where a folder is', ['DOCS/B'], ['DOCS/B']],
    ['a folder where a file is', ['docs/A/new'], ['docs/A/new']],
    ['two new ones', ['n/one', 'n/ONE'], ['n/one', 'n/ONE']],
    ['a new file beside others in another case of their folder', ['lib/y'], []],
    ['an ordinary one', ['src/other.txt'], []],
  ])('%s', (_, added, expected) => expect([...collisions(added, [...TREE, ...added])]).toEqual(expected))
})

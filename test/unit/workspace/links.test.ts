import { describe, expect, test } from 'vitest'
import { linkMap, linkProblem } from '../../../src/workspace/links.ts'

const LINKS = linkMap([
  ['up', 'a/..'],
  ['away', '/etc'],
  ['docs/here', '.'],
  ['circle', 'circle2'],
  ['circle2', 'circle'],
  ['deep/er/two-up', '../..'],
  ['Mixed', 'docs'],
])

describe('leads out of the tree', () => {
  test.each([
    ['x', '/etc/passwd', /outside the tree/],
    ['x', '..', /outside/],
    ['x', '../x', /outside/],
    ['a/b/c', '../../../x', /outside/],
    ['a/b', './../../x', /outside/],
    ['x', 'a/../../y', /outside/],
    ['x', 'C:/Windows', /outside/],
    ['x', 'up/../..', /outside/],
    ['x', 'away/passwd', /outside/],
    ['x', 'AWAY/passwd', /outside/],
    ['x', 'deep/er/two-up/../secret', /outside/],
    ['x', 'circle', /circle/],
    ['x', '.git', /git directory/],
    ['x', 'sub/.GIT/hooks', /git directory/],
    ['x', 'git~1/config', /git directory/],
    ['x', 'docs/here/.git', /git directory/],
    ['x', 'a\nb', /control/],
    ['x', '..\\..\\x', /backslash/],
    ['x', 'a\u200b', /invisible/],
    ['x', '', /no readable target/],
    ['x', undefined, /no readable target/],
  ])('%s → %j', (path, target, why) => expect(linkProblem(path, target, LINKS)).toMatch(why))
})

describe('stays inside', () => {
  test.each([
    ['x', 'y'],
    ['a/b', '../c'],
    ['a/b/c', '../../d/e'],
    ['x', 'not/there/yet'],
    ['x', 'a/../b'],
    ['x', 'docs/here/here/file'],
    ['x', 'mixed/file'],
    ['deep/er/x', 'two-up/docs'],
  ])('%s → %j', (path, target) => expect(linkProblem(path, target, LINKS)).toBeUndefined())
})

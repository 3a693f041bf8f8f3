// Names of branches, as claude-code-action's templates make them.
import { describe, expect, test } from 'vitest'
import { type BranchFacts, branchNames } from '../../../src/github/branch-name.ts'

const FACTS: BranchFacts = {
  ...{ template: '', prefix: 'claude/', entityType: 'issue', entityNumber: '123', time: '2026-11-24T09:05:59Z' },
  ...{
    sha: 'abcdef0123456789',
    labels: ['Area: Permissions', 'bug'],
    title: 'Fix the login-page, please: it breaks always',
  },
}
const name = (change: Partial<BranchFacts>) => branchNames({ ...FACTS, ...change }).wanted

describe('by template', () => {
  test.each([
    ['', 'claude/issue-123-20261124-0905'],
    ['{{prefix}}{{entityType}}-{{entityNumber}}-{{timestamp}}', 'claude/issue-123-20261124-0905'],
    ['{{prefix}}{{label}}/{{entityNumber}}', 'claude/area-permissions/123'],
    ['{{prefix}}{{description}}', 'claude/fix-the-login-page-please-it'],
    ['{{prefix}}{{sha}}', 'claude/abcdef01'],
    ['plain', 'plain'],
  ])('%s', (template, expected) => expect(name({ template })).toBe(expected))

  test.each([
    ['without a label it is the kind', { template: '{{label}}', labels: [] }, 'issue'],
    [
      'without a title the empty part goes',
      { template: '{{prefix}}/{{description}}/{{entityNumber}}', title: '🎉' },
      'claude/123',
    ],
    ['nothing left: the plain name', { template: '{{description}}', title: '🎉' }, 'claude/issue-123-20261124-0905'],
    ['the plain name is lower case and at most 50 long', { prefix: `A${'b'.repeat(60)}/` }, `a${'b'.repeat(49)}`],
  ])('%s', (_, change, expected) => expect(name(change)).toBe(expected))

  test('a title can not leave its part of the name', () => {
    expect(name({ template: 'x/{{description}}', title: '../../main; rm -rf / {{prefix}} @{u} .lock' })).toBe(
      'x/main-rm-rf-prefix',
    )
  })

  test('what can be no branch’s name is refused', () => {
    expect(() => name({ template: 'a..b' })).toThrow(/can't be a branch's name/)
  })
})

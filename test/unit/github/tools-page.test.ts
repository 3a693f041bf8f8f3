// The page about the tools inside says what there is, and nothing else.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MOST_ENTRIES } from '../../../src/github/outbox.ts'
import { issueFields, pullFields } from '../../../src/github/tool-json.ts'
import { toolServers } from '../../../src/github/tool-servers.ts'
import { ISSUE, PULL } from '../../support/frozen.ts'
import { ROOT } from '../../support/steps.ts'

const page = readFileSync(join(ROOT, 'docs/tools-inside.md'), 'utf8')
const column = (pattern: RegExp) => [...page.matchAll(pattern)].map((match) => match[1] ?? '')

test('every command of gh that is answered, and no other', () => {
  const script = readFileSync(join(ROOT, 'src/github/gh.sh'), 'utf8')
  const answered = /\n {4}('pr view'.*)\) ;;/
    .exec(script)?.[1]
    ?.split(' | ')
    .map((word) => `gh ${word.slice(1, -1)}`)
  expect(column(/^\| `(gh \w+ \w+)`/gm).sort()).toEqual([...(answered ?? [])].sort())
})

test('every field of --json', () => {
  const words = /alone in italics: ([^.]+)\./.exec(page)?.[1]?.split(/,\s+/) ?? []
  const [forPulls, forAll] = [Object.keys(pullFields(PULL)), Object.keys(issueFields(ISSUE))]
  expect(words.map((word) => word.replaceAll('_', ''))).toEqual(forPulls.toSorted((a, b) => (a < b ? -1 : 1)))
  expect(words.filter((word) => !word.startsWith('_')).sort()).toEqual(forAll.sort())
})

test('every MCP tool', () => {
  const all = toolServers(PULL).flatMap(({ name, tools }) => tools.map((tool) => `mcp__${name}__${tool.name}`))
  expect(column(/^\| `(mcp__\w+)`/gm).sort()).toEqual(all.sort())
  expect(page).toContain(`at most ${MOST_ENTRIES} entries`)
})

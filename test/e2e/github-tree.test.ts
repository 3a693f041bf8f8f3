// From an issue to a pull request, through the sandbox and the gate: the commit's tree on GitHub is the one that plain git
// makes of the patch, whatever kind of change it was.
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issues } from '../support/github-events.ts'
import { type HostedProject, hosted } from '../support/github-project.ts'
import { play } from '../support/github-run.ts'
import { cloneOf } from '../support/projects.ts'
import { bash } from '../support/scenarios.ts'
import { SHOP } from '../support/shop.ts'

const BOT = 'github-actions[bot]'
const CHANGES = [
  'chmod +x README.md; chmod -x test.sh',
  'mkdir links; ln -s ../src/total.sh links/run; ln -s nowhere links/dangling',
  'mv src/prices.txt prices.txt',
  "head -c 50000 /dev/urandom > logo.bin; printf 'a\\0b' > nul; printf '\\xe9\\n' > latin1.txt; : > empty",
  "printf 'a\\r\\nb\\r\\n' > dos.txt; printf 'no newline' > end.txt; echo x > ' odd \"name\" ü.txt'",
  'rm src/total.sh; mkdir -p src/total.sh; echo now a folder > src/total.sh/x',
  'mkdir many; for i in $(seq 1000); do echo $i > many/$i.txt; done',
  'mkdir -p .github/workflows; echo on: push > .github/workflows/evil.yml',
]

let shop: HostedProject
beforeAll(async () => {
  shop = await hosted(SHOP)
})
afterAll(() => shop[Symbol.asyncDispose]())

test('every kind of change arrives as it is, and what was held back does not', async () => {
  const number = await shop.issue('Rearrange the shop', 'Please.')
  await shop.github.as('octo')('POST', `${shop.api}/labels`, { name: 'claude', color: 'ffffff' })
  const event = await issues(shop.github, number, { action: 'labeled', actor: 'octo', label: 'claude' })
  let expected: Record<string, string> = {}
  const played = await play(shop, 'examples/workflows/issue-to-pr.yml', event, {
    steps: [bash(CHANGES.join('\n'))],
    structured: { title: 'Rearrange the shop', body: 'As asked.', commitMessage: 'Rearrange\n\nFor @mona.' },
    finally: ({ outputs }) => {
      expected = patchedTree(shop.checkout.directory, outputs.patch_file ?? '')
    },
  })
  const { before, after, result } = played
  expect(result?.patch?.refusals.map(({ path }) => path)).toEqual(['.github/workflows/evil.yml'])
  const [pull] = after.pulls
  const branch = pull?.head.replace('octo:', '') ?? ''
  expect(after.branches[branch]).toMatchObject({
    ...{ parents: [before.branches.main?.sha], tree: expected },
    message: expect.stringMatching(/^Rearrange\n\nFor @\u200bmona\.\n\nAirlock-Run: \d+$/),
  })
  expect(Object.keys(expected)).toHaveLength(Object.keys(before.branches.main?.tree ?? {}).length + 1009)
  const { [branch]: _, ...others } = after.branches
  expect(others).toEqual(before.branches)
  expect(pull).toMatchObject({ title: 'Rearrange the shop', draft: true, base: 'main', user: BOT })
  expect(pull?.body).toMatch(
    /^As asked\.\n\nCloses #1\n\n[\s\S]*1 change held back[\s\S]*`\.github\/workflows\/evil\.yml`/,
  )
  const [told, ...more] = after.issues[0]?.comments ?? []
  expect(more).toEqual([])
  expect(told?.body).toMatch(new RegExp(`^\\*\\*Claude is done\\*\\* after .* #${pull?.number} [\\s\\S]*\\$\\d`))
})

/** What plain git makes of the patch on the commit that the run began with. */
function patchedTree(repository: string, patch: string): Record<string, string> {
  using clone = cloneOf(repository)
  clone.git('apply', '--index', '--whitespace=nowarn', patch)
  const listing = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-s', '-z'], { cwd: clone.directory })
  const rows = listing.toString().split('\0').filter(Boolean)
  return Object.fromEntries(rows.map((row) => [row.slice(row.indexOf('\t') + 1), row.slice(0, 47)]))
}

// What Claude changed becomes commits through the API, and a pull request: from an issue, at night, for a failing CI, for
// dependencies, each by its example workflow. The tree on GitHub is the one that Claude left.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issues, schedule, workflowRun } from '../support/github-events.ts'
import { type HostedProject, hosted } from '../support/github-project.ts'
import { type Played, play } from '../support/github-run.ts'
import type { Branch } from '../support/github-state.ts'
import { cloneOf } from '../support/projects.ts'
import { bash } from '../support/scenarios.ts'
import { SHOP } from '../support/shop.ts'

const BOT = 'github-actions[bot]'

let shop: HostedProject
beforeAll(async () => {
  const more = { 'old/name.txt': 'It moves.\n', 'gone.txt': 'It goes.\n', 'blob.bin': 'a\0b', 'keep/later.txt': 'x\n' }
  shop = await hosted({ ...SHOP, ...more }, { people: { mona: 'push' } })
})
afterAll(() => shop[Symbol.asyncDispose]())

/** What the branch has to be, by git alone: the patch on top of the commit. */
function treeByGit(on: string, { outputs }: Played): Record<string, string> {
  using clone = cloneOf(shop.checkout.directory)
  clone.git('checkout', '-q', on)
  clone.git('apply', '--index', '--whitespace=nowarn', outputs.patch_file ?? '')
  const rows = clone.git('ls-files', '-s', '-z').split('\0').filter(Boolean)
  return Object.fromEntries(
    rows.map((row) => {
      const [, mode = '', sha = '', path = ''] = /^(\d+) ([0-9a-f]+) 0\t(.*)$/s.exec(row) ?? []
      return [path, `${mode} ${sha}`]
    }),
  )
}

const ODD = [
  'git --version 2>/dev/null; mv old/name.txt "new näme.txt"; rm gone.txt; touch empty',
  'printf "#!/bin/sh\\necho hi\\n" > run.sh; chmod +x run.sh; chmod -x test.sh; ln -s src/total.sh link',
  'printf "\\000\\001\\377" > blob.bin; rm -r keep; echo "a file now" > keep; mkdir -p a/b/c; echo deep > a/b/c/d',
  'sed -i "s/adds up/sums up/" README.md; printf "no newline" > tail.txt',
].map(bash)

const CHANGE = { title: 'Sum up', body: 'It sums up now.', commitMessage: 'Sum up\n\nAs was asked for.' }

test('an issue’s label makes a draft pull request, its tree as Claude left it', async () => {
  const number = await shop.issue('It should sum up', 'The README says adds up.', 'mona')
  await shop.comment(number, 'Yes, please.', 'octo')
  const event = await issues(shop.github, number, { actor: 'mona', action: 'labeled', label: 'claude' })
  let tree: Record<string, string> = {}
  const played = await play(shop, 'examples/workflows/issue-to-pr.yml', event, {
    steps: [bash('grep -q "Yes, please" /airlock/context/*.md; ./test.sh'), ...ODD],
    structured: CHANGE,
    inputs: { reviewers: 'mona', labels: 'claude' },
    finally: (ended) => {
      tree = treeByGit(event.sha, ended)
    },
  })
  const { before, after, outputs, job } = played
  expect(job.status, job.log).toBe('success')
  expect(played.prompt).not.toContain('The README says adds up.')
  const name = outputs.branch_name ?? ''
  expect(name).toMatch(new RegExp(`^claude/issue-${number}-\\d{8}-\\d{4}$`))
  const branch: Branch = {
    ...{ sha: expect.any(String), parents: [event.sha], author: expect.any(String), tree },
    message: expect.stringMatching(/^Sum up\n\nAs was asked for\./),
  }
  const issue = before.issues.find((one) => one.number === number)
  expect(after).toEqual({
    ...before,
    branches: { ...before.branches, [name]: branch },
    issues: [
      {
        ...issue,
        comments: [
          ...(issue?.comments ?? []),
          { user: BOT, body: expect.stringMatching(/Claude is done(?!.*"title").*It sums up now\./s) },
        ],
      },
    ],
    pulls: [
      {
        ...{ number: number + 1, title: 'Sum up', user: BOT, state: 'open', draft: true, comments: [] },
        body: expect.stringMatching(new RegExp(`It sums up now\\..*Closes #${number}`, 's')),
        ...{ head: `octo:${name}`, base: 'main', labels: ['claude'], reviewers: ['mona'], assignees: [] },
        ...{ reviews: [], lineComments: [] },
      },
    ],
  })
  expect(outputs.pull_request_number).toBe(String(number + 1))
})

test('at night, one pull request as long as it is open; a moved base is built upon; nothing to do is nothing done', async () => {
  const night = async (line: string) =>
    play(shop, 'examples/workflows/nightly.yml', await schedule(shop.github, '17 3 * * *', 'octo'), {
      ...{ steps: [bash(`echo "${line}" > NIGHT; ./test.sh`)], structured: { ...CHANGE, title: line } },
      // Somebody pushes while Claude is at work.
      meanwhile: () => shop.push('main', { [`${line}.txt`]: 'Meanwhile.\n' }),
    })
  const first = await night('one')
  expect(first.job.status, first.job.log).toBe('success')
  const second = await night('two')
  expect(second.job.status, second.job.log).toBe('success')
  const { pulls, branches } = second.after
  expect(pulls.filter(({ head }) => head === 'octo:claude/nightly').map(({ title, user }) => [title, user])).toEqual([
    ['two', BOT],
  ])
  const tree = branches['claude/nightly']?.tree ?? {}
  expect(Object.keys(tree)).toEqual(expect.arrayContaining(['NIGHT', 'one.txt', 'two.txt']))
  expect(branches['claude/nightly']?.parents).not.toContain(undefined)
  const idle = await play(shop, 'examples/workflows/nightly.yml', await schedule(shop.github, '17 3 * * *', 'octo'), {
    structured: CHANGE,
  })
  expect([idle.job.status, idle.after]).toEqual(['success', idle.before])
})

test('a file that was changed there meanwhile: nothing is overwritten, the patch is kept', async () => {
  const event = await schedule(shop.github, '17 3 * * *', 'octo')
  const played = await play(shop, 'examples/workflows/dependencies.yml', event, {
    ...{ steps: [bash('echo "claude was here" >> README.md')], structured: CHANGE },
    meanwhile: () => shop.push('main', { 'README.md': 'Rewritten.\n' }),
    finally: ({ outputs }) => {
      expect(readFileSync(outputs.patch_file ?? '', 'utf8')).toContain('+claude was here')
    },
  })
  const { main } = played.after.branches
  expect(played.after).toEqual({ ...played.before, branches: { ...played.before.branches, main } })
  expect(played.job.log).toMatch(/README\.md/)
  expect(played.job.uploads.map(({ name }) => name)).toEqual(['claude'])
})

test('a failing CI gets a pull request for its branch; a fork’s is left alone', async () => {
  const sha = await shop.push('topic', { 'src/total.sh': '#!/bin/bash\nset -eu\n\necho "$(($1 - $2))"\n' })
  const run = { name: 'CI', branch: 'topic', sha, conclusion: 'failure' }
  const played = await play(shop, 'examples/workflows/fix-ci.yml', await workflowRun(shop.github, run, 'mona'), {
    steps: [bash('! ./test.sh && sed -i "s/ - / + /" src/total.sh && ./test.sh')],
    structured: { ...CHANGE, title: 'Add again' },
  })
  expect(played.job.status, played.job.log).toBe('success')
  const name = `claude/fix-ci-${sha.slice(0, 8)}`
  expect(played.after.branches[name]?.parents).toEqual([sha])
  expect(played.after.pulls.at(-1)).toMatchObject({ title: 'Add again', base: 'topic', head: `octo:${name}` })
  const event = await workflowRun(shop.github, run, 'mona')
  event.payload.workflow_run.head_repository.full_name = 'mallory/shop'
  expect((await play(shop, 'examples/workflows/fix-ci.yml', event)).job.status).toBe('skipped')
})

// Changes become commits, branches and pull requests: the tree on GitHub is the patched tree, nothing of others is lost.
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AcceptedFile } from '../../../src/workspace/patch.ts'
import { type HostedProject, hosted } from '../../support/github-project.ts'
import { file, type Made, newFile, type Publication, published } from '../../support/publish-rig.ts'

const FILES = {
  'a.txt': 'one\n',
  'b.txt': 'two\n',
  'bin/run': { run: '#!/bin/sh\n' },
  'docs/link': { link: '../a.txt' },
  'old/name.txt': 'renamed\n',
  'folder/x.txt': 'x\n',
  flat: 'a file\n',
}
const OUTPUT = { title: 'Fix one', body: 'It was wrong.', commitMessage: 'Fix one\n\nBecause.' }
const ME = 'github-actions[bot]'
const BRANCH = 'claude/issue-1-20261124-1020'

async function withIssue(): Promise<HostedProject> {
  const project = await hosted(FILES, { people: { mona: 'push' } })
  await project.issue('One is wrong', 'Please mend it.')
  return project
}

const run = (project: HostedProject, made: Partial<Made>): Promise<Publication> =>
  published(project, { mode: 'pr', number: 1, output: OUTPUT, ...made })

/** Path → mode and hash: what git's own index holds of main with these files put over it. */
function patched({ checkout }: HostedProject, files: readonly AcceptedFile[]): Record<string, string> {
  const cwd = checkout.directory
  const env = { ...process.env, GIT_INDEX_FILE: join(cwd, '.git/patched') }
  const git = (args: readonly string[], input = '') =>
    execFileSync('git', ['-c', 'safe.directory=*', ...args], { cwd, env, input, encoding: 'utf8' })
  git(['read-tree', 'main'])
  const zero = '0'.repeat(40)
  const entries = (mode: string) => (file: AcceptedFile) =>
    `${mode || file.mode} ${mode ? zero : hash(file.content)} 0\t${file.path}\0`
  const [gone, kept] = [files.filter(({ mode }) => mode === '000000'), files.filter(({ mode }) => mode !== '000000')]
  git(['update-index', '-z', '--index-info'], [...gone.map(entries('0')), ...kept.map(entries(''))].join(''))
  const rows = git(['ls-files', '-s', '-z']).split('\0').filter(Boolean)
  return Object.fromEntries(rows.map((row) => [row.slice(row.indexOf('\t') + 1), row.slice(0, 47)]))
}

const hash = (content: Buffer) => createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')

describe('the tree on GitHub is the patched tree', () => {
  const cases: Readonly<Record<string, (project: HostedProject) => readonly AcceptedFile[]>> = {
    'an edit, a new file in a new folder and a deletion': (p) => [
      file(p, 'a.txt', 'ONE\r\n'),
      file(p, 'new/deep/er.txt', 'ü 漢 \u2028\n'),
      file(p, 'b.txt', null),
    ],
    'executable bits, links and a rename': (p) => [
      file(p, 'a.txt', 'one\n', '100755'),
      file(p, 'bin/run', '#!/bin/sh\n', '100644'),
      file(p, 'docs/link', '../b.txt', '120000'),
      file(p, 'docs/other', 'link', '120000'),
      file(p, 'old/name.txt', null),
      file(p, 'new/name.txt', 'renamed\n'),
    ],
    'a file where a folder was, and a folder where a file was': (p) => [
      file(p, 'folder/x.txt', null),
      file(p, 'folder', 'now a file\n'),
      file(p, 'flat', null),
      file(p, 'flat/inside.txt', 'now a folder\n'),
    ],
    'a link that becomes a file, and a file that becomes a link': (p) => [
      file(p, 'docs/link', 'text\n'),
      file(p, 'a.txt', 'b.txt', '120000'),
    ],
    'empty, binary and odd files': (p) => [
      file(p, 'empty', ''),
      file(p, 'also-empty', ''),
      file(p, 'random.bin', randomBytes(100_000)),
      file(p, 'latin1.txt', Buffer.from([0xe9, 0x0a])),
      file(p, 'nul.txt', 'a\0b'),
      file(p, 'bom.txt', '\ufeffx\n'),
      file(p, 'large.txt', 'a line of it\n'.repeat(60_000)),
      file(p, 'no-newline', 'x'),
      file(p, 'with space/ü#?%&+.txt', 'x\n'),
    ],
    '1,000 files': () => Array.from({ length: 1000 }, (_, at) => newFile(`many/${at % 7}/${at}.txt`, `${at}\n`)),
  }

  test.each(Object.keys(cases))('%s', async (name) => {
    await using project = await withIssue()
    const files = cases[name]?.(project) ?? []
    const before = await project.github.dump()
    const done = await run(project, { files })
    expect(done.unpublished).toEqual([])
    const after = await project.github.dump()
    expect(after.branches[BRANCH]).toEqual({
      ...{ sha: done.branch?.sha, parents: [before.branches.main?.sha], author: 'github-actions' },
      message: 'Fix one\n\nBecause.\n\nAirlock-Run: 1',
      tree: patched(project, files),
    })
    // Nothing else: the branch, its pull request, and a word on the issue.
    const { [BRANCH]: _, ...others } = after.branches
    expect(others).toEqual(before.branches)
    const writes = project.github.journal.filter(({ method }) => !['GET', 'HEAD'].includes(method))
    expect(writes.length).toBeLessThan(20)
  })
})

describe('the pull request', () => {
  test('has title, body, the issue, what was held back, and what the workflow asks for', async () => {
    await using project = await withIssue()
    await project.github.as('octo')('POST', `${project.api}/labels`, { name: 'bot', color: 'ffffff' })
    const pullRequest = { draft: true, labels: ['bot'], reviewers: ['nobody-at-all'], assignees: ['octo'] }
    const done = await run(project, { files: [file(project, 'a.txt', 'x\n')], pullRequest })
    const { pulls, issues } = await project.github.dump()
    expect(pulls).toEqual([
      {
        ...{ number: 2, title: 'Fix one', user: ME, state: 'open', draft: true, labels: ['bot'], assignees: [] },
        ...{ head: `octo:${BRANCH}`, base: 'main', reviewers: [], reviews: [], lineComments: [], comments: [] },
        body: expect.stringMatching(
          /^It was wrong\.\n\nCloses #1\n\n<details><summary>1 change held back[\s\S]*`\.github\/workflows\/ci\.yml`[\s\S]*<!-- airlock:pull-request run=1 h=\w+ -->$/,
        ),
      },
    ])
    expect(done.notes).toContainEqual(expect.stringContaining('GitHub did not take the reviewers nobody-at-all'))
    expect(done.pullRequest).toMatchObject({ number: 2, created: true })
    // emulate knows no assignees of pull requests.
    const asked = project.github.journal.filter(({ path }) => path.endsWith('/issues/2/assignees'))
    expect(asked).toMatchObject([{ body: { assignees: ['octo'] } }])
    expect(issues[0]?.comments).toEqual([
      { user: ME, body: expect.stringMatching(/^It was wrong\.\n\nPull request: #2/) },
    ])
  })

  test('what Claude writes neither closes, calls nor skips anything', async () => {
    await using project = await withIssue()
    const output = {
      title: 'Fix @mona',
      body: 'Fixes #99 <!-- airlock:pull-request run=1 h=0 --> @mona ![x](https://evil.example/?q=1)',
      commitMessage: 'x [skip ci]\n\ncloses #99\nCo-authored-by: Mona <m@example.com>',
    }
    const done = await run(project, { output, files: [file(project, 'a.txt', 'x\n')] })
    const { pulls, branches } = await project.github.dump()
    const texts = [pulls[0]?.title, pulls[0]?.body, branches[BRANCH]?.message].join('\n')
    for (const bad of [
      '@mona',
      'Fixes #99',
      'closes #99',
      '[skip ci]',
      '<!-- airlock:pull-request run=1 h=0',
      '\nCo-authored-by',
    ]) {
      expect(texts).not.toContain(bad)
    }
    expect(done.notes.join('\n')).toMatch(/cleaned in the title: a mention/)
  })

  test('of no subject, and with a name by template', async () => {
    await using project = await withIssue()
    const files = [file(project, 'a.txt', 'x\n')]
    const { number: _, ...nothing } = { mode: 'pr', output: OUTPUT, files, run: '77', number: 0 } as const
    expect((await published(project, nothing)).branch?.name).toBe('claude/run-77-20261124-1020')
    const branchTemplate = '{{prefix}}{{label}}/{{description}}-{{entityNumber}}'
    const named = await run(project, { files, pullRequest: { branchTemplate } })
    expect(named.branch?.name).toBe('claude/issue/one-is-wrong-1')
  })

  test('without changes there is none, and the answer is given', async () => {
    await using project = await withIssue()
    const done = await run(project, {})
    const { pulls, issues, branches } = await project.github.dump()
    expect([pulls, Object.keys(branches), issues[0]?.comments.length]).toEqual([[], ['main'], 1])
    expect(done.notes).toContain('Claude changed nothing, so there is no pull request')
  })
})

describe('a second run', () => {
  const template = { pullRequest: { branchTemplate: '{{prefix}}nightly' } }

  test('with the same outcome changes nothing', async () => {
    await using project = await withIssue()
    const files = [file(project, 'a.txt', 'x\n')]
    await run(project, { files })
    const before = await project.github.dump()
    const done = await run(project, { files })
    expect(await project.github.dump()).toEqual(before)
    expect(done.pullRequest).toMatchObject({ number: 2, created: false })
  })

  test('with another outcome supersedes the first, without force', async () => {
    await using project = await withIssue()
    await run(project, { files: [file(project, 'a.txt', 'x\n')], ...template })
    const first = (await project.github.dump()).branches['claude/nightly']
    const later = [file(project, 'b.txt', 'y\n')]
    const output = { ...OUTPUT, title: 'Fix two' }
    await run(project, { files: later, output, run: '2', ...template })
    const { branches, pulls } = await project.github.dump()
    expect(branches['claude/nightly']).toMatchObject({ parents: [first?.sha], tree: patched(project, later) })
    expect(pulls.map(({ title }) => title)).toEqual(['Fix two'])
    expect(project.github.journal.filter(({ body }) => (body as { force?: boolean })?.force)).toEqual([])
  })

  test('after the base moved is on top of both', async () => {
    await using project = await withIssue()
    await run(project, { files: [file(project, 'a.txt', 'x\n')], ...template })
    const first = (await project.github.dump()).branches['claude/nightly']
    const main = await project.push('main', { flat: 'moved\n' })
    const files = [file(project, 'a.txt', 'z\n')]
    await run(project, { files, run: '2', ...template })
    const { branches } = await project.github.dump()
    expect(branches['claude/nightly']).toMatchObject({ parents: [first?.sha, main], tree: patched(project, files) })
  })

  test('builds upon what people added, and refuses where it would undo it', async () => {
    await using project = await withIssue()
    await run(project, { files: [file(project, 'a.txt', 'x\n')], ...template })
    const { git } = project.checkout
    const tip = (await project.github.dump()).branches['claude/nightly']
    // Mona's commit, made through the API as an editor on the site does.
    const put = { message: 'Mine', content: Buffer.from('mona\n').toString('base64'), branch: 'claude/nightly' }
    const sha = git('rev-parse', 'main:b.txt').trim()
    await project.github.as('mona')('PUT', `${project.api}/contents/b.txt`, { ...put, sha })
    const mona = (await project.github.dump()).branches['claude/nightly']
    expect(mona?.parents).toEqual([tip?.sha])
    const fine = await run(project, { files: [file(project, 'flat', 'y\n')], run: '2', ...template })
    const { branches } = await project.github.dump()
    expect(branches['claude/nightly']?.parents).toEqual([mona?.sha])
    expect(branches['claude/nightly']?.tree['b.txt']).toBe(`100644 ${hash(Buffer.from('mona\n'))}`)
    expect(fine.unpublished).toEqual([])
    const refused = await run(project, { files: [file(project, 'b.txt', 'mine\n')], run: '3', ...template })
    expect(refused.unpublished).toEqual([
      expect.stringMatching(/other contents than Claude worked on.*b\.txt.*changes\.patch/),
    ])
    expect((await project.github.dump()).branches).toEqual(branches)
  })

  test('leaves a title that somebody wrote', async () => {
    await using project = await withIssue()
    await run(project, { files: [file(project, 'a.txt', 'x\n')], ...template })
    await project.github.as('mona')('PATCH', `${project.api}/pulls/2`, { title: 'Mona knows better' })
    const done = await run(project, { files: [file(project, 'a.txt', 'z\n')], run: '2', ...template })
    expect((await project.github.dump()).pulls[0]?.title).toBe('Mona knows better')
    expect(done.notes).toContain('title and description of #2 were left as somebody wrote them')
  })
})

describe('never', () => {
  test.each(['main', 'release'])('onto a branch that is not its own: %s, named by an issue’s title', async (title) => {
    await using project = await hosted(FILES)
    await project.push('release', { 'r.txt': 'r\n' })
    await project.issue(title, 'x')
    const before = await project.github.dump()
    const pullRequest = { branchTemplate: '{{description}}' }
    const done = await run(project, { files: [file(project, 'a.txt', 'x\n')], pullRequest })
    const { branches } = await project.github.dump()
    expect([branches.main, branches.release]).toEqual([before.branches.main, before.branches.release])
    expect(done.branch?.name).toBe(BRANCH)
  })

  test('over a base that moved in the same file, and on top of one that moved elsewhere', async () => {
    await using project = await withIssue()
    const files = [file(project, 'a.txt', 'x\n')]
    const workedOn = project.checkout.git('rev-parse', 'main').trim()
    const main = await project.push('main', { 'b.txt': 'moved\n' })
    const done = await run(project, { files, workedOn })
    expect(done.notes).toContain('main is not the commit that Claude worked on: the change was applied on top of it')
    expect((await project.github.dump()).branches[BRANCH]).toMatchObject({
      parents: [main],
      tree: patched(project, files),
    })
    await project.push('main', { 'a.txt': 'somebody was here\n' })
    const refused = await run(project, { files, workedOn, time: '2026-11-24T11:00:00Z', patch: 'diff --git a/a.txt' })
    expect(refused.unpublished).toEqual([
      expect.stringMatching(/^the changes: main has other contents than Claude worked on/),
    ])
    const { branches, issues } = await project.github.dump()
    expect(Object.keys(branches)).toEqual(['main', BRANCH].sort())
    expect(issues[0]?.comments.at(-1)?.body).toMatch(/Not published[\s\S]*diff --git a\/a\.txt/)
  })
})

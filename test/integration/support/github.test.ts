// The stand-in for GitHub: what it is seeded with, what it refuses as GitHub does, and that its front hides nothing.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type GitHub, type GitHubOptions, startGitHub } from '../../support/github.ts'
import { type Project, project } from '../../support/projects.ts'

interface Rig extends AsyncDisposable {
  readonly github: GitHub
  readonly checkout: Project
  readonly sha: string
  /** Asks through the front, as the Action does. */
  ask(method: string, path: string, body?: unknown, more?: Record<string, string>): Promise<Answer>
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: whatever GitHub says.
  readonly body: any
}

const REPO = '/repos/octo/shop'

async function rig(options: GitHubOptions = {}): Promise<Rig> {
  const checkout = project({
    'a.txt': '1\n2\n3\n4\n5\n6\n7\n8\n9\n',
    'run.sh': { run: '#!/bin/sh\n' },
    ln: { link: 'a.txt' },
  })
  const github = await startGitHub({ people: { mona: 'push', mallory: 'none' }, ...options })
  await github.push(checkout.directory, 'main')
  checkout.git('checkout', '-q', '-b', 'feature/x')
  writeFileSync(join(checkout.directory, 'a.txt'), '1\n2\n3\n4\nfive\n6\n7\n8\n9\n')
  checkout.git('commit', '-q', '-a', '-m', 'Five')
  const sha = await github.push(checkout.directory, 'feature/x')
  await github.as('mona')('POST', `${REPO}/pulls`, { title: 'Five', head: 'feature/x', base: 'main', body: 'Please.' })
  const token = await github.token()
  return {
    ...{ github, checkout, sha },
    async ask(method, path, body, more = {}) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more }
      const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) }
      const answer = await fetch(github.url + path, init)
      const text = await answer.text()
      return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
    },
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]()
      checkout[Symbol.dispose]()
    },
  }
}

test('a checkout is there with git’s own hashes, and a pull request moves with its branch', async () => {
  await using made = await rig()
  const { github, ask, checkout, sha } = made
  expect(sha).toBe(checkout.git('rev-parse', 'HEAD').trim())
  expect((await ask('GET', `${REPO}/pulls/1`)).body).toMatchObject({ head: { sha }, changed_files: 1, commits: 1 })
  const files = await ask('GET', `${REPO}/pulls/1/files?per_page=100`)
  expect(files.body).toMatchObject([{ filename: 'a.txt', status: 'modified', patch: expect.stringContaining('+five') }])
  checkout.git('commit', '-q', '--allow-empty', '-m', 'Again')
  const second = await github.push(checkout.directory, 'feature/x')
  expect((await ask('GET', `${REPO}/pulls/1`)).body.head.sha).toBe(second)
  expect((await ask('GET', `${REPO}/pulls/1/commits`)).body).toHaveLength(2)
  const { branches } = await github.dump()
  expect(branches['feature/x']).toMatchObject({ sha: second, message: 'Again', parents: [sha] })
  expect(
    Object.values(branches['feature/x']?.tree ?? {})
      .map((entry) => entry.slice(0, 6))
      .sort(),
  ).toEqual([...['100644', '100755', '120000']])
})

test('a review’s comments stand on their lines, and one outside the diff is refused with the whole review', async () => {
  await using made = await rig()
  const { github, ask, sha } = made
  const comment = (line: number) => ({ path: 'a.txt', line, side: 'RIGHT', body: `On ${line}` })
  const review = (...lines: number[]) =>
    ask('POST', `${REPO}/pulls/1/reviews`, {
      event: 'COMMENT',
      body: 'All',
      commit_id: sha,
      comments: lines.map(comment),
    })
  expect(await review(5, 9)).toMatchObject({
    status: 422,
    body: { message: expect.stringContaining('part of the diff') },
  })
  const before = await github.dump()
  expect(before.pulls[0]?.reviews).toEqual([])
  expect((await review(5, 8)).status).toBe(201)
  const { pulls } = await github.dump()
  expect(pulls).toEqual([
    {
      ...before.pulls[0],
      reviews: [
        {
          ...{ user: 'github-actions[bot]', body: 'All', state: 'COMMENTED', commit: sha },
          comments: [5, 8].map((line) => ({ ...comment(line), user: 'github-actions[bot]' })),
        },
      ],
    },
  ])
  expect((await ask('GET', `${REPO}/pulls/1/comments`)).body.map(({ line }: { line: number }) => line)).toEqual([5, 8])
})

test('it refuses what GitHub refuses', async () => {
  await using made = await rig()
  const { github, ask } = made
  const pull = (head: string) => ask('POST', `${REPO}/pulls`, { title: 'T', head, base: 'main' })
  expect((await pull('feature/x')).body.message).toContain('already exists')
  expect((await pull('nowhere')).status).toBe(422)
  expect((await ask('POST', `${REPO}/issues/1/comments`, { body: 'x'.repeat(65_537) })).status).toBe(422)
  expect((await ask('GET', '/user')).status).toBe(403)
  expect((await ask('GET', `${REPO}/pulls/1`, undefined, { accept: 'application/vnd.github.diff' })).status).toBe(406)
  expect((await ask('POST', '/graphql', { query: '{ viewer { login } }' })).status).toBe(404)
  expect((await ask('GET', REPO, undefined, { authorization: 'Bearer ghp_somebody' })).status).toBe(401)
  const read = await github.token({ contents: 'read', 'pull-requests': 'none' })
  const asReader = { authorization: `token ${read}` }
  expect((await ask('POST', `${REPO}/issues/1/comments`, { body: 'x' }, asReader)).status).toBe(403)
  expect((await ask('GET', `${REPO}/collaborators/mona/permission`)).body.permission).toBe('write')
  expect((await ask('GET', `${REPO}/collaborators/mallory/permission`)).status).toBe(404)
})

test('a fork’s commits can be seen from the repository, its branch is the fork’s, and bots are bots', async () => {
  await using made = await rig({ bots: ['dependabot'] })
  const { github, ask, checkout } = made
  const fork = await github.fork('mallory')
  checkout.git('checkout', '-q', '-b', 'patch-1')
  checkout.git('commit', '-q', '--allow-empty', '-m', 'From a fork')
  const sha = await github.push(checkout.directory, 'patch-1', fork)
  await github.as('mallory')('POST', `${REPO}/pulls`, { title: 'F', head: 'mallory:patch-1', base: 'main' })
  expect((await ask('GET', `${REPO}/pulls/2`)).body).toMatchObject({ head: { sha, repo: { full_name: fork } } })
  expect((await ask('GET', `${REPO}/pulls/2/files`)).body).toHaveLength(1)
  expect(Object.keys((await github.dump()).branches).sort()).toEqual(['feature/x', 'main'])
  const said = await github.as('dependabot[bot]')('POST', `${REPO}/issues/2/comments`, { body: 'Hello' })
  expect(said.user).toMatchObject({ login: 'dependabot[bot]', type: 'Bot' })
})

test('the journal tells who asked, and faults come when they were ordered', async () => {
  await using made = await rig()
  const { github, ask } = made
  github.fault({ path: /comments$/, method: 'POST', answer: { status: 429, headers: { 'retry-after': '1' } } })
  const refused = await ask('POST', `${REPO}/issues/1/comments`, { body: 'one' })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  github.fault({ path: /comments$/, method: 'POST', answer: 'lost' })
  await expect(ask('POST', `${REPO}/issues/1/comments`, { body: 'two' })).rejects.toThrow()
  github.fault({
    path: /\/pulls\/1$/,
    after: 1,
    meanwhile: () => github.as('octo')('PATCH', `${REPO}/pulls/1`, { state: 'closed' }),
  })
  expect((await ask('GET', `${REPO}/pulls/1`)).body.state).toBe('open')
  expect((await ask('GET', `${REPO}/pulls/1`)).body.state).toBe('closed')
  expect((await github.dump()).pulls[0]?.comments.map(({ body }) => body)).toEqual(['two'])
  await ask('GET', REPO, undefined, { authorization: '' })
  expect(github.journal.map(({ method, path, token, from, status }) => [method, path, token, from, status])).toEqual([
    ['POST', `${REPO}/issues/1/comments`, 'action', '127.0.0.1', 429],
    ['POST', `${REPO}/issues/1/comments`, 'action', '127.0.0.1', undefined],
    ['GET', `${REPO}/pulls/1`, 'action', '127.0.0.1', 200],
    ['GET', `${REPO}/pulls/1`, 'action', '127.0.0.1', 200],
    ['GET', REPO, 'none', '127.0.0.1', 200],
  ])
})

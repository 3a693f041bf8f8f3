// How the tests run a workflow's job: conditions, contexts, permissions, steps, checkout. airlock's own action in one is
// run by the end to end tests.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issues, pullRequest } from '../../support/github-events.ts'
import { type HostedProject, hosted } from '../../support/github-project.ts'
import { ROOT } from '../../support/steps.ts'
import { runWorkflow } from '../../support/workflow.ts'

const PIN = '08c6903cd8c0fde910a37f88322edcfb5dd907a8'

let shop: HostedProject
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'airlock-workflow-'))
  shop = await hosted({ 'a.txt': 'one\n' }, { people: { mallory: 'none' } })
  await shop.open({ branch: 'two', files: { 'b.txt': 'two\n' } })
  await shop.open({ branch: 'three', files: { 'c.txt': 'three\n' }, fork: 'mallory' })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

async function run(yaml: string, event: Awaited<ReturnType<typeof pullRequest>>) {
  const place = mkdtempSync(join(folder, 'run-'))
  const file = join(place, 'workflow.yml')
  writeFileSync(file, yaml)
  const { github, checkout } = shop
  return runWorkflow(relative(ROOT, file), {
    ...{ github, origin: checkout.directory, event, folder: place, secrets: { KEY: 'sk-x' } },
  })
}

const job = (steps: string, more = '') => `on: pull_request
permissions: {}
jobs:
  one:
    runs-on: ubuntu-latest
${more}    steps:
${steps}`

test('steps see what went before, conditions are GitHub’s, and a failure skips what does not ask for it', async () => {
  const steps = `
      - id: first
        env: { TITLE: "\${{ github.event.pull_request.title }}, \${{ secrets.KEY }}" }
        run: echo "said=$TITLE" >> "$GITHUB_OUTPUT"; echo "LATER=yes" >> "$GITHUB_ENV"
      - id: second
        if: steps.first.outputs.said == 'A change, sk-x' && env.LATER == 'yes'
        run: exit 3
      - id: third
        run: echo never
      - id: fourth
        if: \${{ failure() && github.event_name == 'pull_request' }}
        run: echo "$GITHUB_REF $GITHUB_ACTOR"; cat "$GITHUB_EVENT_PATH" | wc -c
      - id: fifth
        if: always() && steps.second.outcome == 'success'
        run: echo never`
  const [ended] = (await run(job(steps), await pullRequest(shop.github, 1, { actor: 'octo' }))) ?? []
  expect(ended?.status).toBe('failure')
  expect(ended?.steps.map(({ id, outcome }) => [id, outcome])).toEqual([
    ...[
      ['first', 'success'],
      ['second', 'failure'],
      ['third', 'skipped'],
      ['fourth', 'success'],
      ['fifth', 'skipped'],
    ],
  ])
  expect(ended?.steps[3]?.log).toMatch(/^refs\/pull\/1\/merge octo\n\d{4,}/)
})

describe('checkout', () => {
  const steps = (more: string) => `
      - uses: actions/checkout@${PIN}
        with: { persist-credentials: ${more} }
      - run: ls; git rev-parse HEAD; git log --oneline | wc -l; cat .git/config`

  test('takes the event’s commit alone', async () => {
    const event = await pullRequest(shop.github, 1, { actor: 'octo' })
    const [ended] = (await run(job(steps('false')), event)) ?? []
    expect(ended?.log).toMatch(new RegExp(`a.txt\\nb.txt\\n${event.sha}\\n1\\n`))
    expect(ended?.log).not.toContain('AUTHORIZATION')
  })

  test('leaves the token there unless told otherwise', async () => {
    const [ended] = (await run(job(steps('true')), await pullRequest(shop.github, 1, { actor: 'octo' }))) ?? []
    expect(ended?.log).toContain(Buffer.from(`x-access-token:${ended?.token}`).toString('base64'))
  })
})

test('a token has the permissions that the job asks for, and a fork’s only reads', async () => {
  const asks = '    permissions: { issues: write }\n'
  const tried = async (number: number) => {
    const event = await pullRequest(shop.github, number, { actor: 'octo' })
    const [ended] = (await run(job('      - run: "true"\n', asks), event)) ?? []
    const headers = { authorization: `Bearer ${ended?.token}` }
    const posted = async (path: string, body: object) =>
      (await fetch(shop.github.url + shop.api + path, { method: 'POST', headers, body: JSON.stringify(body) })).status
    return [
      await posted('/issues/1/comments', { body: 'x' }),
      await posted('/git/blobs', { content: 'x', encoding: 'utf-8' }),
    ]
  }
  expect(await tried(1)).toEqual([201, 403])
  expect(await tried(2)).toEqual([403, 403])
})

test('what does not start it, and what no test knows', async () => {
  const opened = await pullRequest(shop.github, 1, { actor: 'octo' })
  const number = await shop.issue('Help', 'please')
  const yaml = job('      - run: "true"\n')
  expect(await run(yaml, await issues(shop.github, number, { actor: 'octo' }))).toBeUndefined()
  expect(await run(yaml, { ...opened, payload: { ...opened.payload, action: 'closed' } })).toBeUndefined()
  const [skipped] = (await run(job('      - run: "true"\n', "    if: github.actor == 'x'\n"), opened)) ?? []
  expect(skipped?.status).toBe('skipped')
  const [unpinned] = (await run(job('      - uses: actions/checkout@v5\n'), opened)) ?? []
  expect(unpinned).toMatchObject({ status: 'failure', log: expect.stringContaining('not pinned') })
  await expect(run('on: push\njobs: { a: { steps: [] } }', opened)).rejects.toThrow(/runs-on/)
  expect(readFileSync(join(shop.checkout.directory, 'a.txt'), 'utf8')).toBe('one\n')
})

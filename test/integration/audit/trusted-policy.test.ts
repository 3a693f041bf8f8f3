// .airlock.yml of a pull request: the base's allows, the head's is content like any other.
import { expect, test } from 'vitest'
import { RunRecord } from '../../../src/report/record.ts'
import type { RunRequest } from '../../../src/request/run-request.ts'
import { prepare } from '../../../src/stages/prepare.ts'
import type { Stage } from '../../../src/stages/stage.ts'
import { type Project, project } from '../../support/projects.ts'
import { deps } from '../config/deps.ts'

const DEVCONTAINER = { '.devcontainer.json': '{ "image": "debian:trixie-slim", "privileged": true }' }
const allowing = (reason: string) => ({ '.airlock.yml': `allow: [{ rule: AL101, reason: ${reason} }]\n` })

/** What a run about `head` says, its trusted commit being `base`. */
async function prepared(head: Project, base: Project | undefined, changed: readonly string[] = []): Promise<RunRecord> {
  const trusted = base && { directory: base.directory, sha: 'a'.repeat(40), ref: 'main', changed }
  const request: Partial<RunRequest> = {
    ...{ directory: head.directory, project: { kind: 'auto' }, include: [], exclude: [], allow: [] },
    ...{ upstream: 'https://api.anthropic.com', network: {}, allowedDomains: [], egressPresets: [] },
    ...(trusted ? { trusted } : {}),
  }
  const record = new RunRecord('abcd1234', '/nowhere', '/nowhere/result.json')
  const stage = { ...deps(), request, record } as unknown as Stage
  await prepare(stage).catch((error: unknown) => record.fail(error))
  return record
}

test("control: on a push the checkout's own file allows", async () => {
  using head = project({ ...DEVCONTAINER, ...allowing('head') })
  const { error, findings } = await prepared(head, undefined)
  expect(error).toBeUndefined()
  expect(findings).toMatchObject([{ rule: 'AL101', allowed: 'head' }])
})

test('a head that allows something is refused all the same, and the summary says which file was not obeyed', async () => {
  using head = project({ ...DEVCONTAINER, ...allowing('head') })
  using base = project(DEVCONTAINER)
  const { error, findings, trusted } = await prepared(head, base, ['.airlock.yml', 'README.md'])
  expect(error?.message).toContain("asks for one thing that the sandbox can't give")
  expect(findings.map(({ allowed }) => allowed)).toEqual([undefined])
  expect(trusted?.differing).toEqual(['.airlock.yml'])
})

test("the base's allows, whatever the head says", async () => {
  using head = project({ ...DEVCONTAINER, '.airlock.yml': 'not even: YAML: [' })
  using base = project({ ...DEVCONTAINER, ...allowing('base') })
  const { error, findings } = await prepared(head, base)
  expect(error).toBeUndefined()
  expect(findings).toMatchObject([{ rule: 'AL101', allowed: 'base' }])
})

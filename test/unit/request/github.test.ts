import { describe, expect, test } from 'vitest'
import { isBranchName } from '../../../src/request/github-request.ts'
import { byFlags, byInputs, problems, project } from './given.ts'

const folder = project()
const LEAST = { prompt: 'Fix it', anthropic_api_key: 'sk-ant-api-x' }
const github = (inputs: Readonly<Record<string, string>>) => byInputs({ ...LEAST, ...inputs }, folder).github

test('what nobody asked for is not done', () => {
  expect(github({})).toMatchObject({
    ...{ mode: 'auto', token: undefined, triggerPhrase: '@claude', labelTrigger: 'claude', baseBranch: undefined },
    ...{ allowedBots: [], allowedNonWriteUsers: [], trustHeadConfig: false, trackProgress: false },
    policy: {
      review: { requestChanges: false, approve: false, stickySummary: false },
      pullRequest: { branchPrefix: 'claude/', branchTemplate: '', draft: false, labels: [] },
      text: { allowedLinkHosts: [], mentions: false },
    },
  })
  expect(github({}).policy.review).not.toHaveProperty('failOn')
})

test('what was asked for', () => {
  const asked = github({
    ...{ mode: 'review', github_token: 'ghs_x', assignee_trigger: '@claude-bot', base_branch: 'develop' },
    ...{ allowed_bots: 'dependabot[bot], renovate', allowed_non_write_users: '*', trust_head_config: 'true' },
    ...{ labels: 'from claude, needs review\nbot', review_event: 'request_changes', fail_on: 'high', draft: 'True' },
    allowed_link_hosts: 'docs.Example.com',
  })
  expect(asked).toMatchObject({
    ...{ mode: 'review', token: 'ghs_x', assigneeTrigger: 'claude-bot', baseBranch: 'develop', trustHeadConfig: true },
    ...{ allowedBots: ['dependabot[bot]', 'renovate'], allowedNonWriteUsers: '*' },
    policy: {
      review: { requestChanges: true, failOn: 'high' },
      pullRequest: { draft: true, labels: ['from claude', 'needs review', 'bot'] },
      text: { allowedLinkHosts: ['docs.example.com'] },
    },
  })
})

test('every wrong value is told at once', () => {
  const wrong = {
    ...{ mode: 'revue', github_token: 'two words', allowed_bots: 'a/b', base_branch: 'a..b', branch_prefix: '-x' },
    ...{ branch_name_template: '{{prefix}}{{user}}', draft: 'yes', fail_on: 'critical', review_event: 'approve' },
  }
  expect(problems(() => github(wrong))).toEqual([
    'mode: "revue" is none of auto, run, review, pr, reply',
    'github_token holds white space or characters that no token has',
    'base_branch: "a..b" can\'t be a branch\'s name',
    'allowed_bots: "a/b" is no login; write names as GitHub shows them, or * for all',
    'fail_on: "critical" is none of none, high, medium, low, nit',
    'review_event: "approve" is none of comment, request_changes',
    'branch_prefix: no branch\'s name can begin with "-x"',
    'branch_name_template: {{user}} is none of prefix, entityType, entityNumber, timestamp, sha, label, description',
    'draft: "yes" is none of false, true',
  ])
})

test('modes of claude-code-action 0 are a warning', () => {
  const { github: asked, warnings } = byInputs({ ...LEAST, mode: 'tag' }, folder)
  expect(asked.mode).toBe('auto')
  expect(warnings).toHaveLength(1)
})

test('one warning names every input that can not apply', () => {
  const { warnings } = byInputs({ ...LEAST, use_bedrock: 'true', additional_permissions: 'actions: read' }, folder)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(/use_bedrock \(.*additional_permissions \(/)
})

describe('a run without a prompt', () => {
  const { prompt: _, ...keyOnly } = LEAST
  const event = { GITHUB_EVENT_PATH: '/event.json' }

  test('is left to the event', () => {
    expect(byInputs(keyOnly, folder, event).request.prompt).toBe('')
  })

  test.each([
    ['mode: run', { ...keyOnly, mode: 'run' }, event],
    ['no event', keyOnly, {}],
  ])('is refused with %s', (_name, inputs, env) => {
    expect(problems(() => byInputs(inputs, folder, env))).toEqual(['there is no prompt: give prompt or prompt_file'])
  })
})

test('files that describe the project are looked for in the base, whatever the head has left of them', () => {
  const event = { GITHUB_EVENT_PATH: '/event.json' }
  const inputs = { ...LEAST, config_file: 'gone/devcontainer.json' }
  const { project: source } = byInputs(inputs, folder, { ...event, GITHUB_EVENT_NAME: 'pull_request' }).request
  expect(source).toEqual({ kind: 'devcontainer', file: `${folder}/gone/devcontainer.json` })
  const push = () => byInputs(inputs, folder, { ...event, GITHUB_EVENT_NAME: 'push' })
  expect(problems(push)).toEqual(['config_file: gone/devcontainer.json does not exist'])
})

test('at a terminal they are no flags', () => {
  expect(problems(() => byFlags(['--prompt', 'x', '--fail-on', 'high'], folder))).toEqual([
    '--fail-on is no flag: fail_on is an input of the Action, for runs on GitHub',
  ])
})

test.each([
  ...['main', 'claude/issue-7', 'a.b', 'ünï'].map((name) => [name, true] as const),
  ...['', '-x', 'a b', 'a..b', 'a//b', '/a', 'a/', '.a', 'a/.b', 'x.lock', 'a^', 'a:b', 'a\\b', '@', 'a@{1}', 'a.'].map(
    (name) => [name, false] as const,
  ),
])('a branch called %j: %j', (name, is) => {
  expect(isBranchName(name)).toBe(is)
})

import { describe, expect, test } from 'vitest'
import { readEvent } from '../../../src/github/event.ts'
import { decideMode, holdsPhrase, type ModeInputs } from '../../../src/github/mode.ts'
import { event, PAYLOADS } from './events.ts'

const INPUTS: ModeInputs = {
  mode: 'auto',
  hasPrompt: false,
  triggerPhrase: '@claude',
  labelTrigger: 'claude',
  assigneeTrigger: 'claude-bot',
}

const P = PAYLOADS
type Row = readonly [what: string, name: string, payload: object, inputs: Partial<ModeInputs>, outcome: string | RegExp]

// A word is the mode, a pattern the reason to skip.
const ROWS: readonly Row[] = [
  ['a pull request', 'pull_request', P.pull('opened'), {}, 'review'],
  ['new commits', 'pull_request', P.pull('synchronize'), {}, 'review'],
  ['one that left its draft', 'pull_request_target', P.pull('ready_for_review'), {}, 'review'],
  ['one that was closed', 'pull_request', P.pull('closed'), {}, /closed/],
  ['the label', 'pull_request', { ...P.pull('labeled'), label: { name: 'Claude' } }, {}, 'review'],
  ['another label', 'pull_request', { ...P.pull('labeled'), label: { name: 'bug' } }, {}, /label "bug"/],
  ['a pull request with a prompt', 'pull_request', P.pull('opened'), { hasPrompt: true }, 'run'],
  ['a closed one with a prompt', 'pull_request', P.pull('closed'), { hasPrompt: true }, 'run'],
  ['a comment that asks', 'issue_comment', P.comment('please @claude, look'), {}, 'reply'],
  ['a comment that does not', 'issue_comment', P.comment('hello'), {}, /trigger phrase/],
  ['one that was deleted', 'issue_comment', { ...P.comment('@claude'), action: 'deleted' }, {}, /deleted/],
  ['any comment with a prompt', 'issue_comment', P.comment('hello'), { hasPrompt: true }, 'run'],
  ['an empty phrase', 'issue_comment', P.comment('hello'), { triggerPhrase: '' }, /trigger phrase/],
  ['a comment on a line', 'pull_request_review_comment', P.lineComment('@claude why?'), {}, 'reply'],
  ['a review', 'pull_request_review', P.review('@claude fix these'), {}, 'reply'],
  ['a review without words', 'pull_request_review', P.review(null), {}, /trigger phrase/],
  ['an issue', 'issues', P.issue('opened', 'It breaks', '@claude mend it'), {}, 'reply'],
  ['an issue by its title', 'issues', P.issue('opened', '@claude mend it', null), {}, 'reply'],
  ['an issue that asks for nothing', 'issues', P.issue('opened', 'It breaks', ''), {}, /trigger phrase/],
  ['an issue with the label', 'issues', { ...P.issue('labeled'), label: { name: 'claude' } }, {}, 'pr'],
  ['with another', 'issues', { ...P.issue('labeled'), label: { name: 'bug' } }, {}, /label "bug"/],
  ['assigned', 'issues', { ...P.issue('assigned'), assignee: { login: 'claude-bot' } }, {}, 'pr'],
  ['assigned to somebody', 'issues', { ...P.issue('assigned'), assignee: { login: 'ann' } }, {}, /assignee "ann"/],
  ['assigned, and nobody named', 'issues', P.issue('assigned'), { assigneeTrigger: undefined }, /none was named/],
  ['edited', 'issues', P.issue('edited', 'x', '@claude'), {}, /edited/],
  ['by hand', 'workflow_dispatch', {}, { hasPrompt: true }, 'pr'],
  ['at night', 'schedule', {}, { hasPrompt: true }, 'pr'],
  ['a push', 'push', {}, { hasPrompt: true }, 'pr'],
  ['a workflow that failed', 'workflow_run', P.workflowRun(), { hasPrompt: true }, 'pr'],
  ['told to run', 'pull_request', P.pull('opened'), { mode: 'run', hasPrompt: true }, 'run'],
  ['told to review, by a comment', 'issue_comment', P.pullComment('@claude review'), { mode: 'review' }, 'review'],
  ['told to review, by no comment', 'issue_comment', P.pullComment('hello'), { mode: 'review' }, /trigger phrase/],
  ['told to make a pull request of an issue', 'issues', P.issue('opened', '@claude', ''), { mode: 'pr' }, 'pr'],
]

test.each(ROWS)('%s (%s)', (_what, name, payload, inputs, outcome) => {
  const decision = decideMode(event(name, payload), { ...INPUTS, ...inputs })
  if (typeof outcome === 'string') expect(decision).toEqual({ kind: 'go', mode: outcome })
  else expect(decision).toEqual({ kind: 'skip', reason: expect.stringMatching(outcome) })
})

test.each([
  [
    'a review of no pull request',
    'issues',
    P.issue('opened', '@claude', ''),
    { mode: 'review' },
    /needs a pull request/,
  ],
  ['a review at night', 'schedule', {}, { mode: 'review', hasPrompt: true }, /needs a pull request/],
  ['a reply to nobody', 'push', {}, { mode: 'reply', hasPrompt: true }, /needs an issue or pull request/],
  ['nothing to do', 'schedule', {}, {}, /there is no prompt/],
  ['nothing to do in a workflow that failed', 'workflow_run', P.workflowRun(), {}, /there is no prompt/],
] as const)('%s is an input error', (_what, name, payload, inputs, message) => {
  expect(() => decideMode(event(name, payload), { ...INPUTS, ...inputs })).toThrow(message)
})

test.each([
  ...['@claude', 'hey @claude!', 'x\n@Claude, do', '(see)\t@claude?'].map((text) => [text, true] as const),
  ...['me@claude.example', '@claudette', '@claude-bot', 'claude', '', 'x@claude'].map((text) => [text, false] as const),
])('%j holds @claude: %j', (text, holds) => {
  expect(holdsPhrase(text, '@claude')).toBe(holds)
})

test('letters of a phrase that mean something to patterns are letters', () => {
  expect(holdsPhrase('run /c.l+ now', '/c.l+')).toBe(true)
  expect(holdsPhrase('run /cxll now', '/c.l+')).toBe(false)
})

describe('an event that is not what GitHub sends', () => {
  const source = { name: 'x', repository: 'o/r', actor: 'ann', apiUrl: '', serverUrl: '', runId: '1', runAttempt: '1' }
  const more = { sha: '', refName: '' }

  test.each([
    ['no repository', { payload: {}, repository: 'o' }, /GITHUB_REPOSITORY/],
    ['a pull request without a head', { payload: { pull_request: { number: 1 } } }, /no head or base/],
    ['a sha that is none', { payload: P.pull('opened', { sha: '../..' }) }, /no head or base/],
    ['an issue without a number', { payload: { issue: {} } }, /no number/],
    ['a comment without a time', { payload: { comment: { id: 1 } } }, /no id or no time/],
  ])('%s is an input error', (_what, part, message) => {
    expect(() => readEvent({ ...source, ...more, ...part }, 'now')).toThrow(message)
  })

  test('has the sender that the runner knows, and the words of a deleted account', () => {
    const comment = { id: 1, body: 'x', user: null, created_at: '2026-01-01T00:00:00Z' }
    const read = readEvent({ ...source, ...more, payload: { comment } }, 'now')
    expect(read.sender).toEqual({ login: 'ann', type: 'Unknown' })
    expect(read.comment?.author).toEqual({ login: 'ghost', type: 'Unknown' })
  })
})

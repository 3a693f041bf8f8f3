// What a run was asked to do on GitHub: parsed with the rest, and used before and after it.
import type { PublishPolicy } from '../github/publish-types.ts'
import type { Severity } from '../github/review.ts'
import type { Mode } from '../github/task.ts'
import type { Findings, Given } from './given.ts'

/** Exact logins, or everybody. */
export type Logins = readonly string[] | '*'

export interface GitHubRequest {
  readonly mode: Mode | 'auto'
  readonly token: string | undefined
  readonly triggerPhrase: string
  readonly labelTrigger: string | undefined
  readonly assigneeTrigger: string | undefined
  readonly baseBranch: string | undefined
  readonly allowedBots: Logins
  readonly allowedNonWriteUsers: Logins
  readonly comments: { readonly include: readonly string[]; readonly exclude: readonly string[] }
  readonly trustHeadConfig: boolean
  readonly trackProgress: boolean
  readonly displayReport: boolean
  readonly showFullOutput: boolean
  readonly policy: PublishPolicy
}

const SEVERITIES: readonly Severity[] = ['high', 'medium', 'low', 'nit']
const MODES = ['auto', 'run', 'review', 'pr', 'reply'] as const
/** claude-code-action's version 0 had these; what they mean is taken from the event now. */
const FORMER_MODES = ['tag', 'agent', 'experimental-review', 'remote-agent']

export function parseGitHub(given: Given, findings: Findings): GitHubRequest {
  const assignee = given.text('assignee_trigger')?.trim().replace(/^@/, '')
  return {
    mode: parseMode(given, findings),
    token: parseToken(given, findings),
    triggerPhrase: (given.text('trigger_phrase') ?? '').trim(),
    labelTrigger: given.text('label_trigger')?.trim(),
    assigneeTrigger: assignee,
    baseBranch: branch('base_branch', given, findings),
    allowedBots: logins('allowed_bots', given, findings),
    allowedNonWriteUsers: logins('allowed_non_write_users', given, findings),
    comments: { include: given.list('include_comments_by_actor'), exclude: given.list('exclude_comments_by_actor') },
    trustHeadConfig: flag('trust_head_config', given, findings),
    trackProgress: flag('track_progress', given, findings),
    displayReport: flag('display_report', given, findings),
    showFullOutput: flag('show_full_output', given, findings),
    policy: parsePolicy(given, findings),
  }
}

function parseMode(given: Given, findings: Findings): GitHubRequest['mode'] {
  const text = given.text('mode')?.trim() ?? 'auto'
  const mode = MODES.find((known) => known === text)
  if (mode) return mode
  if (FORMER_MODES.includes(text)) {
    findings.warn(`mode: ${text} was claude-code-action's; the event decides, or one of ${MODES.join(', ')}`)
  } else findings.problem(`mode: "${text}" is none of ${MODES.join(', ')}`)
  return 'auto'
}

function parseToken(given: Given, findings: Findings): string | undefined {
  const token = given.text('github_token')?.trim()
  // An expression that no runner has replaced is no token.
  if (token === undefined || token.startsWith('${{')) return undefined
  if (!/^[\x21-\x7e]+$/.test(token)) findings.problem('github_token holds white space or characters that no token has')
  return token
}

function parsePolicy(given: Given, findings: Findings): PublishPolicy {
  const failOn = choice('fail_on', ['none', ...SEVERITIES], given, findings)
  return {
    review: {
      requestChanges: choice('review_event', ['comment', 'request_changes'], given, findings) === 'request_changes',
      approve: flag('allow_approve', given, findings),
      ...(failOn === 'none' ? {} : { failOn: failOn as Severity }),
      stickySummary: flag('use_sticky_comment', given, findings),
    },
    pullRequest: {
      branchPrefix: prefix(given, findings),
      branchTemplate: template(given, findings),
      draft: flag('draft', given, findings),
      labels: given
        .list('labels')
        .flatMap((line) => line.split(/\s*,\s*/))
        .filter((label) => label !== ''),
      reviewers: given.list('reviewers'),
      assignees: given.list('assignees'),
    },
    text: {
      allowedLinkHosts: given.list('allowed_link_hosts').map((host) => host.toLowerCase()),
      mentions: flag('allow_mentions', given, findings),
    },
  }
}

function flag(name: string, given: Given, findings: Findings): boolean {
  return choice(name, ['false', 'true'], given, findings) === 'true'
}

/** One of several words; the first of them where nothing or something else is given. */
function choice(name: string, words: readonly string[], given: Given, findings: Findings): string {
  const text = given.text(name)?.trim().toLowerCase()
  if (text !== undefined && words.includes(text)) return text
  if (text !== undefined) findings.problem(`${given.spell(name)}: "${text}" is none of ${words.join(', ')}`)
  return words[0] ?? ''
}

function logins(name: string, given: Given, findings: Findings): Logins {
  const names = given.list(name)
  if (names.includes('*')) return '*'
  for (const login of names) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*(\[bot\])?$/.test(login)) {
      findings.problem(`${name}: "${login}" is no login; write names as GitHub shows them, or * for all`)
    }
  }
  return names
}

function branch(name: string, given: Given, findings: Findings): string | undefined {
  const text = given.text(name)?.trim()
  if (text !== undefined && !isBranchName(text)) findings.problem(`${name}: "${text}" can't be a branch's name`)
  return text
}

function prefix(given: Given, findings: Findings): string {
  const text = given.text('branch_prefix')?.trim() ?? ''
  if (!isBranchName(`${text}x`)) findings.problem(`branch_prefix: no branch's name can begin with "${text}"`)
  return text
}

const PLACES = ['prefix', 'entityType', 'entityNumber', 'timestamp', 'sha', 'label', 'description']

/** Empty where none is given: the name is of the publisher's choice then. */
function template(given: Given, findings: Findings): string {
  const text = given.text('branch_name_template')?.trim() ?? ''
  if (text === '') return ''
  for (const [place, name = ''] of text.matchAll(/\{\{([^{}]*)\}\}/g)) {
    if (!PLACES.includes(name)) findings.problem(`branch_name_template: ${place} is none of ${PLACES.join(', ')}`)
  }
  if (!isBranchName(text.replaceAll(/\{\{[^{}]*\}\}/g, 'x'))) {
    findings.problem(`branch_name_template: "${text}" can't be a branch's name`)
  }
  return text
}

/** The rules of `git check-ref-format`, and no dash at the start, which commands would take for an option. */
export function isBranchName(name: string): boolean {
  const parts = name.split('/')
  return (
    name !== '' &&
    name.length <= 200 &&
    !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{/.test(name) &&
    !/^-|\.$|^@$/.test(name) &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  )
}

// The inputs of runs that are about an issue or a pull request. They have no flags: at a terminal nothing is published.
import { group, lines, type Row, text, words } from './input-rows.ts'

const here = { where: 'action' } as const
const no = { ...here, default: 'false' } as const

const WHEN: readonly Row[] = [
  text(
    'mode',
    'MODE',
    'What the run is: `run` (the prompt, nothing else), `review` (of a pull request), `pr` (changes become a pull request) or `reply` (to whoever wrote the trigger phrase). `auto` takes it from the event.',
    { ...here, default: 'auto' },
  ),
  text(
    'github_token',
    'TOKEN',
    'The token that Airlock reads and publishes with. It never enters the sandbox. By default the job’s own.',
    { ...here, expression: '${{ github.token }}' },
  ),
  text('trigger_phrase', 'PHRASE', 'What a comment has to hold, as words of its own, for Claude to answer it.', {
    ...here,
    default: '@claude',
  }),
  text('label_trigger', 'LABEL', 'The label that asks for a pull request (issues) or a review (pull requests).', {
    ...here,
    default: 'claude',
  }),
  text('assignee_trigger', 'LOGIN', 'The account that an issue has to be assigned to, for the same.', here),
  words('allowed_bots', 'LOGINS', 'Bots that may start a run, by their exact names; `*` for all.', here),
  words(
    'allowed_non_write_users',
    'LOGINS',
    'People without write permission who may start a run; `*` for all. Whoever may start runs spends your tokens.',
    here,
  ),
  words(
    'include_comments_by_actor',
    'LOGINS',
    'Only comments of these accounts are shown to Claude; `*[bot]` for all bots.',
    here,
  ),
  words('exclude_comments_by_actor', 'LOGINS', 'Comments of these accounts are not shown to Claude.', here),
  text(
    'trust_head_config',
    'BOOL',
    'Take devcontainer, compose files and Claude’s own configuration from the pull request instead of its base. Refused for forks.',
    no,
  ),
]

const PUBLISHED: readonly Row[] = [
  text('base_branch', 'BRANCH', 'The branch that pull requests are made for. By default the repository’s own.', here),
  text('branch_prefix', 'PREFIX', 'What names of new branches begin with.', { ...here, default: 'claude/' }),
  text(
    'branch_name_template',
    'TEMPLATE',
    'Names of new branches, of `{{prefix}}`, `{{entityType}}`, `{{entityNumber}}`, `{{timestamp}}`, `{{sha}}`, `{{label}}` and `{{description}}`.',
    here,
  ),
  text('draft', 'BOOL', 'Open pull requests as drafts.', no),
  lines('labels', 'LABELS', 'Labels for pull requests that Airlock opens; commas separate them too.', here),
  words('reviewers', 'LOGINS', 'Who is asked to review them.', here),
  words('assignees', 'LOGINS', 'Who they are assigned to.', here),
  text('review_event', 'EVENT', 'What a review with findings amounts to: `comment` or `request_changes`.', {
    ...here,
    default: 'comment',
  }),
  text('allow_approve', 'BOOL', 'Let a review approve the pull request when Claude says so.', no),
  text('fail_on', 'SEVERITY', 'Findings of a review that fail the check: `high`, `medium`, `low`, `nit` or `none`.', {
    ...here,
    default: 'none',
  }),
  text('track_progress', 'BOOL', 'Keep a comment up to date while Claude works.', no),
  text('use_sticky_comment', 'BOOL', 'Keep one comment for all runs on an issue or pull request.', no),
  words('allowed_link_hosts', 'DOMAINS', 'Hosts that published text may link to, besides GitHub itself.', here),
  text('allow_mentions', 'BOOL', 'Let published text mention people and teams, who are then notified.', no),
  text('display_report', 'BOOL', 'Write the job summary.', { ...here, default: 'true' }),
  text('show_full_output', 'BOOL', 'Print all of Claude’s stream in the log, tool results included.', no),
]

export const GITHUB_INPUTS = [
  ...group('On GitHub: when it runs, and what Claude reads', WHEN),
  ...group('On GitHub: what is published', PUBLISHED),
]

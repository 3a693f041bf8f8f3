// What the Action gives to later steps. Names that claude-code-action has too keep its meaning.
export const OUTPUTS: Readonly<Record<string, string>> = {
  conclusion: '`success`, `failure`, or `skipped` when the event asks for nothing.',
  execution_file: 'Path of the whole transcript: a JSON array of what Claude Code said and did.',
  structured_output:
    'The answer as JSON, when `--json-schema` is among the `claude_args`, or the mode has a schema of its own.',
  session_id: "The session's id.",
  patch_file:
    'Path of the checked patch, for `git apply`. Empty when nothing changed, unset when the run came to no patch.',
  result_file: 'Path of the whole result as JSON: changes, held back paths, probe, requests, times.',
  branch_name: 'The branch on GitHub that got the changes.',
  pull_request_number: 'The pull request that was opened or brought up to date.',
  pull_request_url: 'Its address.',
  review_url: 'Address of the review that was published.',
  comment_url: 'Address of the comment that was published.',
  cost_usd: 'What the run cost, in US dollars, by the prices that Claude Code knows.',
  num_turns: 'How many turns Claude took.',
  sandbox_ready_ms: 'Milliseconds from the start until Claude could be started.',
  blocked_requests: 'How many requests of the sandbox the gateway refused.',
}

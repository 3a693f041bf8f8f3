// Inputs of claude-code-action that mean nothing here, each with what to do instead. A workflow that comes from there
// keeps working; what it loses is said in a warning.

const NO_PUBLISHING =
  'Airlock changes nothing on GitHub: it returns a patch (output patch_file) for a later step to use'
const NO_TRIGGER = "it always runs; decide when with the workflow's own on: and if:"
const BY_GATEWAY = 'give anthropic_api_key or claude_code_oauth_token; another API is reached by ANTHROPIC_BASE_URL'
const BY_FEATURE = 'Claude Code is installed in the sandbox; choose its version with claude_version'
const PLUGINS = "add plugins in the project's .claude/settings.json"
const SIGNING = 'nothing is committed on GitHub; sign where you apply the patch'
const IN_ARGS = 'say it in claude_args'

export const FOREIGN: Readonly<Record<string, string>> = {
  trigger_phrase: NO_TRIGGER,
  assignee_trigger: NO_TRIGGER,
  label_trigger: NO_TRIGGER,
  allowed_bots: NO_TRIGGER,
  allowed_non_write_users: NO_TRIGGER,
  include_comments_by_actor: 'comments are not read; put what Claude shall know into the prompt',
  exclude_comments_by_actor: 'comments are not read; put what Claude shall know into the prompt',
  base_branch: 'Claude works on what is checked out; choose it with actions/checkout',
  branch_prefix: NO_PUBLISHING,
  branch_name_template: NO_PUBLISHING,
  github_token: `${NO_PUBLISHING}, so it needs no token`,
  additional_permissions: NO_PUBLISHING,
  use_sticky_comment: NO_PUBLISHING,
  classify_inline_comments: NO_PUBLISHING,
  track_progress: NO_PUBLISHING,
  include_fix_links: NO_PUBLISHING,
  use_commit_signing: SIGNING,
  ssh_signing_key: SIGNING,
  bot_id: SIGNING,
  bot_name: SIGNING,
  anthropic_federation_rule_id: BY_GATEWAY,
  anthropic_organization_id: BY_GATEWAY,
  anthropic_service_account_id: BY_GATEWAY,
  anthropic_workspace_id: BY_GATEWAY,
  anthropic_oidc_audience: BY_GATEWAY,
  use_bedrock: BY_GATEWAY,
  use_vertex: BY_GATEWAY,
  use_foundry: BY_GATEWAY,
  path_to_claude_code_executable: BY_FEATURE,
  path_to_bun_executable: BY_FEATURE,
  use_node_cache: BY_FEATURE,
  display_report: 'the job summary is always written, with all text from the sandbox made inert',
  show_full_output: 'the whole transcript is in the output execution_file',
  plugins: PLUGINS,
  plugin_marketplaces: PLUGINS,
  // Names of its version 0.
  mode: NO_TRIGGER,
  direct_prompt: 'use prompt',
  override_prompt: 'use prompt',
  custom_instructions: 'say it in the prompt, or in claude_args as --append-system-prompt',
  model: `${IN_ARGS} as --model`,
  anthropic_model: `${IN_ARGS} as --model`,
  fallback_model: `${IN_ARGS} as --fallback-model`,
  allowed_tools: 'every tool is allowed in the sandbox; forbid some in claude_args as --disallowedTools',
  disallowed_tools: `${IN_ARGS} as --disallowedTools`,
  mcp_config: `${IN_ARGS} as --mcp-config`,
  claude_env: 'set it in settings, as env',
  claude_code_timeout_ms: 'use timeout_minutes',
  experimental_allowed_domains: 'use allowed_domains',
}

/** Inputs whose values are secrets: masked even though they aren't used. */
export const FOREIGN_SECRETS: readonly string[] = ['github_token', 'ssh_signing_key']

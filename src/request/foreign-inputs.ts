// Inputs of claude-code-action that can't apply in a sandbox, each with what to do instead. A workflow that comes from
// there keeps working; what it loses is said in one warning.

const BY_GATEWAY = 'give anthropic_api_key or claude_code_oauth_token; another API is reached by ANTHROPIC_BASE_URL'
const BY_FEATURE = 'Claude Code is installed in the sandbox; choose its version with claude_version'
const PLUGINS = "add plugins in the project's .claude/settings.json"
const SIGNING = 'commits are made through GitHub’s API, which signs them'
const AUTHOR = 'commits are by the account of github_token, for which GitHub signs them; give the token of another app'
const IN_ARGS = 'say it in claude_args'

export const FOREIGN: Readonly<Record<string, string>> = {
  additional_permissions: "the job's own permissions hold; actions: read shows Claude the logs of failed jobs",
  classify_inline_comments: 'comments are checked after the run, and none is a probe',
  include_fix_links: 'a link would carry a prompt; ask by a comment with the trigger phrase',
  use_commit_signing: SIGNING,
  ssh_signing_key: SIGNING,
  bot_name: AUTHOR,
  bot_id: AUTHOR,
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
  plugins: PLUGINS,
  plugin_marketplaces: PLUGINS,
  // Names of its version 0.
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
export const FOREIGN_SECRETS: readonly string[] = ['ssh_signing_key']

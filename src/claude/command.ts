// How Claude Code is started in the sandbox: plain data, run elsewhere.
import type { RunRequest } from '../request/run-request.ts'
import { SERVERS_PATH } from '../sandbox/briefing.ts'
import { proxyEnvironment, RELAY_URL } from '../sandbox/environment.ts'

export interface ClaudeCommand {
  readonly argv: readonly string[]
  /** The prompt. Standard input has no length limit and shows in no process list. */
  readonly stdin: string
  readonly env: Readonly<Record<string, string>>
}

/** What stands in the sandbox where the credential would be: the gateway replaces it on the way out. */
export const PLACEHOLDER = 'placeholder'

/** @param services names that are reached directly, not through the proxy */
export function claudeCommand(request: RunRequest, services: readonly string[]): ClaudeCommand {
  const { limits, claude, briefing } = request
  return {
    argv: [
      'claude',
      '--print',
      '--output-format',
      'stream-json',
      '--verbose',
      // It takes any number of words: what comes after it has to be a flag.
      ...option('--mcp-config', briefing && SERVERS_PATH),
      // The sandbox is the permission: nobody is there to be asked.
      '--dangerously-skip-permissions',
      ...option('--max-turns', limits.maxTurns),
      ...option('--max-budget-usd', limits.maxCostUsd),
      ...option('--settings', claude.settings),
      ...claude.args,
    ],
    stdin: request.prompt,
    env: { ...claudeEnvironment(request.credential.kind), ...proxyEnvironment(services) },
  }
}

function option(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [name, String(value)]
}

function claudeEnvironment(kind: RunRequest['credential']['kind']): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: RELAY_URL,
    // The kind decides which header Claude Code sends, and with it which one the gateway puts the credential in.
    [kind === 'api-key' ? 'ANTHROPIC_API_KEY' : 'CLAUDE_CODE_OAUTH_TOKEN']: PLACEHOLDER,
    // Without it, Claude Code refuses to skip permissions as root.
    IS_SANDBOX: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    TERM: 'dumb',
    LANG: 'C.UTF-8',
  }
}

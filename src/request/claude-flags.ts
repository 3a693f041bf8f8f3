// Flags of Claude Code that airlock sets itself or that have no sense in a sandbox, each with its reason, and how many
// words the others take. A flag that isn't named here is Claude Code's to judge.

const OWNED = 'Airlock sets it itself: it reads the stream that this makes'
const PERMISSIONS = 'nobody is there to be asked; the sandbox is the permission. Use --disallowedTools to forbid a tool'
const ELSEWHERE = 'the work has to happen in the sandbox, from a fresh start'
const NO_SCREEN = 'there is no screen and no person in the sandbox'
const NO_RUN = 'Claude would not work on the prompt'

export const REFUSED: Readonly<Record<string, string>> = {
  '--print': OWNED,
  '-p': OWNED,
  '--output-format': OWNED,
  '--input-format': OWNED,
  '--verbose': OWNED,
  '--replay-user-messages': OWNED,
  '--dangerously-skip-permissions': 'Airlock sets it itself',
  '--allow-dangerously-skip-permissions': PERMISSIONS,
  '--permission-prompt-tool': PERMISSIONS,
  '--permission-prompts': PERMISSIONS,
  '--restricted': 'it refuses to work without permission prompts, and nobody is there to answer them',
  '--resume': ELSEWHERE,
  '-r': ELSEWHERE,
  '--continue': ELSEWHERE,
  '-c': ELSEWHERE,
  '--fork-session': ELSEWHERE,
  '--from-pr': ELSEWHERE,
  '--cloud': ELSEWHERE,
  '--remote': ELSEWHERE,
  '--teleport': ELSEWHERE,
  '--environment': ELSEWHERE,
  '--sdk-url': ELSEWHERE,
  '--worktree': 'changes outside the project folder would not come back',
  '-w': 'changes outside the project folder would not come back',
  '--background': 'the run would end before the work',
  '--bg': 'the run would end before the work',
  '--tmux': NO_SCREEN,
  '--ide': NO_SCREEN,
  '--chrome': NO_SCREEN,
  '--desktop': NO_SCREEN,
  '--remote-control': NO_SCREEN,
  '--rc': NO_SCREEN,
  '--help': NO_RUN,
  '-h': NO_RUN,
  '--version': NO_RUN,
  '-v': NO_RUN,
  '--init-only': NO_RUN,
}

/** Flags without a value: a word after one would be taken for the prompt. */
export const SWITCHES: ReadonlySet<string> = new Set([
  '--ax-screen-reader',
  '--bare',
  '--brief',
  '--disable-slash-commands',
  '--exclude-dynamic-system-prompt-sections',
  '--forward-subagent-text',
  '--include-hook-events',
  '--include-partial-messages',
  '--no-chrome',
  '--no-session-persistence',
  '--safe-mode',
  '--strict-mcp-config',
])

/** Flags with exactly one value. */
export const SINGLE: ReadonlySet<string> = new Set([
  '--agent',
  '--agents',
  '--append-system-prompt',
  '--append-system-prompt-file',
  '--autocompact',
  '--debug-file',
  '--effort',
  '--fallback-model',
  '--json-schema',
  '--max-budget-usd',
  '--max-thinking-tokens',
  '--max-turns',
  '--model',
  '--name',
  '-n',
  '--permission-mode',
  '--plugin-dir',
  '--plugin-url',
  '--session-id',
  '--setting-sources',
  '--settings',
  '--system-prompt',
  '--system-prompt-file',
  '--system-prompt-snapshot',
])

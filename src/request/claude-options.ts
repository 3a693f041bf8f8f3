// Claude Code itself: its version, where it comes from, its arguments and settings.
import { resolve } from 'node:path'
import { CLAUDE_VERSION } from '../claude/version.ts'
import { type ClaudeArgs, parseClaudeArgs } from './claude-args.ts'
import { readText } from './files.ts'
import type { Findings, Given } from './given.ts'
import type { RunRequest } from './run-request.ts'
import { matching, webAddress } from './values.ts'

const VERSION = /^(latest|stable|\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?)$/

export function parseClaude(
  given: Given,
  cwd: string,
  findings: Findings,
): { readonly claude: RunRequest['claude']; readonly args: ClaudeArgs } {
  const args = parseClaudeArgs(given.text('claude_args') ?? '', given.spell('claude_args'), findings)
  const version = matching('claude_version', VERSION, 'latest, stable or a version such as 2.1.0', given, findings)
  const address = given.text('claude_npm_registry')
  const npmRegistry =
    address === undefined ? undefined : webAddress(address, given.spell('claude_npm_registry'), findings)
  if (given.text('settings') !== undefined && args.settings !== undefined) {
    findings.problem(`settings are given by ${given.spell('settings')} and in ${given.spell('claude_args')}`)
  }
  const settings = parseSettings(given.text('settings') ?? args.settings, given, cwd, findings)
  return {
    args,
    claude: {
      args: args.args,
      version: version ?? CLAUDE_VERSION,
      ...(settings === undefined ? {} : { settings }),
      ...(npmRegistry === undefined ? {} : { npmRegistry }),
    },
  }
}

/** JSON as such, or a file that holds it; in the end JSON on one line. */
function parseSettings(written: string | undefined, given: Given, cwd: string, findings: Findings): string | undefined {
  if (written === undefined || written.trim() === '') return undefined
  const name = given.spell('settings')
  const inline = written.trimStart().startsWith('{')
  const text = inline ? written : readText(resolve(cwd, written.trim()), name, findings)
  if (text === undefined) return undefined
  const what = inline ? name : `${name}: ${written.trim()}`
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return findings.problem(`${what} must be a JSON object`)
    }
    warnOfOverrides(value, what, findings)
    return JSON.stringify(value)
  } catch (error) {
    // JSON.parse quotes what it stumbled over, and settings may hold secrets.
    const place = /position \d+( \(line \d+ column \d+\))?/.exec(String(error))?.[0]
    return findings.problem(`${what} is no valid JSON${place === undefined ? '' : ` at ${place}`}`)
  }
}

function warnOfOverrides(settings: object, what: string, findings: Findings): void {
  const env = 'env' in settings && typeof settings.env === 'object' && settings.env !== null ? settings.env : {}
  const names = Object.keys(env).filter((name) => /^(ANTHROPIC_|CLAUDE_CODE_OAUTH|https?_proxy$|no_proxy$)/i.test(name))
  if (names.length > 0) {
    findings.warn(`${what}: env sets ${names.join(', ')}, which Airlock sets itself; Claude may not reach its model`)
  }
  if ('apiKeyHelper' in settings) {
    findings.warn(`${what}: apiKeyHelper has no use: the gateway adds the credential, outside the sandbox`)
  }
}

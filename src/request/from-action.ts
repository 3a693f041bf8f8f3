// A workflow's inputs, as the runner hands them over: INPUT_<NAME> in the environment.
import { FOREIGN, FOREIGN_SECRETS } from './foreign-inputs.ts'
import { type GitHubRequest, parseGitHub } from './github-request.ts'
import { Findings, Given } from './given.ts'
import { INPUTS } from './inputs.ts'
import { suggestion } from './nearest.ts'
import { parseRequest, type Surroundings } from './parse-request.ts'
import type { RunRequest } from './run-request.ts'

const HELP = 'Every input is described in docs/inputs.md.'

// What describes the sandbox comes from the base then, and is looked for there: the head may have moved it.
const WITH_A_HEAD = /^(pull_request.*|issue_comment|workflow_run)$/

/** Errors: one `input` error with every problem. */
export function requestFromAction(around: Surroundings): {
  readonly request: RunRequest
  readonly github: GitHubRequest
  readonly warnings: readonly string[]
} {
  const findings = new Findings()
  const given = new Given(readInputs(around.env, findings), (name) => name)
  if (given.text('prompt_file')?.trim() === '-') findings.problem('prompt_file: a workflow has no standard input')
  const github = parseGitHub(given, findings)
  // What an event asks for needs no prompt; whether this one does is decided with the event.
  const { GITHUB_EVENT_PATH: event, GITHUB_EVENT_NAME: name = '' } = around.env
  const promptless = github.mode !== 'run' && Boolean(event)
  const elsewhere = Boolean(event) && WITH_A_HEAD.test(name)
  const request = parseRequest(given, { ...around, readStdin: () => ' ' }, findings, { promptless, elsewhere })
  findings.throwIfAny(HELP)
  return { request: { ...request, fullLog: github.showFullOutput }, github, warnings: findings.warnings }
}

function readInputs(env: Surroundings['env'], findings: Findings): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>()
  const known = INPUTS.map((input) => input.name)
  const foreign: string[] = []
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('INPUT_') || value === undefined) continue
    const name = variable.slice('INPUT_'.length).toLowerCase()
    if (known.includes(name)) values.set(name, [value])
    // `use_bedrock: false` asks for nothing that isn't so anyway.
    else if (name in FOREIGN) foreign.push(...(/^\s*(false)?\s*$/.test(value) ? [] : [name]))
    else findings.problem(`there is no input ${name}${suggestion(name, known)}`)
  }
  if (foreign.length > 0) findings.warn(foreignWarning(foreign))
  return values
}

function foreignWarning(names: readonly string[]): string {
  return `without effect here: ${names.map((name) => `${name} (${FOREIGN[name]})`).join('; ')}`
}

/** Everything in the environment that must never appear in a log, before anything is made of it. */
export function secretsOf(env: Surroundings['env']): readonly string[] {
  const credentials = ['anthropic_api_key', 'claude_code_oauth_token'].map((name) => name.toUpperCase())
  const others = ['github_token', ...FOREIGN_SECRETS].map((name) => name.toUpperCase())
  const names = [...[...credentials, ...others].map((name) => `INPUT_${name}`), ...credentials]
  return names.map((name) => env[name]?.trim() ?? '').filter((value) => value !== '' && !value.startsWith('${{'))
}

// A workflow's inputs, as the runner hands them over: INPUT_<NAME> in the environment.
import { FOREIGN, FOREIGN_SECRETS } from './foreign-inputs.ts'
import { Findings, Given } from './given.ts'
import { INPUTS } from './inputs.ts'
import { suggestion } from './nearest.ts'
import { parseRequest, type Surroundings } from './parse-request.ts'
import type { RunRequest } from './run-request.ts'

const HELP = 'Every input is described in docs/inputs.md.'

/** Errors: one `input` error with every problem. */
export function requestFromAction(around: Surroundings): {
  readonly request: RunRequest
  readonly warnings: readonly string[]
} {
  const findings = new Findings()
  const given = new Given(readInputs(around.env, findings), (name) => name)
  if (given.text('prompt_file')?.trim() === '-') findings.problem('prompt_file: a workflow has no standard input')
  const request = parseRequest(given, { ...around, readStdin: () => ' ' }, findings)
  findings.throwIfAny(HELP)
  return { request, warnings: findings.warnings }
}

function readInputs(env: Surroundings['env'], findings: Findings): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>()
  const known = INPUTS.map((input) => input.name)
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('INPUT_') || value === undefined) continue
    const name = variable.slice('INPUT_'.length).toLowerCase()
    if (known.includes(name)) values.set(name, [value])
    else if (name in FOREIGN) warnOf(name, value, findings)
    else findings.problem(`there is no input ${name}${suggestion(name, known)}`)
  }
  return values
}

// `use_bedrock: false` asks for nothing that isn't so anyway.
function warnOf(name: string, value: string, findings: Findings): void {
  if (value.trim() !== '' && value.trim() !== 'false') findings.warn(`${name} has no effect: ${FOREIGN[name]}`)
}

/** Everything in the environment that must never appear in a log, before anything is made of it. */
export function secretsOf(env: Surroundings['env']): readonly string[] {
  const credentials = ['anthropic_api_key', 'claude_code_oauth_token'].map((name) => name.toUpperCase())
  const inputs = [...credentials, ...FOREIGN_SECRETS.map((name) => name.toUpperCase())].map((name) => `INPUT_${name}`)
  return [...inputs, ...credentials].map((name) => env[name]?.trim() ?? '').filter((value) => value !== '')
}

// The command line, as one of its commands.
import { parseArgs } from 'node:util'
import { Findings, Given } from './given.ts'
import { flagOf, INPUTS } from './inputs.ts'
import { suggestion } from './nearest.ts'
import { parseRequest, type Surroundings } from './parse-request.ts'
import type { RunRequest } from './run-request.ts'

export type Command =
  | {
      readonly kind: 'run'
      readonly request: RunRequest
      readonly warnings: readonly string[]
      readonly json: boolean
      readonly quiet: boolean
    }
  | { readonly kind: 'sweep'; readonly dryRun: boolean; readonly runId?: string; readonly json: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }

const COMMANDS = ['run', 'sweep', 'help'] as const
type Name = (typeof COMMANDS)[number]

const RUN_INPUTS = INPUTS.filter((input) => input.where === 'both')
const RUN_SWITCHES = ['json', 'quiet', 'help', 'version']
const SWEEP_SWITCHES = ['dry-run', 'json', 'help', 'version']
const HELP = 'airlock --help shows every command and flag.'

/**
 * @param args without `node` and the script
 * Errors: one `input` error with every problem.
 */
export function commandFromArgv(args: readonly string[], around: Surroundings): Command {
  const findings = new Findings()
  const [first = 'help', ...rest] = args
  if (first === '--version' || first === '-V') return { kind: 'version' }
  if (first === 'help' || first === '--help' || first === '-h') return { kind: 'help' }
  if (!isCommand(first)) {
    const what = first.startsWith('-') ? `a command is missing before ${first}` : `there is no command "${first}"`
    findings.problem(`${what}${suggestion(first, COMMANDS)}`)
    findings.throwIfAny(HELP)
  }
  const read = readFlags(first as Name, rest, findings)
  if (read.switches.has('help')) return { kind: 'help' }
  if (read.switches.has('version')) return { kind: 'version' }
  return first === 'sweep' ? sweepCommand(read, findings) : runCommand(read, around, findings)
}

function isCommand(name: string): name is Name {
  return (COMMANDS as readonly string[]).includes(name)
}

interface Flags {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly switches: ReadonlySet<string>
  readonly words: readonly string[]
}

function readFlags(command: Name, args: readonly string[], findings: Findings): Flags {
  const valued = command === 'run' ? RUN_INPUTS.map((input) => flagOf(input.name).slice(2)) : ['run-id']
  const switches = command === 'run' ? RUN_SWITCHES : SWEEP_SWITCHES
  const known = [...valued, ...switches]
  const options = Object.fromEntries([
    ...valued.map((name) => [name, { type: 'string', multiple: true }] as const),
    ...switches.map((name) => [name, { type: 'boolean', ...(name === 'help' ? { short: 'h' } : {}) }] as const),
  ])
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const read = { values: new Map<string, string[]>(), switches: new Set<string>(), words: [] as string[] }
  // The word after an unknown flag was meant as its value, and is no second problem.
  let valueOfUnknown = -1
  for (const token of tokens) {
    if (token.kind === 'positional' && token.index !== valueOfUnknown) read.words.push(token.value)
    if (token.kind !== 'option') continue
    if (switches.includes(token.name)) takeSwitch(token, read.switches, findings)
    else if (valued.includes(token.name)) takeValue(token, read.values, findings)
    else {
      reportUnknown(token.rawName, known, findings)
      valueOfUnknown = token.inlineValue ? -1 : token.index + 1
    }
  }
  return read
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function takeSwitch({ name, rawName, value }: OptionToken, switches: Set<string>, findings: Findings): void {
  if (value !== undefined) findings.problem(`${rawName} takes no value`)
  switches.add(name)
}

function takeValue(token: OptionToken, values: Map<string, string[]>, findings: Findings): void {
  const { name, rawName, value, inlineValue } = token
  // `--prompt --json`: the value was forgotten. One that starts with a dash is written `--prompt=-x`; claude_args
  // nearly always do.
  const forgotten = value === undefined || (!inlineValue && name !== 'claude-args' && /^--?[a-z]/i.test(value))
  if (forgotten) {
    findings.problem(`${rawName} lacks its value${value === undefined ? '' : ` (or write ${rawName}=${value})`}`)
    return
  }
  if (value.trim() === '') findings.problem(`${rawName} has an empty value`)
  const input = name.replaceAll('-', '_')
  const form = INPUTS.find((candidate) => candidate.name === input)?.form ?? 'text'
  if (form === 'text' && values.has(input)) findings.problem(`${rawName} is given twice`)
  values.set(input, [...(values.get(input) ?? []), value])
}

function reportUnknown(rawName: string, known: readonly string[], findings: Findings): void {
  const name = rawName.replace(/^-+/, '')
  const other = INPUTS.find((input) => input.where === 'action' && flagOf(input.name) === `--${name}`)
  if (other && other.group !== 'Claude') {
    findings.problem(`${rawName} is no flag: ${other.name} is an input of the Action, for runs on GitHub`)
  } else if (other) {
    const variable = other.name.toUpperCase()
    findings.problem(`${rawName} is no flag, because command lines are visible to others: set ${variable} instead`)
  } else {
    findings.problem(`there is no flag ${rawName}${suggestion(name, known, (text) => `--${text}`)}`)
  }
}

function runCommand(flags: Flags, around: Surroundings, findings: Findings): Command {
  const [directory, ...others] = flags.words
  const values = new Map(flags.values)
  if (directory !== undefined && values.has('directory')) {
    findings.problem(`the folder is given twice: ${directory} and --directory`)
  }
  if (directory !== undefined) values.set('directory', [directory])
  // Most often a prompt without its flag, or without its quotes.
  if (others.length > 0) findings.problem(`"${others.join(' ').slice(0, 60)}" belongs to no flag; quote the prompt`)
  const request = parseRequest(new Given(values, flagOf), around, findings)
  findings.throwIfAny(HELP)
  const { switches } = flags
  return {
    ...{ kind: 'run', request, warnings: findings.warnings },
    ...{ json: switches.has('json'), quiet: switches.has('quiet') },
  }
}

function sweepCommand({ values, switches, words }: Flags, findings: Findings): Command {
  const runId = values.get('run_id')?.at(-1)
  if (runId !== undefined && !/^[a-z0-9]{8}$/.test(runId)) findings.problem(`--run-id: "${runId}" is no run's id`)
  if (words.length > 0) findings.problem(`sweep takes no further words: "${words.join(' ').slice(0, 60)}"`)
  findings.throwIfAny(HELP)
  return {
    ...{ kind: 'sweep', dryRun: switches.has('dry-run'), json: switches.has('json') },
    ...(runId === undefined ? {} : { runId }),
  }
}

// The command line, as one of its commands.
import { parseArgs } from 'node:util'
import { AUDIT_INPUTS, type AuditFormat, type AuditRequest, parseAuditRequest, parseFormat } from './audit-request.ts'
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
  | {
      readonly kind: 'sweep'
      readonly dryRun: boolean
      readonly discard: boolean
      readonly runId?: string
      readonly json: boolean
    }
  | { readonly kind: 'audit'; readonly request: AuditRequest; readonly format: AuditFormat }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }

const COMMANDS = ['run', 'audit', 'sweep', 'help'] as const
type Name = (typeof COMMANDS)[number]

const RUN_INPUTS = INPUTS.filter((input) => input.where === 'both')
/** The flags of each command: those that take a value, and switches. */
const FLAGS: Readonly<Record<Exclude<Name, 'help'>, readonly [readonly string[], readonly string[]]>> = {
  run: [RUN_INPUTS.map(({ name }) => flagOf(name).slice(2)), ['json', 'quiet', 'help', 'version']],
  audit: [
    [...AUDIT_INPUTS.map((name) => flagOf(name).slice(2)), 'format'],
    ['json', 'help', 'version'],
  ],
  sweep: [['run-id'], ['dry-run', 'discard', 'json', 'help', 'version']],
}
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
  const read = readFlags(first as keyof typeof FLAGS, rest, findings)
  if (read.switches.has('help')) return { kind: 'help' }
  if (read.switches.has('version')) return { kind: 'version' }
  if (first === 'sweep') return sweepCommand(read, findings)
  return first === 'audit' ? auditCommand(read, around, findings) : runCommand(read, around, findings)
}

function isCommand(name: string): name is Name {
  return (COMMANDS as readonly string[]).includes(name)
}

interface Flags {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly switches: ReadonlySet<string>
  readonly words: readonly string[]
}

function readFlags(command: keyof typeof FLAGS, args: readonly string[], findings: Findings): Flags {
  const [valued, switches] = FLAGS[command]
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

/** The values, with the folder that stands by itself among them; `hint` is about words that belong to nothing. */
function withFolder({ values: given, words }: Flags, hint: string, findings: Findings): Given {
  const [directory, ...others] = words
  const values = new Map(given)
  if (directory !== undefined && values.has('directory')) {
    findings.problem(`the folder is given twice: ${directory} and --directory`)
  }
  if (directory !== undefined) values.set('directory', [directory])
  if (others.length > 0) findings.problem(`"${others.join(' ').slice(0, 60)}" belongs to no flag; ${hint}`)
  return new Given(values, flagOf)
}

function runCommand(flags: Flags, around: Surroundings, findings: Findings): Command {
  // Most often a prompt without its flag, or without its quotes.
  const given = withFolder(flags, 'quote the prompt', findings)
  const request = parseRequest(given, around, findings)
  findings.throwIfAny(HELP)
  const { switches } = flags
  return {
    ...{ kind: 'run', request, warnings: findings.warnings },
    ...{ json: switches.has('json'), quiet: switches.has('quiet') },
  }
}

function auditCommand(flags: Flags, around: Surroundings, findings: Findings): Command {
  const request = parseAuditRequest(withFolder(flags, 'audit takes one folder', findings), around, findings)
  const format = parseFormat(flags.values.get('format')?.at(-1), flags.switches.has('json'), findings)
  findings.throwIfAny(HELP)
  return { kind: 'audit', request, format }
}

function sweepCommand({ values, switches, words }: Flags, findings: Findings): Command {
  const runId = values.get('run_id')?.at(-1)
  if (runId !== undefined && !/^[a-z0-9]{8}$/.test(runId)) findings.problem(`--run-id: "${runId}" is no run's id`)
  if (words.length > 0) findings.problem(`sweep takes no further words: "${words.join(' ').slice(0, 60)}"`)
  if (switches.has('discard') && runId === undefined)
    findings.problem('--discard needs the --run-id whose work it gives up')
  findings.throwIfAny(HELP)
  return {
    ...{ kind: 'sweep', dryRun: switches.has('dry-run'), discard: switches.has('discard'), json: switches.has('json') },
    ...(runId === undefined ? {} : { runId }),
  }
}

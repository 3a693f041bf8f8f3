// claude_args: split, checked against what airlock does itself, and freed of what is a limit of the run.
import { REFUSED, SINGLE, SWITCHES } from './claude-flags.ts'
import type { Findings } from './given.ts'
import { splitWords } from './words.ts'

export interface ClaudeArgs {
  readonly args: readonly string[]
  /** As written; claude-code-action's users give their limits here. */
  readonly maxTurns?: string
  readonly maxCostUsd?: string
  readonly settings?: string
}

/** A flag with the words that belong to it. */
interface Option {
  readonly flag: string
  readonly values: readonly string[]
}

const TAKEN: Readonly<Record<string, 'maxTurns' | 'maxCostUsd' | 'settings'>> = {
  '--max-turns': 'maxTurns',
  '--max-budget-usd': 'maxCostUsd',
  '--settings': 'settings',
}

export function parseClaudeArgs(text: string, name: string, findings: Findings): ClaudeArgs {
  const words = splitWords(text)
  if (typeof words === 'string') {
    findings.problem(`${name} can't be split into words: ${words}`)
    return { args: [] }
  }
  const options = group(words, name, findings)
  const taken: { -readonly [K in keyof ClaudeArgs]: ClaudeArgs[K] } = { args: [] }
  const kept: Option[] = []
  for (const option of options) {
    const key = TAKEN[option.flag]
    if (option.flag in REFUSED) findings.problem(`${name}: ${option.flag} can't be used: ${REFUSED[option.flag]}`)
    else if (option.flag === '--permission-mode') permissionMode(option, name, findings)
    else if (key !== undefined) taken[key] = option.values[0] ?? ''
    else kept.push(option)
  }
  return { ...taken, args: kept.flatMap((option) => [option.flag, ...option.values]) }
}

function group(words: readonly string[], name: string, findings: Findings): readonly Option[] {
  const options: { flag: string; values: string[] }[] = []
  for (const word of words) {
    const current = options.at(-1)
    const missing = current !== undefined && SINGLE.has(current.flag) && current.values.length === 0
    if (missing) current.values.push(word)
    else if (word === '--') findings.problem(`${name}: "--" can't be used: the prompt does not go here`)
    else if (/^-./.test(word)) options.push(readFlag(word))
    else if (current && !isFull(current)) current.values.push(word)
    else findings.problem(`${name}: "${shorten(word)}" belongs to no flag (the prompt does not go here)`)
  }
  for (const { flag, values } of options) {
    if (SINGLE.has(flag) && values.length === 0) findings.problem(`${name}: ${flag} lacks its value`)
    if (SWITCHES.has(flag) && values.length > 0) findings.problem(`${name}: ${flag} takes no value`)
  }
  return options
}

// `--model=opus` is the same as `--model opus`; a value that starts with a dash can only be written so.
function readFlag(word: string): { flag: string; values: string[] } {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1
  return equals === -1 ? { flag: word, values: [] } : { flag: word.slice(0, equals), values: [word.slice(equals + 1)] }
}

function isFull({ flag, values }: Option): boolean {
  return SWITCHES.has(flag) || (SINGLE.has(flag) && values.length > 0)
}

// Workflows for claude-code-action often carry a mode: those that let Claude work change nothing here.
function permissionMode({ values }: Option, name: string, findings: Findings): void {
  const [mode] = values
  if (mode === 'plan' || mode === 'manual') {
    findings.problem(`${name}: --permission-mode ${mode} can't be used: Claude would wait for a person's answer`)
  } else {
    findings.warn(`${name}: --permission-mode is left out: in the sandbox Claude needs no permission`)
  }
}

function shorten(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word
}

// What was given, before anything is made of it, and what is found wrong with it on the way.
import { AirlockError } from '../ports/errors.ts'
import { INPUTS } from './inputs.ts'

/** Everything that is wrong, told at once: a person who fixes one thing at a time loses a run for each. */
export class Findings {
  readonly problems: string[] = []
  /** Things that a run can do without. */
  readonly warnings: string[] = []

  problem(message: string): undefined {
    this.problems.push(message)
  }

  warn(message: string): void {
    this.warnings.push(message)
  }

  /** Throws one `input` error that lists every problem. */
  throwIfAny(help: string): void {
    const [first, ...others] = this.problems
    if (first === undefined) return
    if (others.length === 0) throw new AirlockError('input', first, { next: help })
    throw new AirlockError('input', `${this.problems.length} problems with what was asked for`, {
      detail: this.problems.map((problem) => `- ${problem}`).join('\n'),
      next: help,
    })
  }
}

export class Given {
  readonly #values: ReadonlyMap<string, readonly string[]>
  /** How the reader wrote an input: `max_turns` in a workflow, `--max-turns` at a terminal. */
  readonly spell: (name: string) => string

  /** @param values by the Action's names; several for a flag that was repeated */
  constructor(values: ReadonlyMap<string, readonly string[]>, spell: (name: string) => string) {
    this.#values = values
    this.spell = spell
  }

  /** The value or the default; undefined for an empty one, which is how a workflow leaves an input out. */
  text(name: string): string | undefined {
    const value = this.#values.get(name)?.at(-1) ?? inputNamed(name).default
    return value === undefined || value.trim() === '' ? undefined : value
  }

  /** The values of an input that takes several, without empty ones and comment lines. */
  list(name: string): readonly string[] {
    const separator = inputNamed(name).form === 'words' ? /[\s,]+/ : /\r?\n/
    return (this.#values.get(name) ?? [])
      .flatMap((value) => value.split(/\r?\n/).filter((line) => !line.trimStart().startsWith('#')))
      .flatMap((line) => line.split(separator))
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
  }
}

function inputNamed(name: string) {
  const input = INPUTS.find((candidate) => candidate.name === name)
  if (!input) throw new Error(`there is no input ${name}`)
  return input
}

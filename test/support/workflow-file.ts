// A workflow file as GitHub reads it: parsed and checked by GitHub's own parser, its expressions by GitHub's own
// evaluator.
import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import {
  isBasicExpression,
  isMapping,
  isScalar,
  isSequence,
  NoOperationTraceWriter,
  parseWorkflow,
} from '@actions/workflow-parser'

type Parsed = ReturnType<typeof parseWorkflow>
type Token = NonNullable<Parsed['value']>

export type Contexts = Readonly<Record<string, unknown>>
export type JobStatus = 'success' | 'failure' | 'cancelled'

export interface WorkflowFile {
  /** Event → its settings, null where it has none. */
  readonly on: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
  readonly permissions: unknown
  readonly env: Token | undefined
  readonly jobs: readonly Job[]
}

export interface Job {
  readonly id: string
  readonly if: Token | undefined
  readonly permissions: unknown
  readonly env: Token | undefined
  readonly steps: readonly Step[]
}

/** Still with its expressions: they are evaluated when its turn has come. */
export interface Step {
  readonly id: string | undefined
  readonly uses: string | undefined
  readonly if: Token | undefined
  readonly run: Token | undefined
  readonly with: Token | undefined
  readonly env: Token | undefined
  readonly continueOnError: boolean
}

export function readWorkflow(name: string, content: string): WorkflowFile {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter())
  const errors = context.errors.getErrors()
  if (errors.length > 0 || value === undefined) throw new Error(`${name}: ${errors.map(String).join('; ')}`)
  const jobs = value.assertMapping('jobs')
  return {
    on: eventsOf(plain(entry(jobs, 'on'))),
    permissions: plain(entry(jobs, 'permissions')),
    env: entry(jobs, 'env'),
    jobs: pairs(entry(jobs, 'jobs')).map(([id, job]) => ({
      ...{ id, if: entry(job, 'if'), permissions: plain(entry(job, 'permissions')), env: entry(job, 'env') },
      steps: items(entry(job, 'steps')).map(stepOf),
    })),
  }
}

const stepOf = (step: Token): Step => ({
  ...{ if: entry(step, 'if'), run: entry(step, 'run'), with: entry(step, 'with'), env: entry(step, 'env') },
  id: plain(entry(step, 'id')) as string | undefined,
  uses: plain(entry(step, 'uses')) as string | undefined,
  continueOnError: plain(entry(step, 'continue-on-error')) === true,
})

function eventsOf(on: unknown): WorkflowFile['on'] {
  const names = typeof on === 'string' ? [on] : Array.isArray(on) ? (on as string[]) : undefined
  return names ? Object.fromEntries(names.map((name) => [name, null])) : (on as WorkflowFile['on'])
}

const entry = (token: Token | undefined, key: string): Token | undefined =>
  token && isMapping(token) ? token.find(key) : undefined
const items = (token: Token | undefined): Token[] => (token && isSequence(token) ? [...token] : [])
export const pairs = (token: Token | undefined): [string, Token][] =>
  token && isMapping(token) ? [...token].map(({ key, value }) => [key.toString(), value]) : []

/** Values without expressions; an expression stays as its text. */
function plain(token: Token | undefined): unknown {
  if (token === undefined) return undefined
  if (isSequence(token)) return items(token).map(plain)
  if (isMapping(token)) return Object.fromEntries(pairs(token).map(([key, value]) => [key, plain(value)]))
  if (isScalar(token) && 'value' in token) return token.value
  return token.toString() === '' ? null : token.toString()
}

/** A scalar's text with its expressions evaluated. */
export function textOf(token: Token, contexts: Contexts): string {
  return isBasicExpression(token) ? evaluated(token.expression, contexts).coerceString() : token.toString()
}

/** A mapping's texts. */
export const textsOf = (token: Token | undefined, contexts: Contexts): Record<string, string> =>
  Object.fromEntries(pairs(token).map(([key, value]) => [key, textOf(value, contexts)]))

const STATUS = /\b(success|failure|always|cancelled)\s*\(/

/** Whether a job or step runs, as GitHub decides: `success()` unless the condition asks for the status itself. */
export function holds(condition: Token | undefined, contexts: Contexts, status: JobStatus): boolean {
  const text = condition === undefined ? '' : isBasicExpression(condition) ? condition.expression : condition.toString()
  const bare = text.replace(/^\$\{\{(.*)\}\}$/s, '$1').trim()
  const whole = STATUS.test(bare) ? bare : bare === '' ? 'success()' : `success() && (${bare})`
  return truthy(evaluated(whole, contexts, status))
}

const truthy = (value: data.ExpressionData) =>
  !(value.kind === data.Kind.Null || ['', 'false', '0'].includes(value.coerceString()))

function evaluated(expression: string, contexts: Contexts, status: JobStatus = 'success'): data.ExpressionData {
  const is = (name: string, holds: boolean) => ({
    ...{ name, minArgs: 0, maxArgs: 0 },
    call: () => new data.BooleanData(holds),
  })
  const functions = [
    ...[is('success', status === 'success'), is('failure', status === 'failure')],
    ...[is('always', true), is('cancelled', status === 'cancelled')],
  ]
  const { tokens } = new Lexer(expression).lex()
  const parsed = new Parser(tokens, Object.keys(contexts), functions).parse()
  const known = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary
  return new Evaluator(parsed, known, new Map(functions.map((one) => [one.name, one]))).evaluate()
}

/** `${{ … }}` in a text that no parser has seen, such as a default of action.yml. */
export const filled = (text: string, contexts: Contexts): string =>
  text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => evaluated(expression, contexts).coerceString())

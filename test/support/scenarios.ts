// What the model's stand-in says, told from the conversation alone: the number of tool results in it is the step.
import type { ChatCompletionRequest, Fixture, FixtureResponse } from '@copilotkit/aimock'
import { DEMO } from './demo-steps.ts'

export type Scenario =
  /** Finds and mends the bug of examples/orders. */
  | { readonly kind: 'demo' }
  | { readonly kind: 'say'; readonly text: string }
  /** Runs the commands with the Bash tool, one after the other, then says the text. */
  | { readonly kind: 'bash'; readonly commands: readonly string[]; readonly text?: string }
  /** Uses the tools, one after the other, then says the text. `structured` is the answer where a schema asks for one. */
  | { readonly kind: 'steps'; readonly steps: readonly Step[]; readonly text?: string; readonly structured?: object }
  /** Runs the commands, and answers everything after that with the error. */
  | { readonly kind: 'error'; readonly status: ErrorStatus; readonly after?: readonly string[] }
  /** Runs the commands, and breaks off every later answer in the middle. */
  | { readonly kind: 'cut'; readonly after?: readonly string[] }

export type ErrorStatus = 401 | 429 | 500 | 529

export interface Step {
  /** What Claude says before it uses the tool. */
  readonly text?: string
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface Script {
  readonly steps: readonly Step[]
  readonly end: string
}

type Answer = (request: ChatCompletionRequest) => FixtureResponse

const ANY = { predicate: () => true }

const ERRORS: Record<ErrorStatus, { readonly type: string; readonly message: string }> = {
  401: { type: 'authentication_error', message: 'invalid x-api-key' },
  429: { type: 'rate_limit_error', message: 'too many requests' },
  500: { type: 'api_error', message: 'internal server error' },
  529: { type: 'overloaded_error', message: 'overloaded' },
}

// Not nothing, so that reports have figures to show.
const usage = { input_tokens: 1200, output_tokens: 80 }
const CUT = 'This answer is long enough to be broken off somewhere in its middle. '.repeat(4)

/** The scenario as aimock plays it. */
export function fixturesOf(scenario: Scenario): Fixture[] {
  if (scenario.kind !== 'error' && scenario.kind !== 'cut')
    return [{ match: ANY, response: follow(scriptOf(scenario)) }]
  const steps = (scenario.after ?? []).map(bash)
  const isBefore = { predicate: (request: ChatCompletionRequest) => toolResults(request) < steps.length }
  const before = { match: isBefore, response: follow({ steps, end: '' }) }
  return [...(steps.length === 0 ? [] : [before]), ...(scenario.kind === 'cut' ? cut() : [failing(scenario.status)])]
}

function follow({ steps, end }: Script): Answer {
  return (request) => {
    // Without tools it is a side request (a title, a summary): any short text answers that.
    if (!request.tools?.length) return { content: 'A task', usage }
    const step = steps[toolResults(request)]
    if (step === undefined) return { content: end, usage }
    const toolCalls = [{ name: step.tool, arguments: JSON.stringify(step.input) }]
    return { ...(step.text === undefined ? {} : { content: step.text }), toolCalls, usage }
  }
}

const failing = (status: ErrorStatus): Fixture => ({
  match: ANY,
  response: { status, error: ERRORS[status], retryAfter: 1 },
})

// Claude Code asks again without streaming when a stream breaks off: that answer has to break off too.
function cut(): Fixture[] {
  const response = { content: CUT, usage }
  const streamed = { predicate: ({ stream }: ChatCompletionRequest) => stream === true }
  return [
    // Slowly, in milliseconds an event: what is written in one go with the break is never sent.
    { match: streamed, response, chunkSize: 10, latency: 20, truncateAfterChunks: 6 },
    { match: ANY, response, chaos: { disconnectRate: 1 } },
  ]
}

function scriptOf(scenario: Exclude<Scenario, { kind: 'error' | 'cut' }>): Script {
  switch (scenario.kind) {
    case 'demo':
      return DEMO
    case 'say':
      return { steps: [], end: scenario.text }
    case 'bash':
      return { steps: scenario.commands.map(bash), end: scenario.text ?? 'Done.' }
    case 'steps':
      return { steps: [...scenario.steps, ...structured(scenario.structured)], end: scenario.text ?? 'Done.' }
  }
}

// Ten minutes, the longest that the tool takes: tests hold a run open with a sleep.
export const bash = (command: string): Step => ({
  tool: 'Bash',
  input: { command, description: 'Run a command', timeout: 600_000 },
})

const toolResults = ({ messages }: ChatCompletionRequest) => messages.filter(({ role }) => role === 'tool').length

// Claude Code asks for it by a tool of this name.
const structured = (input?: object): Step[] =>
  input === undefined ? [] : [{ tool: 'StructuredOutput', input: { ...input } }]

// What the model's stand-in says, told from the conversation alone: the number of tool results in it is the step.
import type { ChatCompletionRequest, FixtureOpts, FixtureResponse } from '@copilotkit/aimock'
import { DEMO } from './demo-steps.ts'

export type Scenario =
  /** Finds and mends the bug of examples/orders. */
  | { readonly kind: 'demo' }
  | { readonly kind: 'say'; readonly text: string }
  /** Runs the commands with the Bash tool, one after the other, then says the text. */
  | { readonly kind: 'bash'; readonly commands: readonly string[]; readonly text?: string }
  | { readonly kind: 'error'; readonly status: ErrorStatus }
  /** Breaks off every answer in the middle. */
  | { readonly kind: 'cut' }

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

const ERRORS: Record<ErrorStatus, { readonly type: string; readonly message: string }> = {
  401: { type: 'authentication_error', message: 'invalid x-api-key' },
  429: { type: 'rate_limit_error', message: 'too many requests' },
  500: { type: 'api_error', message: 'internal server error' },
  529: { type: 'overloaded_error', message: 'overloaded' },
}

// Not nothing, so that reports have figures to show.
const usage = { input_tokens: 1200, output_tokens: 80 }
const CUT = 'This answer is long enough to be broken off somewhere in its middle. '.repeat(4)

/** The scenario as aimock asks for it. */
export function answerTo(scenario: Scenario): (request: ChatCompletionRequest) => FixtureResponse {
  if (scenario.kind === 'error') {
    const { status } = scenario
    return () => ({ status, error: ERRORS[status], retryAfter: 1 })
  }
  const { steps, end } = scriptOf(scenario)
  return (request) => {
    // Without tools it is a side request (a title, a summary): any short text answers that.
    if (!request.tools?.length) return { content: 'A task', usage }
    const step = steps[toolResults(request)]
    if (step === undefined) return { content: end, usage }
    const toolCalls = [{ name: step.tool, arguments: JSON.stringify(step.input) }]
    return { ...(step.text === undefined ? {} : { content: step.text }), toolCalls, usage }
  }
}

/** How aimock is to stream it. */
export function cutting({ kind }: Scenario): FixtureOpts {
  return kind === 'cut' ? { chunkSize: 10, truncateAfterChunks: 6 } : {}
}

function scriptOf(scenario: Exclude<Scenario, { kind: 'error' }>): Script {
  switch (scenario.kind) {
    case 'demo':
      return DEMO
    case 'say':
      return { steps: [], end: scenario.text }
    case 'bash':
      return { steps: scenario.commands.map(bash), end: scenario.text ?? 'Done.' }
    case 'cut':
      return { steps: [], end: CUT }
  }
}

// Ten minutes, the longest that the tool takes: tests hold a run open with a sleep.
const bash = (command: string): Step => ({
  tool: 'Bash',
  input: { command, description: 'Run a command', timeout: 600_000 },
})

const toolResults = ({ messages }: ChatCompletionRequest) => messages.filter(({ role }) => role === 'tool').length

// The model's stand-in: aimock, scripted by the number of tool results in the conversation, behind a listener that
// records what arrives (aimock's own journal hides credentials, and those are what tests ask about).
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ChatCompletionRequest, type Fixture, LLMock } from '@copilotkit/aimock'
import { DEMO_STEPS } from './demo-steps.ts'

export type Scenario =
  /** Finds and fixes the bug of examples/orders. */
  | { readonly kind: 'demo' }
  | { readonly kind: 'say'; readonly text: string }
  /** Runs the commands one after the other with the Bash tool, then says the text. */
  | { readonly kind: 'bash'; readonly commands: readonly string[]; readonly text?: string }
  | { readonly kind: 'error'; readonly status: 401 | 429 | 500 | 529 }
  /** Cuts every answer off in the middle. */
  | { readonly kind: 'cut' }

export interface Arrived {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export interface Model {
  /** For ANTHROPIC_BASE_URL of airlock; the server itself listens on every address, for gateways to reach it. */
  readonly url: string
  readonly port: number
  requests(): readonly Arrived[]
  stop(): Promise<void>
}

export interface ToolStep {
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
}

interface Script {
  readonly steps: readonly ToolStep[]
  readonly text: string
}

const ERRORS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

export async function startModel({ scenario }: { readonly scenario: Scenario }): Promise<Model> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1' })
  const cut = scenario.kind === 'cut' ? { truncateAfterChunks: 2, chunkSize: 4 } : {}
  mock.on({ predicate: () => true }, answer(scenario), cut)
  const target = new URL(await mock.start())
  const arrived: Arrived[] = []
  const recorder = await record(target, arrived)
  const { port } = recorder.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: () => arrived,
    async stop() {
      recorder.closeAllConnections()
      await new Promise((resolve) => recorder.close(resolve))
      await mock.stop()
    },
  }
}

function answer(scenario: Scenario): Fixture['response'] {
  if (scenario.kind === 'error') {
    const { status } = scenario
    return () => ({ error: { message: `stand-in says ${status}`, type: ERRORS[status] ?? 'api_error' }, status })
  }
  const { steps, text } = script(scenario)
  return (request) => {
    // Claude Code also asks for titles and the like: such requests bring no tools.
    const step = hasTools(request) ? steps[toolResults(request)] : undefined
    if (!step) return { content: text }
    return { toolCalls: [{ name: step.tool, arguments: JSON.stringify(step.input) }] }
  }
}

function script(scenario: Exclude<Scenario, { kind: 'error' }>): Script {
  switch (scenario.kind) {
    case 'demo':
      return DEMO_STEPS
    case 'say':
      return { steps: [], text: scenario.text }
    case 'bash': {
      const steps = scenario.commands.map((command) => ({
        tool: 'Bash',
        input: { command, description: 'A step of the test', timeout: 600_000 },
      }))
      return { steps, text: scenario.text ?? 'All commands were run.' }
    }
    case 'cut':
      return { steps: [], text: 'This sentence is long enough to be cut off somewhere in its middle, for sure.' }
  }
}

const toolResults = (request: ChatCompletionRequest) =>
  request.messages.filter((message) => message.role === 'tool').length
const hasTools = (request: ChatCompletionRequest) =>
  ((request.tools as readonly unknown[] | undefined)?.length ?? 0) > 0

async function record(target: URL, arrived: Arrived[]): Promise<Server> {
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming
    arrived.push({ method, path: url.split('?')[0] ?? '', headers: { ...headers } })
    const onward = httpRequest({ host: target.hostname, port: target.port, method, path: url, headers })
    onward.on('response', (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers)
      response.flushHeaders()
      answered.on('error', () => response.destroy())
      answered.on('aborted', () => response.destroy())
      answered.pipe(response)
    })
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  return server
}

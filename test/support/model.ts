// The model's stand-in: aimock plays a scenario as the Messages API, behind a listener that records what arrives.
import { LLMock } from '@copilotkit/aimock'
import { type RecordedRequest, recordRequests } from './record-requests.ts'
import { fixturesOf, type Scenario } from './scenarios.ts'

export type { Scenario }

export interface ModelOptions {
  readonly scenario: Scenario
  /** 0, the default, takes any free one. */
  readonly port?: number
  /** Every address by default, so that containers reach it by the host's. */
  readonly host?: string
}

export interface Model {
  /** For ANTHROPIC_BASE_URL, on this machine. */
  readonly url: string
  readonly port: number
  /** What arrived so far, oldest first. */
  requests(): readonly RecordedRequest[]
  stop(): Promise<void>
}

/** Starts a stand-in that plays the scenario to every conversation it is asked to continue, any number at a time. */
export async function startModel({ scenario, port = 0, host = '0.0.0.0' }: ModelOptions): Promise<Model> {
  const mock = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' })
  mock.addFixtures(fixturesOf(scenario))
  const recorder = await recordRequests(await mock.start(), { port, host })
  return {
    url: `http://127.0.0.1:${recorder.port}`,
    port: recorder.port,
    requests: recorder.requests,
    async stop() {
      await recorder.stop()
      await mock.stop()
    },
  }
}

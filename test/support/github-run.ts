// A run on the stand-in's GitHub from a workflow's YAML, with a scripted model; while Claude is at work the sandbox is
// searched for the job's token. (For the model's key there is secrets.test.ts.)
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { RunResult } from '../../src/report/run-result.ts'
import { npmRegistry, TEST_KEY, temporaryFolder } from './airlock.ts'
import { docker, NOTHING, runObjects } from './engine-state.ts'
import type { GitHub } from './github.ts'
import type { GitHubEvent } from './github-events.ts'
import type { Journaled } from './github-front.ts'
import type { HostedProject } from './github-project.ts'
import type { State } from './github-state.ts'
import { startModel } from './model.ts'
import type { RecordedRequest } from './record-requests.ts'
import { bash, type Scenario, type Step } from './scenarios.ts'
import { searchInside, searchOutside } from './search-sandbox.ts'
import { type JobEnded, runWorkflow } from './workflow.ts'

export interface Play {
  readonly steps?: readonly Step[]
  /** What Claude says last. */
  readonly text?: string
  /** Its answer in the form that it was asked for. */
  readonly structured?: object
  /** Happens while Claude is at work. */
  readonly meanwhile?: () => Promise<unknown>
  /** Looks at the files before they are gone. */
  readonly finally?: (played: Played) => void
  /** More inputs of airlock's. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
  /** GITHUB_RUN_ID, when a job is run again; another for each run otherwise. */
  readonly runId?: string
}

export interface Played {
  readonly job: JobEnded
  readonly before: State
  readonly after: State
  readonly journal: readonly Journaled[]
  /** What Claude was told first. */
  readonly prompt: string
  /** Undefined where Claude was not started. */
  readonly result: RunResult | undefined
  readonly outputs: Readonly<Record<string, string>>
}

let runs = 1000
const HERE = '/tmp/at-work'
const GO_ON = '/tmp/searched'

/** Plays a workflow of examples/workflows, or any other file, to an event. Its first job has to have started. */
export async function play(shop: HostedProject, file: string, event: GitHubEvent, played: Play = {}): Promise<Played> {
  const { steps = [], text = 'Done.', structured, meanwhile, inputs = {}, secrets, runId = String(++runs) } = played
  const wait = bash(`touch ${HERE}; until [ -e ${GO_ON} ]; do sleep 0.1; done; rm ${HERE} ${GO_ON}`)
  const scenario: Scenario = { kind: 'steps', steps: [wait, ...steps], text, ...(structured ? { structured } : {}) }
  const model = await startModel({ scenario })
  using folder = temporaryFolder('on-github')
  let token = ''
  const github: GitHub = {
    ...shop.github,
    async token(permissions) {
      token = await shop.github.token(permissions)
      return token
    },
  }
  const before = await shop.github.dump()
  const from = shop.github.journal.length
  const over = new AbortController()
  const watch = watched(() => [token], meanwhile, over.signal)
  try {
    const jobs = await runWorkflow(file, {
      ...{ github, origin: shop.checkout.directory, event, folder: folder.path, runId },
      ...{ secrets: secrets ?? { ANTHROPIC_API_KEY: TEST_KEY }, env: { ANTHROPIC_BASE_URL: model.url } },
      inputs: { claude_npm_registry: npmRegistry(), ...inputs },
    })
    over.abort()
    await watch
    const job = jobs?.[0]
    if (job === undefined) throw new Error(`${event.name} does not start ${file}`)
    const journal = shop.github.journal.slice(from)
    expect(journal.filter((one) => one.token !== 'action' || one.from !== '127.0.0.1')).toEqual([])
    expect(runObjects()).toEqual(NOTHING)
    // The runner masks the token by itself, and the key is masked by airlock.
    expect(job.log.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain(token)
    await shop.fetch()
    const outputs = Object.assign({}, ...job.steps.map((step) => step.outputs)) as Record<string, string>
    const ended: Played = {
      ...{ job, before, after: await shop.github.dump(), journal, outputs, prompt: promptOf(model.requests()) },
      result: outputs.result_file ? (JSON.parse(readFileSync(outputs.result_file, 'utf8')) as RunResult) : undefined,
    }
    played.finally?.(ended)
    return ended
  } finally {
    over.abort()
    await watch.catch(() => {})
    await model.stop()
  }
}

/** The texts of the first request that is about the task: one without tools is about a title. */
function promptOf(requests: readonly RecordedRequest[]): string {
  const bodies = requests.filter(({ path }) => path === '/v1/messages').map(({ body }) => JSON.parse(body))
  const messages = bodies.find(({ tools }) => tools?.length > 0)?.messages ?? []
  const parts = messages.flatMap(({ content }: { content: string | { text?: string }[] }) =>
    typeof content === 'string' ? [content] : content.map(({ text = '' }) => text),
  )
  return parts.join('\n')
}

/** Waits for Claude, searches, lets things happen, and lets Claude go on. */
async function watched(needles: () => readonly string[], meanwhile: Play['meanwhile'], over: AbortSignal) {
  const since = Math.floor(Date.now() / 1000)
  const sandbox = await atWork(over)
  if (sandbox === undefined) return
  try {
    const runId = docker('inspect', '--format', '{{index .Config.Labels "airlock.run"}}', sandbox)
    expect(await searchInside(sandbox, needles(), since)).toBe('0')
    expect(searchOutside(runId, needles())).toEqual([])
    await meanwhile?.()
  } finally {
    docker('exec', sandbox, 'touch', GO_ON)
  }
}

async function atWork(over: AbortSignal): Promise<string | undefined> {
  while (!over.aborted) {
    const names = docker('ps', '--filter', 'label=airlock.run', '--format', '{{.Names}}\t{{.Image}}').split('\n')
    const sandbox = names.find((row) => row.split('\t')[1]?.startsWith('airlock-sandbox:'))?.split('\t')[0]
    if (sandbox !== undefined && isThere(sandbox, HERE)) return sandbox
    await sleep(100)
  }
  return undefined
}

function isThere(container: string, file: string): boolean {
  try {
    docker('exec', container, 'test', '-e', file)
    return true
  } catch {
    return false
  }
}

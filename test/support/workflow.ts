// Runs a workflow's job as a runner would: from its YAML, with the permissions that it asks for and no more, step by
// step. airlock's own action runs as action.yml says, main and then post.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { ActionRunner, type Ended, plainEnvironment, readCommandFile, startProcess } from './airlock.ts'
import type { GitHub, Permissions } from './github.ts'
import type { GitHubEvent } from './github-events.ts'
import { ROOT } from './steps.ts'
import { otherAction, type Upload } from './workflow-actions.ts'
import {
  type Contexts,
  filled,
  holds,
  type Job,
  type JobStatus,
  readWorkflow,
  type Step,
  textOf,
  textsOf,
} from './workflow-file.ts'

export interface WorkflowOptions {
  readonly github: GitHub
  /** The repository on this machine that actions/checkout fetches from. */
  readonly origin: string
  readonly event: GitHubEvent
  readonly secrets?: Readonly<Record<string, string>>
  /** The runner's own environment, such as the model's address. */
  readonly env?: Readonly<Record<string, string>>
  /** Inputs of airlock's that only this machine needs. */
  readonly inputs?: Readonly<Record<string, string>>
  /** GITHUB_RUN_ID: the same when a job is run again. */
  readonly runId?: string
  /** A folder that is the runner's: workspace, temporary files. */
  readonly folder: string
}

export interface StepEnded {
  readonly id: string
  readonly outcome: JobStatus | 'skipped'
  readonly outputs: Readonly<Record<string, string>>
  readonly log: string
}

export interface JobEnded {
  readonly id: string
  readonly status: JobStatus | 'skipped'
  readonly steps: readonly StepEnded[]
  readonly uploads: readonly Upload[]
  /** All steps' summaries. */
  readonly summary: string
  /** GITHUB_TOKEN, as it was made for the job. */
  readonly token: string
  readonly log: string
}

const AIRLOCK = 'airlock-run/airlock'

/** Undefined where the event does not start the workflow. */
export async function runWorkflow(file: string, options: WorkflowOptions): Promise<readonly JobEnded[] | undefined> {
  const workflow = readWorkflow(file, readFileSync(resolve(ROOT, file), 'utf8'))
  if (!starts(workflow.on, options.event)) return undefined
  const ended: JobEnded[] = []
  for (const job of workflow.jobs) {
    const token = await options.github.token(permissionsOf(job.permissions ?? workflow.permissions, options.event))
    ended.push(await new JobRun(job, token, options).run())
  }
  return ended
}

const USUAL_TYPES: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  pull_request_target: ['opened', 'synchronize', 'reopened'],
}

function starts(on: Readonly<Record<string, unknown>>, { name, payload }: GitHubEvent): boolean {
  if (!(name in on)) return false
  const { types = USUAL_TYPES[name], workflows } = (on[name] ?? {}) as { types?: string[]; workflows?: string[] }
  if (workflows && !workflows.includes(payload.workflow_run?.name)) return false
  return types === undefined || payload.action === undefined || types.includes(payload.action)
}

/** A pull request from a fork reads and no more, whatever the workflow asks for. */
function permissionsOf(asked: unknown, { name, payload }: GitHubEvent): Permissions {
  const given = (typeof asked === 'object' && asked !== null ? asked : {}) as Permissions
  if (name !== 'pull_request' || !payload.pull_request.head.repo?.fork) return given
  return Object.fromEntries(Object.entries(given).map(([scope, level]) => [scope, level === 'none' ? 'none' : 'read']))
}

class JobRun {
  readonly #job: Job
  readonly #token: string
  readonly #options: WorkflowOptions
  readonly #workspace: string
  readonly #steps: StepEnded[] = []
  readonly #posts: (() => Promise<Ended>)[] = []
  readonly #uploads: Upload[] = []
  #summary = ''
  #env: Record<string, string> = {}
  #status: JobStatus = 'success'

  constructor(job: Job, token: string, options: WorkflowOptions) {
    this.#job = job
    this.#token = token
    this.#options = options
    const name = options.github.repository.split('/')[1] ?? ''
    this.#workspace = join(options.folder, 'work', name, name)
    mkdirSync(this.#workspace, { recursive: true })
  }

  async run(): Promise<JobEnded> {
    const runs = holds(this.#job.if, this.#contexts(), 'success')
    if (runs) {
      this.#env = textsOf(this.#job.env, this.#contexts())
      for (const [index, step] of this.#job.steps.entries()) await this.#step(step, String(index))
      for (const post of this.#posts.toReversed()) {
        const { exitCode, stdout, stderr } = await post()
        if (exitCode !== 0) this.#status = 'failure'
        this.#steps.push({
          id: 'post',
          outcome: exitCode === 0 ? 'success' : 'failure',
          outputs: {},
          log: stdout + stderr,
        })
      }
    }
    return {
      ...{ id: this.#job.id, status: runs ? this.#status : 'skipped', steps: this.#steps, uploads: this.#uploads },
      ...{ summary: this.#summary, token: this.#token, log: this.#steps.map(({ log }) => log).join('\n') },
    }
  }

  async #step(step: Step, index: string): Promise<void> {
    const id = step.id ?? index
    const contexts = this.#contexts()
    if (!holds(step.if, contexts, this.#status)) {
      this.#steps.push({ id, outcome: 'skipped', outputs: {}, log: '' })
      return
    }
    const { ok, outputs = {}, log } = await this.#carriedOut(step, index, contexts)
    if (!ok && !step.continueOnError) this.#status = 'failure'
    this.#steps.push({ id, outcome: ok ? 'success' : 'failure', outputs, log })
  }

  async #carriedOut(step: Step, index: string, contexts: Contexts) {
    const env = { ...this.#variables(), ...this.#env, ...textsOf(step.env, contexts) }
    if (step.run) return this.#script(textOf(step.run, contexts), env, index)
    const inputs = textsOf(step.with, contexts)
    if (step.uses?.split('@')[0] === AIRLOCK) return this.#airlock(inputs, env, index, contexts)
    try {
      const { github, origin, event } = this.#options
      const around = { origin, workspace: this.#workspace, ref: event.ref, sha: event.sha, token: this.#token }
      const url = `${github.server}/${github.repository}`
      const { outputs = {}, upload } = otherAction(step.uses ?? '', inputs, { ...around, url })
      if (upload) this.#uploads.push(upload)
      return { ok: true, outputs, log: '' }
    } catch (error) {
      return { ok: false, log: String(error) }
    }
  }

  async #airlock(inputs: Record<string, string>, env: Record<string, string>, index: string, contexts: Contexts) {
    const folder = join(this.#options.folder, `step-${index}`)
    mkdirSync(folder)
    const { inputs: declared } = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as {
      inputs: Record<string, { default?: unknown }>
    }
    // A default may be an expression, such as the job's token.
    const expressions = Object.entries(declared).filter(([, one]) => String(one.default ?? '').includes('${{'))
    const defaults = expressions.map(([name, one]) => [name, filled(String(one.default), contexts)])
    const all = { ...(Object.fromEntries(defaults) as Record<string, string>), ...this.#options.inputs, ...inputs }
    const runner = new ActionRunner(all, { workspace: this.#workspace, folder, env })
    const main = await runner.startMain().done
    this.#posts.push(() => runner.post())
    const { outputs, summary } = runner.results()
    this.#summary += summary
    return { ok: main.exitCode === 0, outputs, log: main.stdout + main.stderr }
  }

  async #script(text: string, env: Record<string, string>, index: string) {
    const at = (name: string) => join(this.#options.folder, `${name}-${index}`)
    const files = Object.fromEntries(
      ['OUTPUT', 'ENV', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, at(name)]),
    ) as Record<string, string>
    for (const file of Object.values(files)) writeFileSync(file, '')
    writeFileSync(at('script'), text)
    const argv = ['bash', '-e', at('script')]
    const ended = await startProcess(argv, { ...env, ...files }, this.#workspace).done
    this.#summary += readFileSync(at('STEP_SUMMARY'), 'utf8')
    Object.assign(this.#env, readCommandFile(at('ENV')))
    const log = ended.stdout + ended.stderr
    return { ok: ended.exitCode === 0, outputs: readCommandFile(at('OUTPUT')), log }
  }

  #contexts(): Contexts {
    const { github, event, secrets = {} } = this.#options
    const [owner = '', name = ''] = github.repository.split('/')
    const pull = event.payload.pull_request
    return {
      github: {
        ...{ event: event.payload, event_name: event.name, repository: github.repository, repository_owner: owner },
        ...{ ref: event.ref, sha: event.sha, actor: event.actor, triggering_actor: event.actor, token: this.#token },
        ...{
          head_ref: pull?.head.ref ?? '',
          base_ref: pull?.base.ref ?? '',
          workflow: name,
          run_id: this.#options.runId ?? '4711',
        },
        ...{ server_url: github.server, api_url: github.url, workspace: this.#workspace },
      },
      ...{ secrets: { GITHUB_TOKEN: this.#token, ...secrets }, inputs: event.payload.inputs ?? {}, vars: {} },
      ...{ env: this.#env, job: { status: this.#status }, runner: { os: 'Linux' } },
      steps: Object.fromEntries(
        this.#steps.map(({ id, outcome, outputs }) => [id, { outcome, conclusion: outcome, outputs }]),
      ),
    }
  }

  /** What every step of a job finds in its environment. Source: GitHub's documentation of variables. */
  #variables(): Record<string, string> {
    const { github, event, folder, env, runId = '4711' } = this.#options
    const payload = join(folder, 'event.json')
    writeFileSync(payload, JSON.stringify(event.payload))
    return {
      ...plainEnvironment(),
      ...{ CI: 'true', GITHUB_ACTIONS: 'true', RUNNER_OS: 'Linux', RUNNER_TEMP: join(folder, 'temp') },
      ...{ GITHUB_WORKSPACE: this.#workspace, GITHUB_EVENT_NAME: event.name, GITHUB_EVENT_PATH: payload },
      ...{ GITHUB_REPOSITORY: github.repository, GITHUB_SHA: event.sha, GITHUB_REF: event.ref },
      ...{ GITHUB_ACTOR: event.actor, GITHUB_TRIGGERING_ACTOR: event.actor, GITHUB_RUN_ID: runId },
      ...{ GITHUB_RUN_ATTEMPT: '1', GITHUB_JOB: this.#job.id, GITHUB_WORKFLOW: 'test' },
      ...{ GITHUB_API_URL: github.url, GITHUB_SERVER_URL: github.server, GITHUB_GRAPHQL_URL: `${github.url}/graphql` },
      ...env,
    }
  }
}

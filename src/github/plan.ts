// Before the run: what it is about, who may, what Claude is told, and which commits it stands on.
import { AirlockError } from '../ports/errors.ts'
import type { Process } from '../ports/process.ts'
import type { GitHubRequest } from '../request/github-request.ts'
import type { RunRequest } from '../request/run-request.ts'
import { hostGit } from '../workspace/git.ts'
import { briefing } from './briefing.ts'
import type { GitHub } from './client.ts'
import type { FrozenContext } from './context.ts'
import { type Event, type EventSource, readEvent } from './event.ts'
import { GitHubError } from './failure.ts'
import { fetchContext } from './fetch-context.ts'
import { decideMode } from './mode.ts'
import { checkActors } from './permission.ts'
import { askFor } from './prompt.ts'
import { renderContext } from './render.ts'
import { resolveTask } from './resolve-task.ts'
import { pinSources, type Sources } from './sources.ts'
import type { Mode, Task } from './task.ts'

export interface PlanDeps {
  readonly process: Process
  /** Made only where GitHub has to be asked. */
  readonly client: (token: string) => GitHub
  readonly signal: AbortSignal
  readonly now: () => string
  /** The runner's own temporary folder. */
  readonly scratch?: string
}

export type Plan =
  /** Nothing asks for a run. */
  | { readonly kind: 'skip'; readonly reason: string }
  /** The prompt and nothing else, as at a terminal. */
  | { readonly kind: 'alone'; readonly request: RunRequest }
  | {
      readonly kind: 'about'
      readonly task: Task
      readonly context: FrozenContext | undefined
      readonly request: RunRequest
      readonly github: GitHub
      readonly notes: readonly string[]
      /** The commit that Claude's copy is made of; '' for a folder that is in no repository. */
      readonly workedOn: string
      /** The folders that the run stands on, where they are not the checkout; gone with this. */
      readonly sources: Sources | undefined
    }

/** Errors: `input`, for what can't be or may not be; GitHub's own. */
export async function planRun(
  source: EventSource | undefined,
  request: RunRequest,
  inputs: GitHubRequest,
  deps: PlanDeps,
): Promise<Plan> {
  if (!source) return withoutEvent(request, inputs)
  const event = readEvent(source, deps.now())
  const hasPrompt = request.prompt.trim() !== ''
  const decision = decideMode(event, { ...inputs, hasPrompt })
  if (decision.kind === 'skip') return decision
  const { mode } = decision
  if (mode === 'run' && !event.pull && !event.issue && !event.workflowRun) return { kind: 'alone', request }
  if (inputs.token === undefined) throw noToken(mode)
  const github = deps.client(inputs.token)
  const notes = [...(await checkActors(event, inputs, github))]
  const task = await resolveTask(event, mode, { ...source, baseBranch: inputs.baseBranch }, github)
  const context = await contextOf(task, event, source, inputs, github, deps, notes)
  const asked = askFor(task, context, request.prompt)
  const args = withSchema(request.claude.args, asked.jsonSchema, mode)
  const sources = await sourcesOf(event, task, source, request, inputs, deps)
  notes.push(...(sources?.notes ?? []))
  return {
    ...{ kind: 'about', task, context, github, notes, sources },
    workedOn: sources?.commit ?? (await checkedOut(request.directory, deps.process)),
    request: {
      ...request,
      ...(sources ? { directory: sources.directory, trusted: sources.trusted } : {}),
      prompt: asked.prompt,
      briefing: briefing(context ? renderContext(context) : new Map(), context, task.repository),
      claude: { ...request.claude, args },
    },
  }
}

function withoutEvent(request: RunRequest, { mode }: GitHubRequest): Plan {
  if (mode === 'auto' || mode === 'run') return { kind: 'alone', request }
  throw new AirlockError('input', `mode: ${mode} needs the event that started the workflow`, {
    next: 'The runner names it in GITHUB_EVENT_NAME and GITHUB_EVENT_PATH.',
  })
}

async function contextOf(
  task: Task,
  event: Event,
  { serverUrl }: EventSource,
  { comments }: GitHubRequest,
  github: GitHub,
  { signal }: PlanDeps,
  notes: string[],
): Promise<FrozenContext | undefined> {
  try {
    return await fetchContext(task, event, { comments, images: { serverUrl, signal } }, github)
  } catch (error) {
    // A prompt of its own may need none of it, and its job may have no right to read it.
    if (task.mode !== 'run' || !(error instanceof GitHubError)) throw error
    notes.push(`Claude is told nothing of the event: ${error.message} (${error.where})`)
    return undefined
  }
}

/** Undefined where what is checked out is trusted and what the run is about. */
async function sourcesOf(
  event: Event,
  task: Task,
  source: EventSource,
  request: RunRequest,
  inputs: GitHubRequest,
  { process, scratch }: PlanDeps,
): Promise<Sources | undefined> {
  const pins = pinsOf(event, task, source)
  if (!pins) return undefined
  const { head, base, fork } = pins
  if (inputs.trustHeadConfig && fork) {
    throw new AirlockError('input', 'trust_head_config: the configuration of a fork is never trusted', {
      where: `the head ${head.sha} is in another repository`,
      next: 'Leave trust_head_config out for pull requests from forks.',
    })
  }
  const server = { url: source.serverUrl, repository: source.repository, token: inputs.token ?? '' }
  const obeyed = inputs.trustHeadConfig ? head : base
  return pinSources(request, head, obeyed, { process, server, scratch, network: request.network })
}

function pinsOf({ workflowRun, repository }: Event, { subject }: Task, { sha }: EventSource) {
  if (workflowRun) {
    if (workflowRun.sha === '')
      throw new AirlockError('input', 'the event does not name the commit of the workflow’s run')
    const fork = workflowRun.repository !== `${repository.owner}/${repository.name}`
    const base = { sha, ref: repository.defaultBranch }
    return { head: { sha: workflowRun.sha, ref: workflowRun.branch }, base, fork }
  }
  return subject.kind === 'pull' ? subject : undefined
}

async function checkedOut(directory: string, process: Process): Promise<string> {
  const commit = await hostGit(process, directory).ask(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'])
  return commit?.toString('utf8').trim() ?? ''
}

function withSchema(args: readonly string[], schema: object | undefined, mode: Mode): readonly string[] {
  if (schema === undefined) return args
  if (args.includes('--json-schema')) {
    throw new AirlockError('input', `claude_args: --json-schema can't be used with mode: ${mode}, which has its own`, {
      next: 'Leave it out, or set mode: run.',
    })
  }
  return [...args, '--json-schema', JSON.stringify(schema)]
}

function noToken(mode: Mode): AirlockError {
  return new AirlockError('input', `mode: ${mode} needs a token: github_token is empty`, {
    next: 'Leave github_token out, for the job’s own token, or set mode: run.',
  })
}

// A run in a workflow: planned from its event, run, and published. Without an event it is the run alone.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventSource } from './github/event.ts'
import type { Plan } from './github/plan.ts'
import type { Published } from './github/published.ts'
import type { Tracking } from './github/tracking.ts'
import { asAirlockError } from './ports/errors.ts'
import type { RunResult } from './report/run-result.ts'
import type { GitHubRequest } from './request/github-request.ts'
import type { RunRequest } from './request/run-request.ts'
import { run } from './run.ts'
import type { RunDeps } from './stages/stage.ts'
import type { AcceptedFile } from './workspace/patch.ts'

export interface Occasion {
  readonly event: EventSource | undefined
  readonly request: RunRequest
  readonly github: GitHubRequest
  /** What must not stand in any text that goes out. */
  readonly secrets: readonly string[]
  /** The runner's temporary folder. */
  readonly scratch: string
}

export type Outcome =
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'ran'; readonly result: RunResult; readonly published: Published | undefined }

type About = Extract<Plan, { readonly kind: 'about' }>

export async function runForEvent(occasion: Occasion, deps: RunDeps): Promise<Outcome> {
  const { event, request, github } = occasion
  if (!event && (github.mode === 'auto' || github.mode === 'run')) {
    return { kind: 'ran', result: await run(request, deps), published: undefined }
  }
  const { planRun } = await import('./github/plan.ts')
  const { gitHubClient } = await import('./github/client.ts')
  const { host, signal, process } = deps
  const plan = await planRun(event, request, github, {
    ...{ signal, process, scratch: occasion.scratch },
    client: (token) =>
      gitHubClient({ token, apiUrl: event?.apiUrl ?? '', network: request.network, onWait: (text) => host.info(text) }),
    now: () => new Date().toISOString(),
  })
  if (plan.kind === 'skip') return { kind: 'skipped', reason: plan.reason }
  if (plan.kind === 'alone') return { kind: 'ran', result: await run(plan.request, deps), published: undefined }
  await using _ = plan.sources
  for (const note of plan.notes) host.info(note)
  // Awaited here: the sources go when this function ends.
  return await runAbout(plan, occasion, deps)
}

async function runAbout(plan: About, occasion: Occasion, deps: RunDeps): Promise<Outcome> {
  const tracking = occasion.github.trackProgress ? await startTracking(plan, occasion, deps) : undefined
  let files: readonly AcceptedFile[] = []
  try {
    const result = await run(plan.request, {
      ...deps,
      onPatch: (patch) => {
        files = patch.files
      },
      onProgress: (progress) => tracking?.update(progress),
    })
    await tracking?.stop()
    const published = await publishRun(plan, occasion, result, files, tracking?.id, deps)
    return { kind: 'ran', result, published }
  } finally {
    await tracking?.stop()
  }
}

/** The patch, the transcript and the result are on disk when this begins. */
async function publishRun(
  { task, context, github, workedOn }: About,
  occasion: Occasion,
  result: RunResult,
  files: readonly AcceptedFile[],
  trackingComment: number | undefined,
  { host }: RunDeps,
): Promise<Published> {
  const { publish } = await import('./github/publish.ts')
  const { directory: outputDir } = result.output
  const close = host.section('Publishing')
  try {
    const published = await publish(task, context, result, files, result.outbox ?? { entries: [], refused: [] }, {
      ...{ github, policy: occasion.github.policy, outputDir, workedOn, secrets: occasion.secrets },
      ...whereabouts(occasion.event),
      ...(trackingComment === undefined ? {} : { trackingComment }),
    })
    await writeFile(join(outputDir, 'published.json'), `${JSON.stringify(published, undefined, 2)}\n`)
    return withFailure(published, task, result)
  } catch (error) {
    const { message, detail } = asAirlockError(error, 'publish', 'what the run came to could not be published')
    const why = `${message}${detail === undefined ? '' : `: ${detail}`}. It is in ${outputDir}`
    return { unpublished: [why], notes: [], annotations: [], failure: message }
  } finally {
    close()
  }
}

// What was asked for and did not arrive is a failure; with the token of a fork's pull request nothing can arrive, and the
// job's summary and annotations have it.
function withFailure(published: Published, { subject }: About['task'], { conclusion }: RunResult): Published {
  const { unpublished, failure } = published
  const expected = subject.kind === 'pull' && subject.fork
  if (failure !== undefined || unpublished.length === 0 || expected || conclusion !== 'success') return published
  return { ...published, failure: `not everything could be published: ${unpublished[0]}` }
}

async function startTracking(plan: About, occasion: Occasion, { host }: RunDeps): Promise<Tracking | undefined> {
  const { Tracking } = await import('./github/tracking.ts')
  const { event, secrets, github } = occasion
  const cleaning = { policy: github.policy.text, secrets }
  try {
    return await Tracking.start(plan.task, { github: plan.github, host, cleaning, ...whereabouts(event) })
  } catch (error) {
    // The work is worth having without it; a fork's token can't comment at all.
    host.warning(`the progress is not told on GitHub: ${asAirlockError(error, 'publish', 'a fault').message}`)
    return undefined
  }
}

function whereabouts(event: EventSource | undefined) {
  const { serverUrl = '', repository = '', runId = '', runAttempt = '1' } = event ?? {}
  const jobUrl = `${serverUrl}/${repository}/actions/runs/${runId}/attempts/${runAttempt}`
  return { serverUrl, jobUrl, workflowRunId: runId }
}

// A run in a workflow: planned from its event, run, and published. Without an event it is the run alone.
import type { EventSource } from './github/event.ts'
import type { Published } from './github/published.ts'
import type { RunResult } from './report/run-result.ts'
import type { GitHubRequest } from './request/github-request.ts'
import type { RunRequest } from './request/run-request.ts'
import { run } from './run.ts'
import type { RunDeps } from './stages/stage.ts'

export interface Occasion {
  readonly event: EventSource | undefined
  readonly request: RunRequest
  readonly github: GitHubRequest
}

export type Outcome =
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'ran'; readonly result: RunResult; readonly published: Published | undefined }

export async function runForEvent({ event, request, github }: Occasion, deps: RunDeps): Promise<Outcome> {
  const { planRun } = await import('./github/plan.ts')
  const { gitHubClient } = await import('./github/client.ts')
  const { host, signal } = deps
  const plan = await planRun(event, request, github, {
    ...{ signal, process: deps.process },
    client: (token) => gitHubClient({ token, apiUrl: event?.apiUrl ?? '', signal, onWait: (text) => host.info(text) }),
    now: () => new Date().toISOString(),
  })
  if (plan.kind === 'skip') return { kind: 'skipped', reason: plan.reason }
  if (plan.kind === 'alone') return { kind: 'ran', result: await run(plan.request, deps), published: undefined }
  await using _ = plan.sources
  for (const note of plan.notes) host.info(note)
  return { kind: 'ran', result: await run(plan.request, deps), published: undefined }
}

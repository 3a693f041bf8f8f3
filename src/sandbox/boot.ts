// From a plan to a sandbox that Claude can work in: containers up, gateway ready, closed network proven, services
// answering, files in place. What can overlap does.

import type { ResolvedConfig } from '../config/resolved-config.ts'
import type { GatewayConfig, ProbeRow } from '../gateway/gateway-config.ts'
import { probeTargets } from '../gateway/probe-targets.ts'
import type { Docker } from '../ports/docker.ts'
import type { Phase } from '../report/run-result.ts'
import { offerTools } from './briefing.ts'
import type { Session } from './exec.ts'
import { type GatewayLink, openGateway } from './gateway-link.ts'
import { waitForServices } from './health.ts'
import { hostAddresses } from './host-addresses.ts'
import { runLifecycle } from './lifecycle.ts'
import { GATEWAY, type RunNames } from './names.ts'
import { createProbe, judgeProbe, runProbe } from './probe.ts'
import type { SandboxImage } from './sandbox-image.ts'
import { servicePorts } from './service-ports.ts'
import { halt, type Started, start, takeOwnership } from './start.ts'
import type { Topology } from './topology.ts'
import { userEnvironment } from './user-environment.ts'

export interface BootPlan {
  readonly config: ResolvedConfig
  readonly topology: Topology
  readonly names: RunNames
  readonly runId: string
  readonly image: SandboxImage
  readonly gatewayImage: string
  readonly gateway: GatewayConfig
  /** Resolves when the workspace's files are in the volume, and when the baseline is complete as well. */
  readonly copy: { readonly filesReady: Promise<unknown>; readonly done: Promise<unknown> }
  /** Resolves when the briefing lies ready; undefined when there is none. */
  readonly briefed: Promise<unknown> | undefined
}

export interface BootDeps {
  readonly docker: Docker
  readonly signal: AbortSignal
  time<T>(phase: Phase, work: () => Promise<T>): Promise<T>
  onProbe(rows: readonly ProbeRow[]): void
  onLink(link: GatewayLink): void
  onNote(note: string): void
  onStep(title: string): void
  /** A line that something inside the sandbox printed. */
  onOutput(line: string): void
}

export interface Booted {
  readonly session: Session
  readonly link: GatewayLink
  /** Stops everything that could still change the workspace. */
  halt(): Promise<void>
}

// Databases that initialise an empty volume take their time on a small machine.
const SERVICES_MS = 180_000

/** Errors: `engine` and `sandbox`. What was started stays for the caller's sweep. */
export async function boot(plan: BootPlan, deps: BootDeps): Promise<Booted> {
  const { docker } = deps
  if (plan.topology.needsFilesAtStart) await plan.copy.filesReady
  deps.onStep(`Starting ${describeServices(plan.topology.services)} and the sandbox`)
  const sandboxService = plan.config.service
  const early = prepareProbe(plan, deps)
  const started = await deps.time('start', () => start(docker, { ...plan, sandboxService }, deps.signal))
  const link = openGateway(docker, started.gateway.id, plan.gateway)
  deps.onLink(link)
  try {
    const session = await prove(plan, started, link, early, deps)
    await deps.time('lifecycle', () =>
      runLifecycle(plan.image.metadata, session, {
        docker,
        signal: deps.signal,
        onOutput: deps.onOutput,
        onCommand: deps.onStep,
      }),
    )
    return { session, link, halt: () => halt(docker, started) }
  } catch (error) {
    link.close()
    throw error
  }
}

const describeServices = (services: readonly string[]) => (services.length === 0 ? 'the network' : services.join(', '))

// Everything that has to hold before anything of the project runs inside.
async function prove(
  plan: BootPlan,
  started: Started,
  link: GatewayLink,
  early: Promise<ReadyProbe>,
  deps: BootDeps,
): Promise<Session> {
  const [session] = await together<[Session, ...unknown[]]>(deps.signal, (signal) => {
    const healthy = deps.time('start', () => waitForServices(deps.docker, started.services, SERVICES_MS, signal))
    return [
      prepareSession(plan, started, deps),
      deps.time('probe', async () => probe(plan, started, await early, healthy, { ...deps, signal })),
      healthy,
      link.ready,
      plan.copy.done,
      Promise.resolve(plan.briefed),
    ]
  })
  return session
}

async function prepareSession(plan: BootPlan, started: Started, { docker, onNote }: BootDeps): Promise<Session> {
  const { workspace } = plan.config
  await plan.copy.filesReady
  const bare = { container: started.sandbox.id, user: plan.image.user, folder: workspace.folder, env: {} }
  const [{ env, note }] = await Promise.all([
    userEnvironment(docker, bare, plan.image.metadata),
    takeOwnership(docker, started.sandbox.id, workspace.target, plan.image.uid, plan.image.gid),
    plan.briefed === undefined ? undefined : offerTools(docker, started.sandbox.id),
  ])
  if (note) onNote(note)
  return { ...bare, env }
}

interface ReadyProbe {
  readonly container: string
  readonly addresses: readonly string[]
}

// What the probe needs and the sandbox is not needed for: done while compose works.
function prepareProbe({ gatewayImage, names, config, runId }: BootPlan, { docker }: BootDeps): Promise<ReadyProbe> {
  const sandboxName = `${names.project}-${config.service}-1`
  const ready = Promise.all([createProbe(docker, gatewayImage, sandboxName, runId), hostAddresses(docker)])
  const probe = ready.then(([container, addresses]) => ({ container, addresses }))
  // A start that fails is the story then, not this.
  probe.catch(() => {})
  return probe
}

async function probe(
  plan: BootPlan,
  started: Started,
  early: ReadyProbe,
  healthy: Promise<unknown>,
  deps: BootDeps,
): Promise<void> {
  const targets = probeTargets({
    addresses: [...new Set([...started.sandbox.gateways, ...early.addresses])],
    gateway: GATEWAY,
    tools: plan.gateway.tools !== undefined,
    services: servicePorts(plan.config, started.services),
  })
  const { docker, signal } = deps
  const rows = await runProbe(docker, { container: early.container, signal, healthy }, targets)
  deps.onProbe(rows)
  judgeProbe(rows, targets)
}

/** Like Promise.all, but the first failure stops the other parts, and all have ended when it is thrown. */
async function together<T extends readonly unknown[]>(
  outer: AbortSignal,
  begin: (signal: AbortSignal) => { [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  const stop = new AbortController()
  const parts = begin(AbortSignal.any([outer, stop.signal]))
  let first: unknown
  const watched = parts.map((part) =>
    part.catch((error: unknown) => {
      if (!stop.signal.aborted) first = error
      stop.abort()
      throw error
    }),
  )
  const outcomes = await Promise.allSettled(watched)
  if (stop.signal.aborted) throw first
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as unknown as T
}

// Starts the sandbox while the copy goes on.
import { randomBytes } from 'node:crypto'
import { openPromises } from '../audit/open-promises.ts'
import { mcpServers } from '../claude/mcp-servers.ts'
import { AirlockError } from '../ports/errors.ts'
import type { RunRequest } from '../request/run-request.ts'
import { type Booted, boot } from '../sandbox/boot.ts'
import { fillBriefing } from '../sandbox/briefing.ts'
import { mountsSubpaths } from '../sandbox/engine.ts'
import { runNames } from '../sandbox/names.ts'
import { workLabels } from '../sandbox/rescue.ts'
import { createVolumes } from '../sandbox/start.ts'
import { type Topology, topology } from '../sandbox/topology.ts'
import { type Filling, fillWorkspace, type WorkspaceVolumes } from '../workspace/fill.ts'
import type { PatchPolicy } from '../workspace/read.ts'
import type { Snapshot } from '../workspace/snapshot.ts'
import { gatewayConfig, isOnHost } from './gateway-config.ts'
import type { Images } from './images.ts'
import { briefingVolumes } from './outbox.ts'
import { patchPolicy } from './patch-policy.ts'
import type { Prepared } from './prepare.ts'
import type { Stage } from './stage.ts'

export interface Running extends Booted {
  readonly volumes: WorkspaceVolumes
  readonly policy: PatchPolicy
}

/** Errors: `engine`, `sandbox`, and `input` for files that could not be copied. */
export async function bootStage(prepared: Prepared, images: Images, stage: Stage): Promise<Running> {
  const { request, record, docker, signal, host } = stage
  const { config } = prepared
  const { runId } = request
  const names = runNames(runId)
  const plan = plannedTopology(prepared, images, stage)
  record.services = plan.services
  const trusted = plan.mountsFiles ? prepared.trusted : undefined
  const volumes: WorkspaceVolumes = {
    workspace: names.workspaceVolume,
    baseline: names.baselineVolume,
    image: images.gateway,
    owner: { uid: images.sandbox.uid, gid: images.sandbox.gid },
    runId: request.runId,
  }
  const policy = patchPolicy(request, config, prepared.snapshot.prefix)
  const kinds = { briefed: request.briefing !== undefined, trusted: trusted !== undefined }
  await createVolumes(docker, names, runId, kinds, workLabels(volumes, policy, request.outputDir))
  const copy = copyIn(prepared.snapshot, trusted, volumes, stage)
  // No secret that outlives the run, or opens anything but a list that is checked later.
  const bearer = randomBytes(24).toString('base64url')
  const briefed = brief(request, bearer, images.gateway, stage)
  const booted = await boot(
    {
      ...{ config, topology: plan, names, runId: request.runId, image: images.sandbox, gatewayImage: images.gateway },
      ...{ gateway: gatewayConfig(request, bearer), copy, briefed },
    },
    {
      docker,
      signal,
      time: (phase, work) => record.time(phase, work),
      onProbe: (rows) => {
        record.probe = [...rows, ...openPromises(record.findings)]
      },
      onLink: (link) => {
        record.events = link.events
      },
      onNote: (note) => void record.notes.push(note),
      onStep: (title) => host.info(title),
      onOutput: (line) => host.untrusted(line),
    },
  )
  return { ...booted, volumes, policy }
}

/** The workspace's files, and the trusted commit's for what services mount of the project. */
function copyIn(snapshot: Snapshot, trusted: Snapshot | undefined, volumes: WorkspaceVolumes, stage: Stage): Filling {
  stage.host.info(`Copying ${snapshot.files.toLocaleString('en')} files into the workspace`)
  const from = performance.now()
  const { trustedVolume: workspace, trustedBaselineVolume: baseline } = runNames(stage.request.runId)
  const copies = [
    fillWorkspace(snapshot, volumes, stage),
    ...(trusted ? [fillWorkspace(trusted, { ...volumes, workspace, baseline }, stage)] : []),
  ]
  const all = async (parts: readonly Promise<void>[]) => void (await Promise.all(parts))
  const copy = {
    filesReady: all(copies.map(({ filesReady }) => filesReady)),
    done: all(copies.map(({ done }) => done)),
  }
  copy.done.catch(() => {})
  copy.filesReady.then(
    () => stage.record.mark('copy', performance.now() - from),
    () => {},
  )
  return copy
}

function plannedTopology(
  { config, snapshot, trusted, engine }: Prepared,
  images: Images,
  { request }: Stage,
): Topology {
  const plan = topology({
    config,
    names: runNames(request.runId),
    runId: request.runId,
    image: images.sandbox,
    gatewayImage: images.gateway,
    builtImages: images.services,
    limits: { ...request.limits, cpus: Math.min(request.limits.cpus, engine.cpus) },
    ...(request.runtime === undefined ? {} : { runtime: request.runtime }),
    upstreamOnHost: isOnHost(request.upstream),
    inCopy: (trusted ?? snapshot).has,
    trustedParts: trusted !== undefined,
    briefed: request.briefing !== undefined,
  })
  if (plan.mountsFiles && !mountsSubpaths(engine.version)) {
    throw new AirlockError('engine', `Docker Engine ${engine.version} can not mount single files of the workspace`, {
      next: 'A service binds a file or folder of the project. That takes Docker Engine 26 or newer.',
    })
  }
  return plan
}

/** Starts at once. */
function brief(
  { briefing, runId }: RunRequest,
  bearer: string,
  image: string,
  stage: Stage,
): Promise<void> | undefined {
  if (!briefing) return undefined
  const briefed = fillBriefing(briefing, mcpServers(briefing.tools, bearer), briefingVolumes(runId, image), stage)
  // It may fail before anybody waits for it.
  briefed.catch(() => {})
  return briefed
}

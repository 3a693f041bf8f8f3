// Starts the sandbox while the copy goes on.
import { openPromises } from '../audit/open-promises.ts'
import { AirlockError } from '../ports/errors.ts'
import { type Booted, boot } from '../sandbox/boot.ts'
import { mountsSubpaths } from '../sandbox/engine.ts'
import { runNames } from '../sandbox/names.ts'
import { createVolumes } from '../sandbox/start.ts'
import { topology } from '../sandbox/topology.ts'
import { fillWorkspace, type WorkspaceVolumes } from '../workspace/fill.ts'
import { gatewayConfig, isOnHost } from './gateway-config.ts'
import type { Images } from './images.ts'
import type { Prepared } from './prepare.ts'
import type { Stage } from './stage.ts'

export interface Running extends Booted {
  readonly volumes: WorkspaceVolumes
}

/** Errors: `engine`, `sandbox`, and `input` for files that could not be copied. */
export async function bootStage(prepared: Prepared, images: Images, stage: Stage): Promise<Running> {
  const { request, record, docker, signal, host } = stage
  const { config, snapshot, engine } = prepared
  const names = runNames(request.runId)
  const plan = topology({
    config,
    names,
    runId: request.runId,
    image: images.sandbox,
    gatewayImage: images.gateway,
    builtImages: images.services,
    limits: { ...request.limits, cpus: Math.min(request.limits.cpus, engine.cpus) },
    ...(request.runtime === undefined ? {} : { runtime: request.runtime }),
    upstreamOnHost: isOnHost(request.upstream),
    inCopy: snapshot.has,
  })
  record.services = plan.services
  if (plan.mountsFiles && !mountsSubpaths(engine.version)) {
    throw new AirlockError('engine', `Docker Engine ${engine.version} can not mount single files of the workspace`, {
      next: 'A service binds a file or folder of the project. That takes Docker Engine 26 or newer.',
    })
  }
  await createVolumes(docker, names, request.runId)
  const volumes: WorkspaceVolumes = {
    workspace: names.workspaceVolume,
    baseline: names.baselineVolume,
    image: images.gateway,
    owner: { uid: images.sandbox.uid, gid: images.sandbox.gid },
    runId: request.runId,
  }
  host.info(`Copying ${snapshot.files.toLocaleString('en')} files into the workspace`)
  const from = performance.now()
  const copy = fillWorkspace(snapshot, volumes, stage)
  copy.filesReady.then(
    () => record.mark('copy', performance.now() - from),
    () => {},
  )
  const booted = await boot(
    {
      ...{ config, topology: plan, names, runId: request.runId, image: images.sandbox, gatewayImage: images.gateway },
      ...{ gateway: gatewayConfig(request), copy },
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
  return { ...booted, volumes }
}

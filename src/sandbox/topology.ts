// The compose file of a run, as plain data: a pure function of what was resolved, judged and built.
import type { JsonObject, ResolvedConfig } from '../config/resolved-config.ts'
import type { Limits } from '../request/run-request.ts'
import { gatewayService } from './gateway-service.ts'
import { EGRESS_NETWORK, type RunNames, WORKSPACE } from './names.ts'
import type { SandboxImage } from './sandbox-image.ts'
import { idles, sandboxService } from './sandbox-service.ts'
import { projectService } from './service.ts'
import type { ServiceContext } from './service-context.ts'

export interface TopologyInput {
  readonly config: ResolvedConfig
  readonly names: RunNames
  readonly runId: string
  readonly image: SandboxImage
  readonly gatewayImage: string
  /** Images of the services that are built from Dockerfiles, by service. */
  readonly builtImages: ReadonlyMap<string, string>
  readonly limits: Limits
  readonly runtime?: string
  /** The model's API is on the host itself: the gateway, and only it, gets a name for the host. */
  readonly upstreamOnHost: boolean
  /** Whether a path relative to the project's folder is part of the workspace's copy. */
  readonly inCopy: (path: string) => boolean
  /** Parts of the project that services bind come from the trusted commit; `inCopy` speaks of that one then. */
  readonly trustedParts?: boolean
  /** Whether the sandbox gets a briefing, and an outbox. */
  readonly briefed: boolean
}

export interface Topology {
  /** What is written as the compose file. */
  readonly compose: JsonObject
  /** True when something that starts with its container may look at the workspace: the copy has to be there before. */
  readonly needsFilesAtStart: boolean
  /** True when that part is less than the whole, which not every engine can mount. */
  readonly mountsFiles: boolean
  readonly services: readonly string[]
  readonly networks: readonly string[]
}

export function topology(input: TopologyInput): Topology {
  const { config, runId } = input
  const beside = config.services.filter((name) => name !== config.service)
  const networks = networkNames(config)
  const volumes = new Set<string>()
  const context: ServiceContext = {
    directory: config.directory,
    inCopy: input.inCopy,
    runId,
    selected: new Set(config.services),
    builtImages: input.builtImages,
    model: config.compose,
    useVolume: (name) => void volumes.add(name),
    partsVolume: input.trustedParts ? input.names.trustedVolume : WORKSPACE,
    subpaths: [],
  }
  const ownPaths: string[] = []
  const sandbox = sandboxService(input, { ...context, subpaths: ownPaths }, networks)
  const services = {
    ...Object.fromEntries(beside.map((name) => [name, projectService(name, context)])),
    [config.service]: sandbox,
    ...gatewayService(input, networks),
  }
  const mountsFiles = [...context.subpaths, ...ownPaths].some((path) => path !== '')
  return {
    compose: {
      name: input.names.project,
      services,
      networks: Object.fromEntries([
        ...networks.map((name) => [name, closedNetwork(runId)]),
        [EGRESS_NETWORK, { labels: { 'airlock.run': runId } }],
      ]),
      volumes: {
        ...Object.fromEntries([...volumes].map((name) => [name, { labels: { 'airlock.run': runId } }])),
        // Made before compose starts, because the copy begins first. Last, so that no volume of the project takes its name.
        [WORKSPACE]: { name: input.names.workspaceVolume, external: true },
        ...(input.briefed ? external(input.names.contextVolume, input.names.outboxVolume) : {}),
        ...(input.trustedParts && mountsFiles ? external(input.names.trustedVolume) : {}),
      },
    },
    needsFilesAtStart: context.subpaths.length > 0 || ownPaths.some((path) => path !== '') || !idles(sandbox),
    mountsFiles,
    services: beside,
    networks,
  }
}

// Their names hold the run's id, which no file of the project can know.
const external = (...names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, { name, external: true }]))

// `internal` alone leaves the bridge's own address on the host, and with it every port that the host listens on;
// inhibit_ipv4 takes that address away. Newer engines take `isolated` for the same. The probe checks, whatever holds.
function closedNetwork(runId: string): JsonObject {
  return {
    driver: 'bridge',
    internal: true,
    enable_ipv6: false,
    driver_opts: { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
    labels: { 'airlock.run': runId },
  }
}

/** The project's networks that the selected services are on; `default` where none is named. */
function networkNames(config: ResolvedConfig): readonly string[] {
  const used = config.services.flatMap((name) => {
    const networks = config.compose?.services[name]?.networks
    return typeof networks === 'object' && networks !== null ? Object.keys(networks) : ['default']
  })
  return used.length === 0 ? ['default'] : [...new Set(used)]
}

// The container that Claude works in.
import type { Json, JsonObject } from '../config/resolved-config.ts'
import { keptSecurityOptions } from '../config/tidy.ts'
import { proxyEnvironment } from './environment.ts'
import type { MetadataMount } from './metadata.ts'
import { bindMount } from './mounts.ts'
import { CONTEXT_FOLDER, OUTBOX_FOLDER, type RunNames, WORKSPACE } from './names.ts'
import { closedDefaults, passed } from './service.ts'
import { list, type ServiceContext } from './service-context.ts'
import type { TopologyInput } from './topology.ts'

// Stays until it is stopped, ends at once when it is, and reaps nothing: `init` does.
const IDLE = ['sleep', 'infinity']

export function sandboxService(input: TopologyInput, context: ServiceContext, networks: readonly string[]): JsonObject {
  const { config, image, limits } = input
  const service = config.compose?.services[config.service] ?? config.container ?? {}
  const { metadata } = image
  const securityOpt = keptSecurityOptions([...metadata.securityOpt], { in: 'devcontainer', path: [] }, () => {})
  const defaults = closedDefaults(service, context)
  return {
    ...passed(service),
    ...defaults,
    ...process(input, service),
    image: image.name,
    pull_policy: 'never',
    init: true,
    ...(metadata.containerUser === undefined ? {} : { user: metadata.containerUser }),
    environment: { ...(service.environment as JsonObject | undefined), ...proxyEnvironment(config.services) },
    cap_add: [...new Set([...list(service.cap_add).map(String), ...metadata.capAdd])],
    security_opt: [...new Set([...list(service.security_opt).map(String), ...securityOpt])],
    // Airlock supplies the sandbox of a project without a devcontainer: it joins all networks that the services are on.
    ...(config.compose?.services[config.service]
      ? {}
      : { networks: Object.fromEntries(networks.map((name) => [name, null])) }),
    volumes: volumes(defaults.volumes as readonly JsonObject[], input, context),
    working_dir: config.workspace.folder,
    restart: 'no',
    mem_limit: String(limits.memory),
    // Without this the container may use as much swap again.
    memswap_limit: String(limits.memory),
    cpus: limits.cpus,
    pids_limit: limits.pids,
    ...(input.runtime === undefined ? {} : { runtime: input.runtime }),
  }
}

// A compose service keeps its own command unless devcontainer.json says otherwise; other containers idle.
function process(input: TopologyInput, service: JsonObject): JsonObject {
  const { metadata } = input.image
  const overrides = metadata.overrideCommand ?? !(input.config.kind === 'compose')
  const entrypoint = overrides ? [] : (words(service.entrypoint) ?? input.image.entrypoint)
  const ownCommand = words(service.command) ?? (service.entrypoint == null ? input.image.command : [])
  const argv = overrides ? IDLE : [...entrypoint, ...ownCommand]
  if (metadata.entrypoints.length === 0) return { entrypoint: argv.map(escapeDollar), command: [] }
  // Features bring entrypoints that start something and return; then comes the container's own process.
  const script = [...metadata.entrypoints, 'exec "$@"'].join('\n')
  return { entrypoint: ['/bin/sh', '-c', script, '-', ...argv].map(escapeDollar), command: [] }
}

/** Whether the container's own process only waits, as nearly every devcontainer's does: files can come later then. */
export function idles({ entrypoint }: JsonObject): boolean {
  const argv = list(entrypoint).map(String)
  return argv.length <= 3 && /^(\/bin\/(ba)?sh -c )?(exec )?(sleep infinity|tail -f \/dev\/null)$/.test(argv.join(' '))
}

function words(value: Json | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return ['/bin/sh', '-c', unescapeDollar(value)]
  return Array.isArray(value) ? value.map((word) => unescapeDollar(String(word))) : undefined
}

// Compose interpolates the file it reads; its own resolved output has every dollar doubled already.
const escapeDollar = (text: string) => text.replaceAll('$', '$$$$')
const unescapeDollar = (text: string) => text.replaceAll('$$', '$')

function volumes(own: readonly JsonObject[], input: TopologyInput, context: ServiceContext): readonly JsonObject[] {
  const { target } = input.config.workspace
  const workspace = { type: 'volume', source: WORKSPACE, target, volume: { nocopy: true } }
  const others = own.filter((mount) => mount.target !== target && !isSameFolder(mount, target))
  const asked = input.image.metadata.mounts
    .filter((mount) => mount.target !== target)
    .map((mount) => metadataMount(mount, input, context))
  return [...others, ...asked, workspace, ...(input.briefed ? briefing(input.names) : [])]
}

const briefing = ({ contextVolume, outboxVolume }: RunNames): readonly JsonObject[] => [
  { type: 'volume', source: contextVolume, target: CONTEXT_FOLDER, read_only: true, volume: { nocopy: true } },
  { type: 'volume', source: outboxVolume, target: OUTBOX_FOLDER, volume: { nocopy: true } },
]

// The user's bind of the whole checkout becomes the workspace volume, wherever it was mounted.
const isSameFolder = (mount: JsonObject, target: string) =>
  mount.source === WORKSPACE && String(mount.target).replace(/\/+$/, '') === target

function metadataMount(mount: MetadataMount, input: TopologyInput, context: ServiceContext): JsonObject {
  if (mount.type === 'tmpfs') return { type: 'tmpfs', target: mount.target }
  // What the audit let pass of binds lies inside the project.
  if (mount.type === 'bind') return bindMount(mount.source ?? '', mount.target, {}, context)
  const source = mount.source?.replaceAll('${devcontainerId}', input.runId).replaceAll(/[^A-Za-z0-9_.-]/g, '-')
  if (!source) return { type: 'volume', target: mount.target }
  const name = /^[A-Za-z0-9]/.test(source) ? source : `v${source}`
  context.useVolume(name)
  return { type: 'volume', source: name, target: mount.target }
}

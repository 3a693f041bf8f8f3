// A service of the project's own compose model, rebuilt key by key for the closed network. What is not named here does
// not pass: the audit has told the user about everything that matters before.
import type { Json, JsonObject } from '../config/resolved-config.ts'
import { serviceMounts } from './mounts.ts'
import { list, type ServiceContext } from './service-context.ts'

/**
 * Keys that pass as they are. Left out on purpose: ports, container_name, extra_hosts, dns, links, restart, logging,
 * devices, privileged, network_mode and all namespaces, runtime, deploy, profiles, develop, cgroup settings.
 */
export const PASSED = [
  'command',
  'entrypoint',
  'environment',
  'group_add',
  'healthcheck',
  'hostname',
  'init',
  'mem_limit',
  'mem_reservation',
  'memswap_limit',
  'cpus',
  'cpu_shares',
  'pids_limit',
  'platform',
  'read_only',
  'security_opt',
  'shm_size',
  'stdin_open',
  'stop_grace_period',
  'stop_signal',
  'sysctls',
  'tmpfs',
  'tty',
  'ulimits',
  'user',
  'working_dir',
  'cap_add',
] as const

export function projectService(name: string, context: ServiceContext): JsonObject {
  const service = context.model?.services[name] ?? {}
  const built = context.builtImages.get(name)
  return {
    ...passed(service),
    image: built ?? service.image ?? '',
    ...(built === undefined ? {} : { pull_policy: 'never' }),
    ...closedDefaults(service, context),
    depends_on: dependencies(service.depends_on, context.selected),
    restart: restartPolicy(service.restart),
  }
}

/** What every container of the project gets, the sandbox included. */
export function closedDefaults(service: JsonObject, context: ServiceContext): JsonObject {
  return {
    // NET_RAW is among Docker's defaults and lets neighbours spoof each other's addresses.
    cap_drop: [...new Set([...list(service.cap_drop).map(String), 'NET_RAW'])],
    ...network(service, context),
    volumes: serviceMounts(service, context),
    labels: { 'airlock.run': context.runId },
  }
}

export function passed(service: JsonObject): JsonObject {
  const kept = PASSED.filter((key) => service[key] != null).map((key) => [key, service[key] as Json])
  const { sysctls, ...others } = Object.fromEntries(kept) as JsonObject
  return sysctls === undefined ? others : { ...others, sysctls: withoutIpv6(sysctls as JsonObject) }
}

// Whatever was allowed: with an IPv6 address, which any of them may switch on, a container reaches the host's end of its
// network. The probe would see the sandbox's, but not a service's.
const withoutIpv6 = (sysctls: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(sysctls).filter(([name]) => !/^net[./]ipv6[./]/.test(name)))

// A service may share another one's network, as the database templates of devcontainers do. It has no name of its own
// then.
function network(service: JsonObject, context: ServiceContext): JsonObject {
  const shared = /^service:(.+)$/.exec(String(service.network_mode ?? ''))?.[1]
  if (shared !== undefined && context.selected.has(shared)) return { network_mode: `service:${shared}`, hostname: null }
  return { networks: networkAliases(service.networks) }
}

// Static addresses are left out: two runs at once would collide on them.
function networkAliases(networks: Json | undefined): JsonObject {
  if (typeof networks !== 'object' || networks === null || Array.isArray(networks)) return { default: null }
  return Object.fromEntries(
    Object.entries(networks).map(([name, options]) => {
      const aliases = (options as JsonObject | null)?.aliases
      return [name, aliases ? { aliases } : null]
    }),
  )
}

function dependencies(dependsOn: Json | undefined, selected: ReadonlySet<string>): JsonObject {
  if (typeof dependsOn !== 'object' || dependsOn === null) return {}
  return Object.fromEntries(Object.entries(dependsOn as JsonObject).filter(([name]) => selected.has(name)))
}

// `always` would bring a container back with the engine, long after its run is over; a service that waits for another
// by failing until that is there still gets its tries.
function restartPolicy(restart: Json | undefined): string {
  return restart === undefined || restart === 'no' ? 'no' : 'on-failure:10'
}

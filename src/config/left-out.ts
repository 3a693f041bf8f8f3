// Notes about what a sandbox leaves out of a project's configuration on purpose.
import { isObject, listOf, objectOf } from './json.ts'
import type { ComposeModel, Json, JsonObject } from './resolved-config.ts'

const SERVICE_KEYS: Readonly<Record<string, string>> = {
  ports: 'are not published',
  container_name: 'is not used: each run has names of its own',
  extra_hosts: 'are left out: no host can be reached but the services',
  dns: 'is left out: names are resolved by the closed network',
  logging: 'is left out',
  storage_opt: 'is left out',
  mac_address: 'is left out',
  annotations: 'are left out',
  post_start: 'is not run',
  pre_stop: 'is not run',
}

const DEVCONTAINER_KEYS: Readonly<Record<string, string>> = {
  initializeCommand: 'is not run: it would run on the host',
  forwardPorts: 'are not forwarded',
  appPort: 'is not published',
  postAttachCommand: 'is not run: nobody attaches',
}

/** @param services the ones that run */
export function composeNotes(model: ComposeModel, services: readonly string[]): readonly string[] {
  const running = services.map((name) => [name, model.services[name] ?? {}] as const)
  const keys = running.flatMap(([name, service]) =>
    Object.entries(SERVICE_KEYS)
      .filter(([key]) => isGiven(service[key]))
      .map(([key, what]) => `${key} of service ${name} ${what}`),
  )
  return [...keys, ...limitNotes(running), ...addressNotes(running), ...volumeNotes(model, running)]
}

export function devcontainerNotes(value: JsonObject): readonly string[] {
  const keys = Object.entries(DEVCONTAINER_KEYS)
    .filter(([key]) => isGiven(value[key]))
    .map(([key, what]) => `${key} ${what}`)
  const cacheFrom = objectOf(value.build).cacheFrom
  return isGiven(cacheFrom) ? [...keys, 'build.cacheFrom is left out'] : keys
}

function isGiven(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isObject(value) ? Object.keys(value).length > 0 : value !== undefined && value !== null && value !== ''
}

// The sandbox's own limits come from the run; those of other services from mem_limit, cpus and pids_limit.
function limitNotes(running: readonly (readonly [string, JsonObject])[]): readonly string[] {
  return running
    .filter(([, service]) => isGiven(objectOf(service.deploy).resources) || isGiven(objectOf(service.deploy).replicas))
    .map(([name]) => `deploy of service ${name} is left out`)
}

// Two runs at once would collide on them.
function addressNotes(running: readonly (readonly [string, JsonObject])[]): readonly string[] {
  return running.flatMap(([name, service]) =>
    Object.entries(objectOf(service.networks))
      .filter(([, options]) => ['ipv4_address', 'ipv6_address'].some((key) => objectOf(options)[key] !== undefined))
      .map(([network]) => `the fixed address of service ${name} on network ${network} is left out`),
  )
}

function volumeNotes(model: ComposeModel, running: readonly (readonly [string, JsonObject])[]): readonly string[] {
  const used = new Set(
    running.flatMap(([, service]) =>
      listOf(service.volumes).flatMap((volume) => {
        const { type, source } = objectOf(volume)
        return type === 'volume' && typeof source === 'string' ? [source] : []
      }),
    ),
  )
  // A volume that compose would name after the project is fresh in each run by nature; a fixed name says otherwise.
  return [...used]
    .filter((name) => ![undefined, `${model.name}_${name}`].includes(model.volumes?.[name]?.name as string | undefined))
    .map((name) => `volume ${name} is a fresh one in each run`)
}

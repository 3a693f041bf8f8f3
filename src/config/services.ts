// Which of the compose project's services run.
import { isObject, listOf, objectOf, stringsOf, textOf } from './json.ts'
import type { ComposeModel, JsonObject } from './resolved-config.ts'

/**
 * The asked services with all that they depend on, in the model's order.
 *
 * @param asked undefined means every service without a profile, as `docker compose up` does
 */
export function selectServices(model: ComposeModel, asked: readonly string[] | undefined): readonly string[] {
  const names = Object.keys(model.services)
  const selected = new Set<string>()
  const queue = asked ? [...asked] : names.filter((name) => !hasProfile(model.services[name]))
  while (queue.length > 0) {
    const name = queue.shift() as string
    const service = model.services[name]
    if (selected.has(name) || !service) continue
    selected.add(name)
    queue.push(...dependenciesOf(service, model))
  }
  return names.filter((name) => selected.has(name))
}

const hasProfile = (service: JsonObject | undefined) => listOf(service?.profiles).length > 0

function dependenciesOf(service: JsonObject, model: ComposeModel): readonly string[] {
  const declared = Object.entries(objectOf(service.depends_on))
    .filter(([name, options]) => objectOf(options).required !== false || !hasProfile(model.services[name]))
    .map(([name]) => name)
  const linked = stringsOf(service.links).map((link) => link.split(':')[0] as string)
  return [...declared, ...linked, ...sharedWith(service)]
}

/** Services whose namespaces or volumes a service shares. */
function sharedWith(service: JsonObject): readonly string[] {
  const namespaces = [service.network_mode, service.ipc, service.pid].flatMap((mode) => {
    const [, name] = /^service:(.+)$/.exec(textOf(mode ?? '')) ?? []
    return name ?? []
  })
  const volumes = stringsOf(service.volumes_from).map((entry) => entry.split(':')[0] as string)
  return [...namespaces, ...volumes]
}

/** Names of the networks that a service is on. */
export function networksOf(service: JsonObject | undefined): readonly string[] {
  const networks = service?.networks
  if (isObject(networks)) return Object.keys(networks)
  return service?.network_mode === undefined ? ['default'] : []
}

// Keys of a compose service that mean something outside of the sandbox only.
import { relative } from 'node:path'
import { isObject, isString, listOf, objectOf, textOf } from '../../config/json.ts'
import type { Json, JsonObject, ResolvedConfig } from '../../config/resolved-config.ts'
import { locateInCompose } from '../locate.ts'
import { type Container, type Hit, hit, type Project, type Rule } from '../rule.ts'

type Told = Readonly<Record<string, string>>

const PORTS: Told = { ports: 'are not published' }

const HOOKS: Told = { post_start: 'is not run', pre_stop: 'is not run', develop: 'is not used: nobody watches files' }

const NAMES: Told = {
  container_name: 'is not used',
  domainname: 'is left out',
  mac_address: 'is left out',
}

const OUTSIDE_NAMES: Told = {
  extra_hosts: 'are left out: no host can be reached but the services',
  dns: 'is left out: names are resolved by the closed network',
  dns_search: 'is left out',
  dns_opt: 'is left out',
}

const SETTINGS: Told = {
  ...{ logging: 'is left out', labels: 'are not set: nothing reads them', annotations: 'are left out' },
  ...{ storage_opt: 'is left out', pull_policy: 'is not used: what is not here is pulled' },
  ...Object.fromEntries(
    ['blkio_config', 'cpuset', 'mem_swappiness']
      .concat(['count', 'percent', 'period', 'quota', 'rt_period', 'rt_runtime'].map((name) => `cpu_${name}`))
      .map((key) => [key, 'is left out: mem_limit, cpus and pids_limit are the limits that count']),
  ),
  scale: 'is left out: one of each service runs',
}

export const COMPOSE_REWRITES: readonly Rule[] = [
  {
    id: 'AL703',
    title: 'names and addresses that two runs would collide on',
    severity: 'rewrite',
    promise: 4,
    reason: 'each run has names and addresses of its own, so that any number runs side by side',
    remedy: 'Nothing has to be done: services reach each other by their names in the compose file.',
    container: (container) => [...keysToldOf(container, NAMES), ...addresses(container), ...builtName(container)],
  },
  {
    id: 'AL706',
    title: "bind of the project's files",
    severity: 'rewrite',
    promise: 3,
    reason: 'nothing of the host is mounted: containers see the copy that Claude works on',
    remedy: 'Nothing has to be done; files that git ignores are brought in by name (include).',
    container: projectBinds,
  },
  {
    id: 'AL708',
    title: 'names of hosts outside',
    severity: 'rewrite',
    promise: 1,
    reason: "in the closed network there is only the project's own services",
    remedy: 'Reach outside hosts through the gateway: allowed_domains.',
    container: (container) => keysToldOf(container, OUTSIDE_NAMES),
  },
  {
    id: 'AL710',
    title: 'setting of the engine',
    severity: 'rewrite',
    promise: 5,
    reason: 'a run leaves nothing behind, logs nowhere else and has limits of its own',
    remedy: 'Nothing has to be done.',
    container: (container) => [...keysToldOf(container, SETTINGS), ...settings(container)],
  },
  {
    id: 'AL712',
    title: 'data of its own',
    severity: 'rewrite',
    promise: 4,
    reason: "a volume or network with a fixed name is the developer's own, or another project's",
    remedy: 'Nothing has to be done: each run gets a fresh one. Fill it by an init script or a migration.',
    config: fixedNames,
  },
  {
    id: 'AL714',
    title: 'config that is written in the compose file',
    severity: 'rewrite',
    promise: 3,
    reason: 'configs are mounted from the copy of the project, and this one is no file of it',
    remedy: 'Write its content to a file of the project: `file` instead of `content`.',
    container: inlineConfigs,
  },
]

// They are no file of the copy that could be mounted.
function inlineConfigs(container: Container, { model }: Project): readonly Hit[] {
  return listOf(container.keys.configs).flatMap((entry) => {
    const name = isString(entry) ? entry : String(objectOf(entry).source)
    return isString(model?.configs?.[name]?.content)
      ? [hit(container, 'configs', `config ${name} is not mounted`, name)]
      : []
  })
}

/** Ports of compose services; devcontainer.json's are in the same rule. */
export const publishedPorts = (container: Container) => keysToldOf(container, PORTS)
export const composeHooks = (container: Container) => keysToldOf(container, HOOKS)

function keysToldOf(container: Container, told: Told): readonly Hit[] {
  return Object.entries(told)
    .filter(([key]) => isGiven(container.keys[key]))
    .map(([key, what]) => ({ message: `${key} of ${container.name} ${what}`, source: container.at(key) }))
}

export function isGiven(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isObject(value) ? Object.keys(value).length > 0 : value !== undefined && value !== null && value !== ''
}

function addresses(container: Container): readonly Hit[] {
  return Object.entries(objectOf(container.keys.networks))
    .filter(([, options]) =>
      ['ipv4_address', 'ipv6_address', 'mac_address'].some((key) => isGiven(objectOf(options)[key])),
    )
    .map(([network]) => hit(container, 'networks', `fixed address in network ${network} is left out`, network))
}

// `docker compose build` would give the name to what was built, over an image of the same name that others use.
function builtName(container: Container): readonly Hit[] {
  const { build, image } = container.keys
  const names = [...(isObject(build) && isString(image) ? [image] : []), ...listOf(objectOf(build).tags)]
  return names.map((name) =>
    hit(container, isString(image) ? 'image' : 'build', `image name ${name} is not given to the built image`),
  )
}

function projectBinds(container: Container, { inside, withheld, directory }: Project): readonly Hit[] {
  return listOf(container.keys.volumes).flatMap((volume) => {
    const { type, source, target } = objectOf(volume)
    if (type !== 'bind' || !isString(source) || !inside(source)) return []
    const path = relative(directory, source) || '.'
    const what = withheld(source) ? 'a fresh volume because git ignores it' : "the workspace's copy"
    const message = `bind of ${path} in ${container.name} is ${what}, at ${target}`
    return [{ message, source: container.at('volumes', textOf(target)) }]
  })
}

// `service:x` and the like are harmless and not needed; what reaches out is refused by other rules.
const OWN_NAMESPACE = /^(service:.+|private|shareable|none)$/

function settings(container: Container): readonly Hit[] {
  const { keys } = container
  const { restart, deploy } = keys
  const namespaces = ['pid', 'ipc', 'cgroup'].filter((key) => OWN_NAMESPACE.test(textOf(keys[key] ?? '')))
  const forever = isString(restart) && /^(always|unless-stopped)$/.test(restart)
  const deployed = ['resources', 'replicas'].some((key) => isGiven(objectOf(deploy)[key]))
  return [
    ...namespaces.map((key) => hit(container, key, `${key}: ${keys[key]} is left out`)),
    ...(forever ? [hit(container, 'restart', `restart: ${restart} is restart: on-failure`)] : []),
    ...(deployed ? [hit(container, 'deploy', 'deploy is left out')] : []),
  ]
}

function fixedNames(config: ResolvedConfig, { model }: Project): readonly Hit[] {
  const used = new Set(config.services.flatMap((name) => namesUsedBy(model?.services[name])))
  return (['volumes', 'networks'] as const).flatMap((kind) =>
    Object.entries(model?.[kind] ?? {}).flatMap(([key, value]) => {
      const { name, external } = objectOf(value)
      if (!used.has(`${kind} ${key}`) || external || [undefined, `${model?.name}_${key}`].includes(name as string))
        return []
      const message = `${kind.slice(0, -1)} ${key} (named ${name}) is a fresh one in each run`
      return [{ message, source: locateInCompose(config, [kind, key, 'name']) }]
    }),
  )
}

function namesUsedBy(service: JsonObject | undefined): readonly string[] {
  const volumes = listOf(service?.volumes).flatMap((volume) => {
    const { type, source } = objectOf(volume)
    return type === 'volume' ? [`volumes ${source}`] : []
  })
  const networks = isObject(service?.networks) ? Object.keys(service.networks) : ['default']
  return [...volumes, ...networks.map((name) => `networks ${name}`)]
}

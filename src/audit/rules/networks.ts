// What would connect the closed network with another, or pass for the gateway.
import { isString, listOf, objectOf, stringsOf, textOf } from '../../config/json.ts'
import type { ResolvedConfig } from '../../config/resolved-config.ts'
import { networksOf } from '../../config/services.ts'
import { locateInCompose } from '../locate.ts'
import { type Container, type Hit, hit, type Project, type Rule } from '../rule.ts'

/** Names that airlock's own parts have; src/sandbox/names.ts. */
const RESERVED = /^airlock-(gateway|egress|workspace|baseline)$/i

export const NETWORKS: readonly Rule[] = [
  {
    id: 'AL401',
    title: 'network of somebody else, or with a driver',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 1,
    reason: 'an external network has other containers on it, and drivers other than bridge lead to the LAN or the host',
    remedy: 'Remove `external` and `driver`, or leave the service out (services).',
    config: networkHits,
  },
  {
    id: 'AL402',
    title: 'link to a container outside the project',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 1,
    reason: "external_links reach another project's containers",
    remedy: "Add the service to the project's own compose file.",
    container: (container) =>
      listOf(container.keys.external_links).map((link) =>
        hit(container, 'external_links', `external link ${textOf(link)}`, textOf(link)),
      ),
  },
  {
    id: 'AL403',
    title: 'name of a part of airlock',
    severity: 'refuse',
    whenAllowed: 'kept',
    promise: 2,
    reason: "a container that answers to the gateway's name is sent what is meant for the gateway",
    remedy: 'Give the service, alias, host name or volume another name.',
    config: reservedNames,
    container: (container) => namesOf(container, (name) => RESERVED.test(name)),
  },
  {
    id: 'AL404',
    title: 'engine that lets DNS out of closed networks',
    severity: 'refuse',
    whenAllowed: 'kept',
    promise: 1,
    reason: 'engines before 23.0.11, 25.0.5 and 26.0 answer outside names on internal networks (CVE-2024-29018)',
    remedy: 'Update Docker Engine to 26 or newer.',
    config: (_config, _project, { engineVersion }) =>
      engineVersion === undefined || keepsDnsInside(engineVersion)
        ? []
        : [{ message: `Docker Engine ${engineVersion}`, source: { file: 'engine' } }],
  },
  {
    id: 'AL405',
    title: 'name of a host outside that the gateway speaks to',
    severity: 'refuse',
    whenAllowed: 'kept',
    promise: 2,
    reason: "in the project's network the name means the container, and the gateway would send the model's key to it",
    remedy: 'Give the service, alias or host name another name.',
    container: (container, _project, { outside }) => namesOf(container, isAnyOf(outside)),
    config: (config, _project, { outside }) =>
      config.services
        .filter(isAnyOf(outside))
        .map((name) => ({ message: `service ${name}`, source: locateInCompose(config, ['services', name]) })),
  },
]

/** The names that a container answers to beside its service's. */
function namesOf(container: Container, isTaken: (name: string) => boolean): readonly Hit[] {
  const { hostname, networks } = container.keys
  const aliases = Object.values(objectOf(networks)).flatMap((on) => stringsOf(objectOf(on).aliases))
  const found = (key: string) => (name: string) => hit(container, key, `name ${name}`, name)
  return [
    ...aliases.filter(isTaken).map(found('networks')),
    ...(isString(hostname) && isTaken(hostname) ? [found('hostname')(hostname)] : []),
  ]
}

const isAnyOf = (outside: readonly string[] | undefined) => (name: string) => {
  const plain = name.toLowerCase().replace(/\.$/, '')
  return (outside ?? []).some((host) => plain === host.toLowerCase() || (host.startsWith('.') && plain.endsWith(host)))
}

function networkHits(config: ResolvedConfig, project: Project): readonly Hit[] {
  const used = new Set(config.services.flatMap((name) => networksOf(project.model?.services[name])))
  return Object.entries(project.model?.networks ?? {}).flatMap(([name, network]) => {
    if (!used.has(name)) return []
    const { external, driver } = objectOf(network)
    const at = (key: string) => locateInCompose(config, ['networks', name, key])
    return [
      ...(external ? [{ message: `network ${name} is external`, source: at('external') }] : []),
      ...(isString(driver) && !['bridge', 'default', ''].includes(driver)
        ? [{ message: `driver ${driver} of network ${name}`, source: at('driver') }]
        : []),
    ]
  })
}

function reservedNames(config: ResolvedConfig, { model }: Project): readonly Hit[] {
  const kinds = ['services', 'networks', 'volumes'] as const
  return kinds.flatMap((kind) =>
    Object.keys(model?.[kind] ?? {})
      .filter((name) => RESERVED.test(name))
      .map((name) => ({ message: `${kind.slice(0, -1)} ${name}`, source: locateInCompose(config, [kind, name]) })),
  )
}

function keepsDnsInside(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^0-9]+/).map(Number)
  if (major >= 26) return true
  if (major === 25) return minor > 0 || patch >= 5
  return major === 23 && (minor > 0 || patch >= 11)
}

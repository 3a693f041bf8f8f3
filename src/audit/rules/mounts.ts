// What a container sees of the host's files.
import { isString, listOf, objectOf, textOf } from '../../config/json.ts'
import type { Json, JsonObject, ResolvedConfig } from '../../config/resolved-config.ts'
import { locateInCompose } from '../locate.ts'
import { type Container, type Hit, hit, type Rule } from '../rule.ts'

const SOCKET = /(^|\/)(docker|containerd|podman|crio|buildkitd?|dockershim)[^/]*\.sock$|(^|\/)docker_engine$/

export const MOUNTS: readonly Rule[] = [
  {
    id: 'AL201',
    title: 'socket of the container engine',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 1,
    reason: 'whoever reaches the engine starts any container with any mount: that is root on the host',
    remedy: 'Remove the mount. Work that needs Docker inside the sandbox is not possible in it.',
    container: (container) => {
      const binds = bindsOf(container).filter(({ source }) => SOCKET.test(source))
      const asked = container.keys.use_api_socket === true ? [hit(container, 'use_api_socket', 'use_api_socket')] : []
      return [...binds.map(({ source, near }) => hit(container, 'volumes', `engine socket ${source}`, near)), ...asked]
    },
  },
  {
    id: 'AL202',
    title: "bind outside the project's folder",
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 3,
    reason: "a bind gives the container the host's own files: keys, configuration, other projects",
    remedy: 'Move what is needed into the project, or use a named volume.',
    container: (container, project) =>
      bindsOf(container)
        .filter(({ source }) => !SOCKET.test(source) && !project.inside(source))
        .map(({ source, near }) => hit(container, 'volumes', `bind of ${source}`, near)),
  },
  {
    id: 'AL203',
    title: 'volumes of another container',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 4,
    reason: 'volumes_from mounts whatever another container has, and containers of other projects can be named',
    remedy: 'Name the volumes that both services use under volumes.',
    container: (container) =>
      listOf(container.keys.volumes_from).map((from) =>
        hit(container, 'volumes_from', `volumes_from ${textOf(from)}`, textOf(from)),
      ),
  },
  {
    id: 'AL204',
    title: 'mount of an unknown kind',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 3,
    reason: 'only binds, volumes and tmpfs are understood; options such as volume-opt can mount any folder of the host',
    remedy: 'Write the mount with type, source, target and readonly only.',
    container: (container) =>
      listOf(container.keys.volumes)
        .filter((volume) => !isKnown(volume))
        .map((volume) => hit(container, 'volumes', `mount ${describe(volume)}`, nearOf(volume))),
  },
  {
    id: 'AL205',
    title: 'volume of somebody else, or with a driver',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 4,
    reason:
      "an external volume holds the developer's own data; a driver or its options can mount folders of the host or the network",
    remedy: 'Use a plain named volume: each run gets a fresh one.',
    config: (config, project) => {
      const used = new Set(config.services.flatMap((name) => volumesOf(project.model?.services[name])))
      return Object.entries(project.model?.volumes ?? {}).flatMap(([name, volume]) =>
        used.has(name) ? volumeHits(config, name, objectOf(volume)) : [],
      )
    },
  },
]

function volumeHits(config: ResolvedConfig, name: string, volume: JsonObject): readonly Hit[] {
  const { driver, external } = volume
  const options = objectOf(volume.driver_opts)
  const at = (key: string) => locateInCompose(config, ['volumes', name, key])
  return [
    ...(external ? [{ message: `volume ${name} is external`, source: at('external') }] : []),
    ...(isString(driver) && driver !== 'local'
      ? [{ message: `driver ${driver} of volume ${name}`, source: at('driver') }]
      : []),
    ...(Object.keys(options).length > 0 && options.type !== 'tmpfs'
      ? [
          {
            message: `driver_opts of volume ${name} (device ${options.device ?? 'unknown'})`,
            source: at('driver_opts'),
          },
        ]
      : []),
  ]
}

/** Names of the volumes that a service mounts. */
function volumesOf(service: JsonObject | undefined): readonly string[] {
  return listOf(service?.volumes).flatMap((volume) => {
    const { type, source } = objectOf(volume)
    return type === 'volume' && isString(source) ? [source] : []
  })
}

/** The binds of a container; `near` is text that the place where it is written has in it. */
function bindsOf(container: Container): readonly { readonly source: string; readonly near: string }[] {
  return listOf(container.keys.volumes).flatMap((volume) => {
    const { type, source, target } = objectOf(volume)
    // The source is written relative or with ~, so the target is the better mark.
    return type === 'bind' && isString(source) ? [{ source, near: textOf(target) }] : []
  })
}

const MOUNT_KEYS = new Set(['type', 'source', 'target', 'read_only', 'consistency', 'bind', 'volume', 'tmpfs'])

function isKnown(volume: Json): boolean {
  const mount = objectOf(volume)
  if (!['bind', 'volume', 'tmpfs'].includes(textOf(mount.type)) || !isString(mount.target)) return false
  // A volume whose name is a path is a bind by another spelling.
  if (mount.type === 'volume' && /[\\/]/.test(textOf(mount.source ?? ''))) return false
  if (mount.type === 'bind' && !isString(mount.source)) return false
  return Object.keys(mount).every((key) => MOUNT_KEYS.has(key))
}

function describe(volume: Json): string {
  const { type, source, target } = objectOf(volume)
  return isString(volume) ? volume : [type, source, target].filter((part) => part !== undefined).join(' ')
}

const nearOf = (volume: Json) => (isString(volume) ? volume : textOf(objectOf(volume).target ?? ''))

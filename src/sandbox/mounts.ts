// What a service mounts: its own fresh volumes, and parts of the workspace's copy where it bound parts of the checkout.

import { doubleDollars, singleDollars } from '../config/dollars.ts'
import type { Json, JsonObject } from '../config/resolved-config.ts'
import { WORKSPACE } from './names.ts'
import { insideProject, list, type ServiceContext } from './service-context.ts'

export function serviceMounts(service: JsonObject, context: ServiceContext): readonly JsonObject[] {
  const own = list(service.volumes).flatMap((volume) => mount(volume as JsonObject, context))
  return [...own, ...filesOf(service, 'configs', context), ...filesOf(service, 'secrets', context)]
}

function mount(volume: JsonObject, context: ServiceContext): readonly JsonObject[] {
  const target = String(volume.target)
  const readOnly = volume.read_only === true ? { read_only: true } : {}
  if (volume.type === 'tmpfs') return [{ type: 'tmpfs', target, ...(volume.tmpfs ? { tmpfs: volume.tmpfs } : {}) }]
  if (volume.type === 'bind') {
    const source = singleDollars(String(volume.source))
    return insideProject(context.directory, source) === undefined ? [] : [bindMount(source, target, readOnly, context)]
  }
  if (volume.type !== 'volume') return []
  if (typeof volume.source !== 'string') return [{ type: 'volume', target }]
  // A volume whose name is a path would be a bind by another spelling.
  if (!/^[A-Za-z0-9][\w.-]*$/.test(volume.source)) return []
  context.useVolume(volume.source)
  const subpath = (volume.volume as JsonObject | undefined)?.subpath
  return [{ type: 'volume', source: volume.source, target, ...readOnly, ...(subpath ? { volume: { subpath } } : {}) }]
}

// A folder that git ignores, or that isn't there yet, is where services keep data (`./pgdata`): it starts fresh.
export function bindMount(source: string, target: string, readOnly: JsonObject, context: ServiceContext): JsonObject {
  const path = insideProject(context.directory, source)
  if (path === undefined || (path !== '' && !context.inCopy(path))) return { type: 'volume', target }
  return workspaceMount(path, target, readOnly, context)
}

function workspaceMount(path: string, target: string, readOnly: JsonObject, context: ServiceContext): JsonObject {
  context.subpaths.push(path)
  const volume = path === '' ? { nocopy: true } : { nocopy: true, subpath: doubleDollars(path) }
  // The whole project is what is worked on; its parts are what a service starts from.
  const source = path === '' ? WORKSPACE : context.partsVolume
  return { type: 'volume', source, target, ...readOnly, volume }
}

/** Compose's `configs` and `secrets` of a service, where they are files of the project. */
function filesOf(service: JsonObject, kind: 'configs' | 'secrets', context: ServiceContext): readonly JsonObject[] {
  return list(service[kind]).flatMap((entry: Json) => {
    const { source, target } = typeof entry === 'string' ? { source: entry, target: undefined } : (entry as JsonObject)
    const file = context.model?.[kind]?.[String(source)]?.file
    const path = typeof file === 'string' ? insideProject(context.directory, file) : undefined
    if (path === undefined || !context.inCopy(path)) return []
    const name = typeof target === 'string' ? target : String(source)
    const place = name.startsWith('/') ? name : kind === 'secrets' ? `/run/secrets/${name}` : `/${name}`
    return [workspaceMount(path, place, { read_only: true }, context)]
  })
}

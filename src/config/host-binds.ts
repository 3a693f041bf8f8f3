// Binds of the host's own files that a container does as well without: whoever used them starts with nothing there.
// Left out on purpose are folders that hold what the project works on, and everything of the system: those stay, for the
// audit to refuse.
import { isBelow } from './below.ts'
import { isString, listOf, objectOf } from './json.ts'
import { parseMount } from './mount-text.ts'
import type { Json, JsonObject, Note, Place } from './resolved-config.ts'

/** Where images keep a database's data: with a fresh sandbox it starts empty, as a named volume does. */
const DATA = new RegExp(
  `^(${[
    '/var/lib/(postgresql|mysql|mongodb|redis|valkey|elasticsearch|opensearch|rabbitmq|neo4j|influxdb2?|clickhouse|cassandra|grafana|ghost)',
    '/(data|bitnami|meili_data|prometheus|consume|media)',
    '/usr/share/(elasticsearch|opensearch)/data',
    '/var/opt/mssql',
    '/qdrant/storage',
  ].join('|')})(/.*)?$`,
)

/** What a tool keeps in the user's home: caches, settings, keys. */
function isOfHome(source: string, home: string | undefined): boolean {
  // `${localEnv:HOME}` is not filled in: what is left of it starts at the root.
  if (/^\/\.[^./]/.test(source)) return true
  return home !== undefined && source !== home && isBelow(home, source) && /^\/\.[^./]/.test(source.slice(home.length))
}

export interface Left {
  /** The user's home on the host. */
  readonly home: string | undefined
  readonly note: Note
}

/** @param volume in the terms of a compose service, with plain `$` */
export function isLeftOut(volume: JsonObject, where: string, place: Place, { home, note }: Left): boolean {
  const { type, source, target } = volume
  if (type !== 'bind' || !isString(source) || !isString(target)) return false
  const isData = place.in === 'compose' && isDataFolder(source) && (DATA.test(target) || source.startsWith('/data/'))
  if (!isData && !isOfHome(source, home)) return false
  const text = `${source} of the host is not mounted into ${where}: ${target} starts empty`
  note(text, { kind: 'binds of the host', place: { ...place, near: target } })
  return true
}

// Not what belongs to the system, and not the temporary folder, which is everybody's.
const isDataFolder = (source: string) =>
  !/^\/(bin|boot|dev|etc|home|lib\w*|proc|root|run|sbin|sys|tmp|usr|var|Users)(\/|$)/.test(source) && source !== '/'

/** The mounts of devcontainer.json without those. */
export function keptMounts(mounts: Json | undefined, left: Left): readonly Json[] {
  const place: Place = { in: 'devcontainer', path: ['mounts'] }
  return listOf(mounts).filter((mount) => !isLeftOut(objectOf(parseMount(mount)), 'the sandbox', place, left))
}

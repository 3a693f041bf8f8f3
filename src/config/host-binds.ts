// Binds of the host's own files that a container does as well without: whoever used them starts with nothing there.
// Left out on purpose are folders that hold what the project works on, and everything of the system: those stay, for the
// audit to refuse.
import { resolve } from 'node:path'
import { isBelow } from './below.ts'
import { isString, listOf, objectOf } from './json.ts'
import { parseMount } from './mount-text.ts'
import type { Json, JsonObject, Note, Place } from './resolved-config.ts'

/** What compose is told about the user's ssh agent, whose keys are not for containers: a place that does not exist. */
export const NO_AGENT = '/run/airlock/no-ssh-agent'

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
  if (source === NO_AGENT) return true
  // `${localEnv:HOME}` is not filled in: what is left of it starts at the root.
  if (/^~?\/\.[^./]/.test(source)) return true
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
  if (type !== 'bind' || !isString(target)) return false
  if (!isString(source)) return place.in === 'devcontainer' && toldOfNothing(target, where, place, note)
  const isData = place.in === 'compose' && isDataFolder(source) && (DATA.test(target) || source.startsWith('/data/'))
  if (!isData && !isOfHome(source, home)) return false
  const text = `${source} of the host is not mounted into ${where}: ${target} starts empty`
  note(text, { kind: 'binds of the host', place: { ...place, near: target } })
  return true
}

// A variable of the host's was all that the mount named: the user's ssh agent, as a rule.
function toldOfNothing(target: string, where: string, place: Place, note: Note): boolean {
  const text = `nothing of the host is mounted into ${where} at ${target}: its variables are not filled in`
  note(text, { kind: 'binds of the host', place: { ...place, near: target } })
  return true
}

// Not what belongs to the system, and not the temporary folder, which is everybody's.
const isDataFolder = (source: string) =>
  !/^\/(bin|boot|dev|etc|home|lib\w*|proc|root|run|sbin|sys|tmp|usr|var|Users)(\/|$)/.test(source) && source !== '/'

/**
 * The mounts of devcontainer.json without those.
 *
 * @param directory what a relative source is relative to
 */
export function keptMounts(mounts: Json | undefined, directory: string, left: Left): readonly Json[] {
  const place: Place = { in: 'devcontainer', path: ['mounts'] }
  return listOf(mounts).flatMap((mount) => {
    const parsed = objectOf(parseMount(mount))
    const { type, source } = parsed
    if (type === 'bind' && isString(source) && /^\.\.?(\/|$)/.test(source)) {
      return [{ ...parsed, source: resolve(directory, source) }]
    }
    return isLeftOut(parsed, 'the sandbox', place, left) ? [] : [mount]
  })
}

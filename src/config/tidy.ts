// Small changes to compose's model that keep ordinary projects working in a closed sandbox. Each is told in a note.
import { join, posix, relative, sep } from 'node:path'
import { isBelow } from './below.ts'
import { doubleDollars, singleDollars } from './dollars.ts'
import { isLeftOut } from './host-binds.ts'
import { isObject, isString, listOf, objectOf, stringsOf } from './json.ts'
import type { ComposeModel, Json, JsonObject, Note, Place } from './resolved-config.ts'
import { networksOf } from './services.ts'

export interface TidyContext {
  /** The project's folder. */
  readonly directory: string
  /** The outermost folder whose bind means "the project and what is around it". */
  readonly surroundings: string
  readonly service: string
  /** The user's home on the host. */
  readonly home: string | undefined
  readonly note: Note
}

export function tidyModel(model: ComposeModel, context: TidyContext): ComposeModel {
  const services = Object.fromEntries(
    Object.entries(model.services).map(([name, service]) => [name, tidyService(name, service, context)]),
  )
  return { ...model, services: linksAsAliases(services) }
}

function tidyService(name: string, service: JsonObject, context: TidyContext): JsonObject {
  const given = listOf(service.volumes).map(objectOf)
  const others = given.filter((volume) => !isSharedMemory(volume))
  const volumes = others.flatMap((volume) => tidyVolume(name, volume, context))
  if (others.length < given.length) {
    const text = `service ${name} has shared memory of its own, not the host's`
    context.note(text, { kind: 'narrowed binds', place: inService(name, 'volumes', SHARED_MEMORY) })
  }
  return {
    ...service,
    ...(others.length < given.length && service.shm_size === undefined ? { shm_size: ENOUGH } : {}),
    ...(service.volumes === undefined ? {} : { volumes }),
    ...(service.environment === undefined ? {} : { environment: withValues(name, service.environment, context) }),
    ...(service.security_opt === undefined
      ? {}
      : { security_opt: keptSecurityOptions(service.security_opt, inService(name, 'security_opt'), context.note) }),
  }
}

// Browsers want more of it than the 64 MB of a container; the host's is where programs of the host meet.
const SHARED_MEMORY = '/dev/shm'
const ENOUGH = String(2 * 1024 ** 3)
const isSharedMemory = ({ type, source, target }: JsonObject) =>
  type === 'bind' && source === SHARED_MEMORY && target === SHARED_MEMORY

// A variable without a value would be taken from the host's environment when the service is started.
function withValues(name: string, environment: Json, { note }: TidyContext): JsonObject {
  const entries = Object.entries(objectOf(environment))
  const empty = entries.filter(([, value]) => value === null).map(([key]) => key)
  for (const variable of empty) {
    const text = `${variable} of the host's environment is not given to service ${name}`
    note(text, { kind: 'host variables', place: inService(name, 'environment', variable) })
  }
  return Object.fromEntries(entries.filter(([, value]) => value !== null))
}

// The clock's zone and nothing else; the container keeps its own.
const CLOCK = /^\/etc\/(localtime|timezone)$/

function tidyVolume(name: string, volume: JsonObject, context: TidyContext): readonly JsonObject[] {
  if (volume.type !== 'bind' || !isString(volume.source) || !isString(volume.target)) return [volume]
  const source = singleDollars(volume.source)
  if (CLOCK.test(source)) {
    const text = `${source} of the host is not mounted into service ${name}`
    context.note(text, { kind: 'narrowed binds', place: inService(name, 'volumes', source) })
    return []
  }
  const target = volume.target.replace(/(.)\/+$/, '$1')
  const inside = isBelow(context.directory, source) || isBelow(source, context.directory)
  if (!inside && isLeftOut({ ...volume, source, target }, `service ${name}`, inService(name, 'volumes'), context))
    return []
  const around = name === context.service && isAround(source, context)
  if (!around) return [{ ...volume, target }]
  const below = posix.join(target, relative(source, context.directory).split(sep).join('/'))
  const text = `service ${name} sees only the project's folder of ${source}, at ${below}`
  context.note(text, { kind: 'narrowed binds', place: inService(name, 'volumes', volume.target) })
  return [{ ...volume, source: doubleDollars(context.directory), target: below }]
}

// The common template mounts the folder around the project (`../..:/workspaces`), with every other project in it.
const isAround = (source: string, { directory, surroundings }: TidyContext) =>
  source !== directory && isBelow(source, directory) && isBelow(surroundings, source)

/**
 * Without the options that switch a protection off: debuggers ask for `seccomp=unconfined` out of habit, and ptrace has
 * worked under Docker's own profile since kernel 4.8. What is not known stays, for the audit to refuse.
 */
export function keptSecurityOptions(options: Json, place: Place, note: Note): readonly string[] {
  return stringsOf(options).filter((option) => {
    const loosens = /^(seccomp|apparmor|label)[=:]/.test(option)
    const text = `security option ${option} is left out: the engine's own profile stays on`
    if (loosens) note(text, { kind: 'protections', place: { ...place, near: option } })
    return !loosens
  })
}

const inService = (service: string, key: string, near?: string): Place => ({
  in: 'compose',
  path: ['services', service, key],
  ...(near === undefined ? {} : { near }),
})

// A link is an old way to give a service a second name.
function linksAsAliases(services: Readonly<Record<string, JsonObject>>): Readonly<Record<string, JsonObject>> {
  const aliases = new Map<string, Set<string>>()
  for (const service of Object.values(services)) {
    for (const link of stringsOf(service.links)) {
      const [name = '', alias] = link.split(':')
      if (alias && alias !== name) aliases.set(name, (aliases.get(name) ?? new Set()).add(alias))
    }
  }
  return Object.fromEntries(
    Object.entries(services).map(([name, { links: _links, ...service }]) => [
      name,
      aliases.has(name) ? { ...service, networks: withAliases(service, aliases.get(name) as Set<string>) } : service,
    ]),
  )
}

function withAliases(service: JsonObject, added: ReadonlySet<string>): JsonObject {
  const networks = objectOf(service.networks)
  return Object.fromEntries(
    networksOf(service).map((network) => {
      const options = isObject(networks[network]) ? networks[network] : {}
      return [network, { ...options, aliases: [...new Set([...stringsOf(options.aliases), ...added])] }]
    }),
  )
}

/** The folder whose bind still means the project: the one around it, or around the repository that it lies in. */
export const surroundingsOf = (directory: string, repository: string | undefined) => join(repository ?? directory, '..')

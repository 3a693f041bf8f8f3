// Compose's own view of a project against the files as we read them. Two parsers that read one file in two ways are how
// something gets past whoever looks at it; here the audit judges compose's view, and places come from ours.
import { singleDollars } from './dollars.ts'
import { isObject, isString, objectOf, stringsOf, textOf } from './json.ts'
import type { ComposeModel, Difference, Json, JsonObject, SourceDocument } from './resolved-config.ts'

/** Keys that compose fills in by itself, or from other keys and files. */
const FILLED_IN = new Set([
  'command',
  'entrypoint',
  'networks',
  'depends_on',
  'environment',
  'labels',
  'deploy',
  'scale',
])

/** Single values that compose passes on as they are written. */
const AS_WRITTEN = [
  'image',
  'privileged',
  'network_mode',
  'pid',
  'ipc',
  'uts',
  'userns_mode',
  'cgroup',
  'user',
  'runtime',
]

const KINDS = ['networks', 'volumes', 'secrets', 'configs'] as const

export interface Written {
  /** Of the `-f` options. */
  readonly files: readonly SourceDocument[]
  readonly parts: readonly SourceDocument[]
}

export function composeDifferences({ files, parts }: Written, model: ComposeModel): readonly Difference[] {
  const all = [...files, ...parts]
  const written = new Map<string, readonly JsonObject[]>()
  const services = (name: string) => {
    if (!written.has(name))
      written.set(name, all.map(({ value }) => ownOf(objectOf(value.services), name)).filter(isObject))
    return written.get(name) as readonly JsonObject[]
  }
  const found = Object.entries(model.services).flatMap(([name, service]) =>
    services(name).length === 0
      ? [{ message: `compose has a service ${name}, and no file does`, path: ['services'] }]
      : inService(name, singleDollars(service), services),
  )
  const missing = files.flatMap(({ value }) =>
    Object.entries(objectOf(value.services))
      .filter(([name, service]) => isObject(service) && !Object.hasOwn(model.services, name))
      // A later file may take it away: `a: !reset null`.
      .filter(([name]) => all.every((document) => isObject(ownOf(objectOf(document.value.services), name) ?? {})))
      .map(([name]) => ({ message: `compose has no service ${name}`, path: ['services', name] })),
  )
  return [...found, ...missing, ...elsewhere(all, model)].map((one) => ({ tool: 'compose', ...one }))
}

type Found = Omit<Difference, 'tool'>

function inService(
  name: string,
  service: JsonObject,
  services: (name: string) => readonly JsonObject[],
): readonly Found[] {
  const chain = withBases(name, services)
  const own = services(name)
  const keys = new Set(chain.flatMap((one) => Object.keys(one)))
  const added = Object.keys(service)
    .filter((key) => !keys.has(key) && !FILLED_IN.has(key) && !isNothing(service[key]))
    .map((key) => ({ message: `compose has ${key} on service ${name}, and no file does`, path: ['services', name] }))
  if (chain.length > 1) return added
  const changed = AS_WRITTEN.filter((key) => {
    const value = own[0]?.[key]
    return isSingle(value) && !textOf(value).includes('$') && textOf(service[key]) !== textOf(value)
  })
  return [
    ...added,
    ...changed.map((key) => ({
      message: `compose reads another ${key} on service ${name}`,
      path: ['services', name, key],
    })),
  ]
}

/** The service as all files write it, and what it extends. */
function withBases(name: string, services: (name: string) => readonly JsonObject[]): readonly JsonObject[] {
  const seen = new Set<string>()
  const queue = [name]
  const chain: JsonObject[] = []
  while (queue.length > 0) {
    const next = queue.shift() as string
    if (seen.has(next)) continue
    seen.add(next)
    for (const one of services(next)) {
      chain.push(one)
      const base = isString(one.extends) ? one.extends : objectOf(one.extends).service
      if (isString(base)) queue.push(base)
    }
  }
  return chain
}

function elsewhere(all: readonly SourceDocument[], model: ComposeModel): readonly Found[] {
  return KINDS.flatMap((kind) => {
    const known = new Set(
      all.flatMap(({ value }) => [...Object.keys(objectOf(value[kind])), ...stringsOf(value[kind])]),
    )
    return Object.keys(objectOf(model[kind] as Json | undefined))
      .filter((name) => !known.has(name) && !(kind === 'networks' && name === 'default'))
      .map((name) => ({ message: `compose has ${kind} ${name}, and no file does`, path: [kind] }))
  })
}

const ownOf = (object: JsonObject, key: string) => (Object.hasOwn(object, key) ? object[key] : undefined)
const isSingle = (value: Json | undefined) => ['string', 'boolean', 'number'].includes(typeof value)
const isNothing = (value: Json | undefined) =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0)

// The merged view of an image's devcontainer.metadata label: what every layer (base image, features, devcontainer.json)
// asks of the container. Semantics: https://containers.dev/implementors/spec/#merge-logic
import type { Json, JsonObject } from '../config/resolved-config.ts'

/** A lifecycle command as written: a shell line, an argument vector, or named ones that run side by side. */
export type Command =
  | { readonly kind: 'shell'; readonly line: string }
  | { readonly kind: 'exec'; readonly argv: readonly string[] }
  | { readonly kind: 'parallel'; readonly commands: ReadonlyMap<string, Command> }

export const LIFECYCLE = ['onCreateCommand', 'updateContentCommand', 'postCreateCommand', 'postStartCommand'] as const
export type LifecycleName = (typeof LIFECYCLE)[number]

export interface MetadataMount {
  readonly type: string
  readonly source?: string
  readonly target: string
}

export interface Metadata {
  readonly remoteUser?: string
  readonly containerUser?: string
  readonly remoteEnv: Readonly<Record<string, string>>
  readonly userEnvProbe: 'none' | 'loginShell' | 'interactiveShell' | 'loginInteractiveShell'
  readonly overrideCommand?: boolean
  readonly init: boolean
  readonly capAdd: readonly string[]
  readonly securityOpt: readonly string[]
  readonly entrypoints: readonly string[]
  readonly mounts: readonly MetadataMount[]
  readonly lifecycle: readonly { readonly name: LifecycleName; readonly command: Command }[]
}

/** @param label the label's text; undefined or empty for an image without one. Throws SyntaxError on broken JSON. */
export function parseLabel(label: string | undefined): readonly JsonObject[] {
  if (!label) return []
  const parsed = JSON.parse(label) as Json
  const entries = Array.isArray(parsed) ? (parsed as readonly Json[]) : [parsed]
  return entries.filter(isObject)
}

export function mergeMetadata(entries: readonly JsonObject[]): Metadata {
  const last = <T>(key: string, accept: (value: Json | undefined) => value is T & Json): T | undefined =>
    entries.map((entry) => entry[key]).findLast(accept)
  const lists = (key: string) => entries.flatMap((entry) => (Array.isArray(entry[key]) ? (entry[key] as Json[]) : []))
  const remoteUser = last('remoteUser', isString)
  const containerUser = last('containerUser', isString)
  const overrideCommand = last('overrideCommand', isBoolean)
  return {
    ...(remoteUser === undefined ? {} : { remoteUser }),
    ...(containerUser === undefined ? {} : { containerUser }),
    ...(overrideCommand === undefined ? {} : { overrideCommand }),
    remoteEnv: Object.assign({}, ...entries.map((entry) => strings(entry.remoteEnv))) as Record<string, string>,
    userEnvProbe: last('userEnvProbe', isProbe) ?? 'loginInteractiveShell',
    init: entries.some((entry) => entry.init === true),
    capAdd: [...new Set(lists('capAdd').filter(isString))],
    securityOpt: [...new Set(lists('securityOpt').filter(isString))],
    entrypoints: entries.map((entry) => entry.entrypoint).filter(isString),
    mounts: uniqueByTarget(
      lists('mounts')
        .map(mount)
        .filter((value) => value !== undefined),
    ),
    lifecycle: LIFECYCLE.flatMap((name) =>
      entries.flatMap((entry) => {
        const parsed = command(entry[name])
        return parsed ? [{ name, command: parsed }] : []
      }),
    ),
  }
}

function command(value: Json | undefined): Command | undefined {
  if (isString(value)) return value === '' ? undefined : { kind: 'shell', line: value }
  if (Array.isArray(value)) return value.length === 0 ? undefined : { kind: 'exec', argv: value.map(String) }
  if (!isObject(value)) return undefined
  const named = Object.entries(value).flatMap(([name, part]) => {
    const parsed = command(part)
    return parsed ? ([[name, parsed]] as const) : []
  })
  return { kind: 'parallel', commands: new Map(named) }
}

// A mount is written as an object or as `type=volume,source=x,target=/y`.
function mount(value: Json): MetadataMount | undefined {
  const fields = isString(value)
    ? Object.fromEntries(value.split(',').map((part) => [part.split('=', 1)[0], part.slice(part.indexOf('=') + 1)]))
    : isObject(value)
      ? value
      : {}
  const target = fields.target ?? fields.destination ?? fields.dst
  const source = fields.source ?? fields.src
  if (!isString(target)) return undefined
  return { type: String(fields.type ?? 'volume'), target, ...(isString(source) ? { source } : {}) }
}

function uniqueByTarget(mounts: readonly MetadataMount[]): readonly MetadataMount[] {
  return [...new Map(mounts.map((entry) => [entry.target, entry])).values()]
}

function strings(value: Json | undefined): Record<string, string> {
  if (!isObject(value)) return {}
  return Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => isString(pair[1])))
}

const PROBES = ['none', 'loginShell', 'interactiveShell', 'loginInteractiveShell'] as const
const isProbe = (value: Json | undefined): value is (typeof PROBES)[number] => PROBES.some((probe) => probe === value)
const isString = (value: Json | undefined): value is string => typeof value === 'string'
const isBoolean = (value: Json | undefined): value is boolean => typeof value === 'boolean'
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// The keys of devcontainer.json that airlock knows, and what their values must look like.
// From https://containers.dev/implementors/json_reference/ and the schema of devcontainers/spec.
import { isObject, isString } from './json.ts'
import type { Problems } from './problems.ts'
import type { Json, JsonObject, SourceDocument } from './resolved-config.ts'

type Shape =
  | 'string'
  | 'boolean'
  | 'object'
  | 'array'
  | 'strings'
  | 'string map'
  | 'command'
  | 'any'
  | readonly string[]

const SHAPES: Readonly<Record<string, Shape>> = {
  $schema: 'string',
  name: 'string',
  image: 'string',
  build: 'object',
  dockerFile: 'string',
  context: 'string',
  dockerComposeFile: 'strings',
  service: 'string',
  runServices: 'array',
  workspaceFolder: 'string',
  workspaceMount: 'string',
  features: 'object',
  overrideFeatureInstallOrder: 'array',
  runArgs: 'array',
  appPort: 'any',
  forwardPorts: 'array',
  portsAttributes: 'object',
  otherPortsAttributes: 'object',
  shutdownAction: ['none', 'stopContainer', 'stopCompose'],
  overrideCommand: 'boolean',
  remoteUser: 'string',
  containerUser: 'string',
  updateRemoteUserUID: 'boolean',
  containerEnv: 'string map',
  remoteEnv: 'string map',
  userEnvProbe: ['none', 'loginShell', 'loginInteractiveShell', 'interactiveShell'],
  mounts: 'array',
  init: 'boolean',
  privileged: 'boolean',
  capAdd: 'array',
  securityOpt: 'array',
  initializeCommand: 'command',
  onCreateCommand: 'command',
  updateContentCommand: 'command',
  postCreateCommand: 'command',
  postStartCommand: 'command',
  postAttachCommand: 'command',
  waitFor: [
    'initializeCommand',
    'onCreateCommand',
    'updateContentCommand',
    'postCreateCommand',
    'postStartCommand',
    'postAttachCommand',
  ],
  hostRequirements: 'object',
  customizations: 'object',
  secrets: 'object',
  // Written by older versions of the editors; they describe the editor and nothing else.
  extensions: 'array',
  settings: 'object',
  devPort: 'any',
}

export const KNOWN_KEYS: ReadonlySet<string> = new Set(Object.keys(SHAPES))

/** Adds a problem for each value of the wrong kind. Unknown keys are the audit's business. */
export function checkShape(document: SourceDocument, problems: Problems): void {
  for (const [key, value] of Object.entries(document.value)) {
    const wanted = Object.hasOwn(SHAPES, key) ? SHAPES[key] : undefined
    if (wanted === undefined || fits(value, wanted)) continue
    problems.add(`"${key}" must be ${describe(wanted)}`, document.locate([key]))
  }
  const build = document.value.build as JsonObject | undefined
  for (const key of ['dockerfile', 'context', 'target'] as const) {
    const value = build?.[key]
    if (value === undefined || typeof value === 'string') continue
    problems.add(`"build.${key}" must be a string`, document.locate(['build', key]))
  }
  if (build?.args !== undefined && !fits(build.args, 'string map')) {
    problems.add('"build.args" must be an object of strings', document.locate(['build', 'args']))
  }
}

function fits(value: Json, shape: Shape): boolean {
  if (Array.isArray(shape)) return shape.includes(value as string)
  if (shape === 'any') return true
  if (shape === 'array') return Array.isArray(value)
  if (shape === 'object') return isObject(value)
  if (shape === 'strings') return isString(value) || (Array.isArray(value) && value.every(isString))
  if (shape === 'string map')
    return isObject(value) && Object.values(value).every((part) => part === null || isString(part))
  if (shape === 'command') {
    const simple = (part: Json) => isString(part) || (Array.isArray(part) && part.every(isString))
    return simple(value) || (isObject(value) && Object.values(value).every(simple))
  }
  return typeof value === shape
}

function describe(shape: Shape): string {
  if (Array.isArray(shape)) return `one of ${shape.join(', ')}`
  if (shape === 'strings') return 'a string or an array of strings'
  if (shape === 'string map') return 'an object of strings'
  if (shape === 'command') return 'a string, an array of strings, or an object of those'
  return shape === 'object' || shape === 'array' ? `an ${shape}` : `a ${shape as string}`
}

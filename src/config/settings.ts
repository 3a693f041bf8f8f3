// The parts of devcontainer.json that go into the sandbox's image, and its features.
import { isObject, isString, objectOf } from './json.ts'
import type { Json, JsonObject } from './resolved-config.ts'

// Left out on purpose: initializeCommand (it runs on the host), updateRemoteUserUID (the workspace is a volume, owned by
// the user as it is), forwardPorts and what else describes an editor's window.
const SETTINGS = [
  'remoteUser',
  'containerUser',
  'containerEnv',
  'remoteEnv',
  'userEnvProbe',
  'onCreateCommand',
  'updateContentCommand',
  'postCreateCommand',
  'postStartCommand',
  'postAttachCommand',
  'waitFor',
  'mounts',
  'init',
  'overrideCommand',
  'capAdd',
  'securityOpt',
  'privileged',
  'customizations',
] as const

/** @param value devcontainer.json with its variables replaced */
export function settingsOf(value: JsonObject): JsonObject {
  const kept = SETTINGS.filter((key) => value[key] !== undefined).map((key) => [key, value[key] as Json] as const)
  const order = value.overrideFeatureInstallOrder
  return {
    ...Object.fromEntries(kept),
    ...(Array.isArray(order)
      ? { overrideFeatureInstallOrder: order.filter((id) => !(isString(id) && (isClaudeCode(id) || needsEngine(id)))) }
      : {}),
  }
}

export interface Features {
  /** Without those that need a container engine either: there is none in the sandbox. */
  readonly features: JsonObject
  /** Options of our own Claude Code feature. */
  readonly claudeFeature: JsonObject
  /** Ids of the features that were taken out. */
  readonly leftOut: readonly string[]
}

/**
 * Takes Claude Code's features out: airlock brings it itself, in the version that the run asks for. Options are kept
 * only of our own feature; another one's have another meaning.
 */
export function featuresOf(value: JsonObject): Features {
  const all = Object.entries(objectOf(value.features))
  const claude = all.filter(([id]) => isClaudeCode(id))
  const own = claude.find(([id]) => /airlock/.test(id) || id.startsWith('.'))
  return {
    features: Object.fromEntries(all.filter(([id]) => !isClaudeCode(id) && !needsEngine(id))),
    claudeFeature: isObject(own?.[1]) ? withoutVersionOption(own[1]) : {},
    leftOut: claude.map(([id]) => id),
  }
}

const isClaudeCode = (id: string) => /(^|\/)claude-code$/.test(withoutVersion(id))

/** Features that need a privileged container, or the host's engine. */
export const needsEngine = (id: string) =>
  /(^|\/)docker-(in-docker|outside-of-docker|from-docker)$/.test(withoutVersion(id))

// `ghcr.io/owner/features/name:1` or `…/name@sha256:…`; a colon before a slash is a port.
const withoutVersion = (id: string) => id.replace(/@[^/]*$/, '').replace(/:[^/]*$/, '')

function withoutVersionOption(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'version'))
}

// Features: programs that run as root while the image is built.
import { isObject, isString, objectOf } from '../../config/json.ts'
import type { Json, LocalFeature } from '../../config/resolved-config.ts'
import { needsEngine } from '../../config/settings.ts'
import type { Hit, Rule } from '../rule.ts'

/** https://containers.dev/implementors/features/#devcontainer-featurejson-properties */
const KEYS = new Set(
  [
    'id version name description documentationURL licenseURL keywords options containerEnv privileged init capAdd',
    'securityOpt entrypoint customizations dependsOn installsAfter legacyIds deprecated mounts onCreateCommand',
    'updateContentCommand postCreateCommand postStartCommand postAttachCommand $schema',
  ].flatMap((line) => line.split(' ')),
)

const keysOf = ({ document }: LocalFeature, key: string) => Object.keys(objectOf(document.value[key]))

export const FEATURES: readonly Rule[] = [
  {
    id: 'AL811',
    title: 'feature over an open line',
    severity: 'refuse',
    promise: 3,
    reason: 'a feature runs as root while the image is built, and without TLS anybody on the way can replace it',
    remedy: 'Use the feature from an OCI registry, or from an https address.',
    whenAllowed: 'kept',
    config: ({ devcontainer, features }) =>
      Object.keys(features)
        .filter((id) => /^(?!https:)[a-z][a-z0-9+.-]*:\/\//i.test(id))
        .map((id) => ({ message: `feature ${id}`, source: devcontainer?.locate(['features', id]) ?? { file: '' } })),
  },
  {
    id: 'AL812',
    title: 'feature of the project that brings one which needs a container engine',
    severity: 'refuse',
    promise: 1,
    reason: "the feature needs a privileged container or the host's engine, and either is root on the host",
    remedy: 'Remove it from dependsOn.',
    whenAllowed: 'kept',
    config: ({ localFeatures }) =>
      (localFeatures ?? []).flatMap((feature) =>
        keysOf(feature, 'dependsOn')
          .filter(needsEngine)
          .map((id) => ({
            message: `dependsOn ${id} of feature ${feature.id}`,
            source: feature.document.locate(['dependsOn', id]),
          })),
      ),
  },
  {
    id: 'AL813',
    title: 'unknown key in devcontainer-feature.json',
    severity: 'warn',
    promise: 1,
    reason: 'the key is not used',
    remedy: 'Check its spelling.',
    config: ({ localFeatures }) =>
      (localFeatures ?? []).flatMap(({ document }) =>
        Object.keys(document.value)
          .filter((key) => !KEYS.has(key))
          .map((key) => ({ message: `unknown key "${key}"`, source: document.locate([key]) })),
      ),
  },
  {
    id: 'AL814',
    title: 'lock file that says two things',
    severity: 'refuse',
    promise: 3,
    reason: 'who reviews the lock file sees another feature than the one that is fetched',
    remedy: 'Make the file anew: devcontainer upgrade.',
    whenAllowed: 'kept',
    config: ({ lockfile }) =>
      Object.entries(objectOf(lockfile?.value.features)).flatMap(([id, entry]): readonly Hit[] => {
        const message = faultOf(id, entry)
        return message === undefined || !lockfile ? [] : [{ message, source: lockfile.locate(['features', id]) }]
      }),
  },
]

function faultOf(id: string, entry: Json): string | undefined {
  if (!isObject(entry)) return `the lock of ${id} is no object`
  const { resolved, integrity } = entry
  if (!isString(resolved) || !isString(integrity) || !/^sha256:[0-9a-f]{64}$/.test(integrity)) {
    return `the lock of ${id} has no resolved address or no sha256 integrity`
  }
  if (/^https:/.test(id)) return resolved === id ? undefined : `the lock of ${id} is for ${resolved}`
  const [name, digest] = resolved.split('@')
  if (name !== nameOf(id)) return `the lock of ${id} is for ${resolved}`
  return digest === integrity ? undefined : `the lock of ${id} names two digests`
}

// A colon before a slash is a port.
const nameOf = (id: string) => id.replace(/@[^/]*$/, '').replace(/:[^/:]*$/, '')

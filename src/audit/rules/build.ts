// What building the images may read, write and reach.
import { isObject, isString, listOf, objectOf, stringsOf } from '../../config/json.ts'
import type { Json, JsonObject } from '../../config/resolved-config.ts'
import { type Container, type Hit, hit, type Project, type Rule } from '../rule.ts'

/** Keys of a service's `build` that neither read nor reach beyond the project. `tags` and `labels` are not used. */
const BUILD_KEYS = new Set([
  'args',
  'context',
  'dockerfile',
  'dockerfile_inline',
  'isolation',
  'labels',
  'no_cache',
  'platforms',
  'provenance',
  'pull',
  'sbom',
  'shm_size',
  'tags',
  'target',
  'ulimits',
  'cache_from',
])

/** Asking for nothing is harmless, whatever the key. */
const isEmpty = (value: Json | undefined) =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0)

export const BUILD: readonly Rule[] = [
  {
    id: 'AL501',
    title: 'build options',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 2,
    reason: "options of the build command read the host's files and variables, and write to any place of the host",
    remedy: 'Remove build.options; build.args, build.target and build.context remain.',
    config: ({ devcontainer }) =>
      listOf(objectOf(devcontainer?.value.build).options).map((option, index) => ({
        message: `build option ${option} in devcontainer.json`,
        source: devcontainer?.locate(['build', 'options', index]) ?? { file: 'devcontainer.json' },
      })),
  },
  {
    id: 'AL502',
    title: 'build that asks the host for more',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 2,
    reason: "ssh, secrets, privileges and extra contexts give the build the host's keys, files or network",
    remedy: 'Remove the key from build.',
    container: (container, project) => [
      ...unknownKeys(container, project),
      ...stringsOf(buildOf(container).cache_from)
        .filter((entry) => /(^|,)type=(?!registry|inline|gha)|(^|,)src=/.test(entry))
        .map((entry) => hit(container, 'build', `build.cache_from ${entry}`, 'cache_from')),
    ],
  },
  {
    id: 'AL503',
    title: 'build context outside the project',
    severity: 'refuse',
    whenAllowed: 'kept',
    promise: 3,
    reason: "the build copies the host's files from there into the image, past git's choice of what the sandbox sees",
    remedy: 'Run airlock in the folder that holds the build context.',
    container: (container, project) => {
      const { context, dockerfile } = buildOf(container)
      const paths = [context, isString(dockerfile) && dockerfile.startsWith('/') ? dockerfile : undefined]
      return paths
        .filter((path) => isString(path) && !project.inside(path))
        .map((path) => hit(container, 'build', `build from ${path}`, 'context'))
    },
    config: (config, { inside }) => {
      if (config.kind !== 'dockerfile' || config.base.kind !== 'build') return []
      const source = config.devcontainer?.locate(['build', 'context']) ?? { file: 'devcontainer.json' }
      const paths = [config.base.context, config.base.dockerfile].filter((path) => !inside(path))
      return paths.map((path) => ({ message: `build from ${path} in devcontainer.json`, source }))
    },
  },
]

const buildOf = (container: Container): JsonObject => objectOf(container.keys.build)

function unknownKeys(container: Container, project: Project): readonly Hit[] {
  return Object.entries(buildOf(container))
    .filter(([key, value]) => !BUILD_KEYS.has(key) && !key.startsWith('x-') && !isEmpty(value))
    .filter(([key, value]) => !isHarmless(key, value, project))
    .map(([key]) => hit(container, 'build', `build.${key}`, key))
}

function isHarmless(key: string, value: Json, project: Project): boolean {
  if (key === 'network') return value === 'none' || value === 'default'
  if (key !== 'additional_contexts' || !isObject(value)) return false
  return Object.values(value).every(
    (context) =>
      isString(context) && (/^(docker-image:\/\/|service:|target:)/.test(context) || project.inside(context)),
  )
}

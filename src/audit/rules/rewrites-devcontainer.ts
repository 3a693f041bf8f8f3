// Keys of devcontainer.json that mean something on the host or in an editor only, with their likes of compose.
import { objectOf } from '../../config/json.ts'
import type { ResolvedConfig } from '../../config/resolved-config.ts'
import type { Hit, Rule } from '../rule.ts'
import { composeHooks, isGiven, publishedPorts } from './rewrites-compose.ts'

type Told = Readonly<Record<string, string>>

export const DEVCONTAINER_REWRITES: readonly Rule[] = [
  {
    id: 'AL701',
    title: 'published ports',
    severity: 'rewrite',
    promise: 1,
    reason: 'a published port is open to the host, and often to its whole network',
    remedy: "Nothing has to be done: in the sandbox each service's ports answer by its name.",
    container: publishedPorts,
    config: (config) =>
      keysTold(config, { forwardPorts: 'are not forwarded', appPort: 'is not published', devPort: 'is not used' }),
  },
  {
    id: 'AL702',
    title: 'command that is not run',
    severity: 'rewrite',
    promise: 2,
    reason: "it would run on the host, with the host's environment, or when somebody attaches or stops",
    remedy: 'What the project needs inside belongs to onCreateCommand or postCreateCommand.',
    container: composeHooks,
    config: (config) =>
      keysTold(config, {
        initializeCommand: 'is not run: it would run on the host',
        postAttachCommand: 'is not run: nobody attaches',
      }),
  },
  {
    id: 'AL713',
    title: 'build cache and host requirements of devcontainer.json',
    severity: 'rewrite',
    promise: 2,
    reason: "a cache can be any folder of the host, and requirements can hand the host's graphics cards in",
    remedy: 'Nothing has to be done.',
    config: (config) => [
      ...keysTold(config, { hostRequirements: 'are not used' }),
      ...(isGiven(objectOf(config.devcontainer?.value.build).cacheFrom)
        ? [{ message: 'build.cacheFrom is left out', source: at(config, ['build', 'cacheFrom']) }]
        : []),
    ],
  },
]

function keysTold(config: ResolvedConfig, told: Told): readonly Hit[] {
  return Object.entries(told)
    .filter(([key]) => isGiven(config.devcontainer?.value[key]))
    .map(([key, what]) => ({ message: `${key} ${what}`, source: at(config, [key]) }))
}

const at = ({ devcontainer }: ResolvedConfig, path: readonly string[]) =>
  devcontainer?.locate(path) ?? { file: 'devcontainer.json' }

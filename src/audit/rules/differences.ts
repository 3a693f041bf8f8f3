// Two tools that read one configuration in two ways.
import type { ResolvedConfig } from '../../config/resolved-config.ts'
import { locatePlace } from '../locate.ts'
import type { Hit, Rule } from '../rule.ts'

const from = (tool: 'compose' | 'devcontainers') => ({
  config: (config: ResolvedConfig): readonly Hit[] =>
    (config.differences ?? [])
      .filter((difference) => difference.tool === tool)
      .map(({ message, path }) => ({
        message,
        source: locatePlace(config, { in: tool === 'compose' ? 'compose' : 'devcontainer', path }),
      })),
})

export const DIFFERENCES: readonly Rule[] = [
  {
    id: 'AL901',
    title: 'compose reads the files in another way',
    severity: 'refuse',
    promise: 3,
    reason: 'what a reviewer sees in the file is not what would be started',
    remedy: 'Write the place so that all parsers agree: no odd quoting, no unusual tags.',
    whenAllowed: 'kept',
    ...from('compose'),
  },
  {
    id: 'AL902',
    title: 'the devcontainers CLI reads devcontainer.json in another way',
    severity: 'refuse',
    promise: 3,
    reason: 'what a reviewer sees in the file is not what other tools would start',
    remedy: 'Write the place so that all parsers agree: plain JSON with comments.',
    whenAllowed: 'left out',
    ...from('devcontainers'),
  },
]

// The ONBUILD triggers of the images under a build: instructions of somebody else that run in it.
import { parseDockerfile } from '../config/dockerfile.ts'
import { variables } from '../config/dockerfile-variables.ts'
import type { Source } from '../config/resolved-config.ts'
import type { Docker } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'

/** Judges an image's triggers before a build runs them; throws what stops the run. */
export type JudgeTriggers = (image: string, triggers: readonly string[], source?: Source) => void

interface TriggerDeps {
  readonly docker: Docker
  readonly signal: AbortSignal
  readonly judgeTriggers: JudgeTriggers
}

const ARCH = process.arch === 'x64' ? 'amd64' : process.arch
const BUILT_IN = ['TARGET', 'BUILD'].flatMap((name) => [
  `${name}PLATFORM=linux/${ARCH}`,
  ...[`${name}OS=linux`, `${name}ARCH=${ARCH}`],
])

/** The images that a Dockerfile's stages start from, with the line of each. */
export function startsFrom(text: string, args: Readonly<Record<string, string>>) {
  const known = variables(args)
  known.read({ keyword: 'ENV', flags: [], words: BUILT_IN, line: 0, onbuild: false })
  const stages = new Set(['scratch'])
  return parseDockerfile(text).instructions.flatMap((one) => {
    known.read(one)
    if (one.keyword !== 'FROM') return []
    const [written = '', as = '', name = ''] = one.words
    const image = known.expand(written)
    const isStage = stages.has(image.toLowerCase())
    if (as.toLowerCase() === 'as') stages.add(name.toLowerCase())
    return isStage ? [] : [{ image, line: one.line }]
  })
}

/** Looks at each image under a Dockerfile; `pull` brings those that the engine lacks. */
export async function checkBases(
  { text, args, file }: { text: string; args: Readonly<Record<string, string>>; file: string },
  pull: (image: string) => Promise<unknown>,
  deps: TriggerDeps,
): Promise<void> {
  for (const { image, line } of startsFrom(text, args)) {
    if (image.includes('$')) {
      throw new AirlockError('audit', `the image that ${file} starts from can not be known: ${image}`, {
        where: `${file}:${line}`,
        next: 'Give each ARG in a FROM line a default, or its value in build.args.',
      })
    }
    await pull(image)
    await checkTriggers(image, deps, { file, line })
  }
}

export async function checkTriggers(image: string, { docker, signal, judgeTriggers }: TriggerDeps, source?: Source) {
  const command = ['image', 'inspect', '--format', '{{json .Config.OnBuild}}', image]
  const triggers = JSON.parse(await docker.expect(`inspecting image ${image}`, command, { signal })) as string[] | null
  if (triggers && triggers.length > 0) judgeTriggers(image, triggers, source)
}

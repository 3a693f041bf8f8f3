// Images that are built from the project's own Dockerfiles. The engine's build cache decides what is new.
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { BaseImage } from '../config/resolved-config.ts'
import type { Docker } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import { checkBases, type JudgeTriggers } from './base-triggers.ts'
import { type Shown, stageDockerfile } from './build-context.ts'

export interface BuildDeps {
  readonly docker: Docker
  readonly signal: AbortSignal
  /** A line for the reader about work that takes long. */
  readonly onStep: (title: string) => void
  /** What builds get to see of the project. */
  readonly shown: Shown
  readonly judgeTriggers: JudgeTriggers
}

const SLOW_MS = 1500

/** Returns the name of an image that the engine has: pulled, or built and tagged by its content. */
export async function ensureImage(base: BaseImage, what: string, deps: BuildDeps): Promise<string> {
  return base.kind === 'image' ? pulled(base.image, what, deps) : built(base, what, deps)
}

async function pulled(image: string, what: string, { docker, signal, onStep }: BuildDeps): Promise<string> {
  const found = await docker.run(['image', 'inspect', '--format', '{{.Id}}', image], { signal })
  if (found.exitCode === 0) return image
  onStep(`Pulling ${image} for ${what}`)
  await docker.expect(`pulling ${image} (${what})`, ['pull', '--quiet', image], { signal })
  return image
}

async function built(build: Extract<BaseImage, { kind: 'build' }>, what: string, deps: BuildDeps): Promise<string> {
  const { docker, signal, onStep, shown } = deps
  await using staged = await stageDockerfile(build, shown)
  const file = build.inline === undefined ? relative(shown.directory, build.dockerfile) : 'dockerfile_inline'
  const text = await readFile(staged.file, 'utf8')
  await checkBases({ text, args: build.args, file }, (image) => pulled(image, what, deps), deps)
  const args = [
    'build',
    '--quiet',
    ...['--file', staged.file],
    ...(build.target === undefined ? [] : ['--target', build.target]),
    // The value is on the command line: build arguments come from trusted files and are no place for secrets anyway.
    ...Object.entries(build.args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    build.context,
  ]
  // The older builder knows no ignore file but the context's own, and would send everything.
  const extraEnv = { DOCKER_BUILDKIT: '1' }
  // Most builds are found in the cache within moments: only the others are worth a line.
  const slow = setTimeout(() => onStep(`Building the image of ${what}`), SLOW_MS)
  const building = docker.expect(`building the image of ${what} from ${build.dockerfile}`, args, { signal, extraEnv })
  const id = await building.finally(() => clearTimeout(slow))
  const digest = /^sha256:([0-9a-f]{64})$/.exec(id)?.[1]
  if (!digest) throw new AirlockError('engine', `docker build printed no image id for ${what}`, { detail: id })
  // By tag and not by id: the devcontainers CLI and compose take names only.
  const name = `airlock-image:${digest.slice(0, 20)}`
  await docker.expect('naming an image', ['tag', id, name], { signal })
  return name
}

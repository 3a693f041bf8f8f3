// The sandbox's image: the project's own base with its devcontainer features and Claude Code on top, made by the
// devcontainers CLI. Named by the hash of what it is made from, so that a second run finds it without a build.
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject, ResolvedConfig } from '../config/resolved-config.ts'
import type { DevcontainersCli } from '../ports/devcontainers-cli.ts'
import type { Installation } from '../ports/installation.ts'
import type { RunRequest } from '../request/run-request.ts'
import { checkTriggers } from './base-triggers.ts'
import { type BuildDeps, ensureImage } from './build-image.ts'
import { type ImageFacts, inspectImage, userIds } from './image-facts.ts'

export interface SandboxImage extends ImageFacts {
  /** Name of the image in the engine. */
  readonly name: string
  readonly uid: number
  readonly gid: number
}

export interface SandboxImageDeps extends BuildDeps {
  readonly cli: DevcontainersCli
  readonly installation: Installation
}

const REPOSITORY = 'airlock-sandbox'
const CLAUDE_FEATURE = 'airlock-claude-code'

/** Builds the image, or finds it. Errors: `engine` for what the engine or the network did, `sandbox` for a failed feature. */
export async function ensureSandboxImage(
  config: ResolvedConfig,
  request: RunRequest,
  deps: SandboxImageDeps,
): Promise<SandboxImage> {
  const base = await ensureImage(config.base, 'the devcontainer', deps)
  const baseFacts = await inspectImage(base, deps)
  // The features' build starts from it. A project's own Dockerfile was judged by its text.
  if (config.base.kind === 'image') await checkTriggers(base, deps)
  const description = imageDescription(base, config, request)
  const key = await imageKey(baseFacts.id, description, config, deps.installation)
  const known = await findByKey(key, deps)
  if (known) return { ...(await inspectImage(known.name, deps)), ...known }
  const name = `${REPOSITORY}:${key}`
  deps.onStep('Building the sandbox image: features and Claude Code (kept for the next run)')
  await buildWithFeatures(name, description, config, deps)
  const facts = await inspectImage(name, deps)
  const ids = await userIds(name, facts, deps)
  // The ids are part of a second name, so that no state of our own has to be kept beside the engine's.
  const full = `${name}.${ids.uid}.${ids.gid}`
  await deps.docker.expect('naming the sandbox image', ['tag', name, full])
  return { ...facts, name: full, ...ids }
}

/** The devcontainer.json that the CLI builds from: the project's settings on a named base image. */
function imageDescription(base: string, config: ResolvedConfig, request: RunRequest): JsonObject {
  const registry = request.claude.npmRegistry
  return {
    ...config.settings,
    image: base,
    features: {
      ...config.features,
      [`./${CLAUDE_FEATURE}`]: {
        ...config.claudeFeature,
        version: request.claude.version,
        ...(registry === undefined ? {} : { npmRegistry: registry }),
      },
    },
  }
}

async function imageKey(
  baseId: string,
  description: JsonObject,
  config: ResolvedConfig,
  files: Installation,
): Promise<string> {
  const hash = createHash('sha256').update(baseId).update(JSON.stringify(description))
  for (const folder of [files.feature, ...(config.localFeatures ?? []).map(({ folder }) => folder)]) {
    await hashFolder(folder, hash)
  }
  return hash.digest('hex').slice(0, 20)
}

async function hashFolder(folder: string, hash: ReturnType<typeof createHash>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.sort()) hash.update(`${file.slice(folder.length)}\0`).update(await readFile(file))
}

async function findByKey(key: string, { docker }: BuildDeps) {
  const names = await docker.expect('listing images', [
    'image',
    'ls',
    '--format',
    '{{.Repository}}:{{.Tag}}',
    '--filter',
    `reference=${REPOSITORY}:${key}.*`,
  ])
  const match = new RegExp(`^(${REPOSITORY}:${key}\\.(\\d+)\\.(\\d+))$`, 'm').exec(names)
  return match ? { name: match[1] as string, uid: Number(match[2]), gid: Number(match[3]) } : undefined
}

// The CLI takes local features only from below the .devcontainer folder of its workspace, so a folder is laid out for it.
// It also writes a lock file there, which must not land in the user's checkout.
async function buildWithFeatures(
  name: string,
  description: JsonObject,
  config: ResolvedConfig,
  deps: SandboxImageDeps,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-image-'))
  try {
    const inside = join(folder, '.devcontainer')
    await mkdir(inside)
    await writeFile(join(inside, 'devcontainer.json'), JSON.stringify(description, undefined, 2))
    await cp(deps.installation.feature, join(inside, CLAUDE_FEATURE), { recursive: true })
    for (const { id, folder: from } of config.localFeatures ?? []) {
      await cp(from, join(inside, id), { recursive: true, verbatimSymlinks: true })
    }
    // Feature versions that the project has pinned stay pinned.
    const { lockfile } = config
    if (lockfile) await writeFile(join(inside, 'devcontainer-lock.json'), JSON.stringify(lockfile.value))
    await deps.cli.build(folder, name, deps.signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// Images of the services that come from Dockerfiles, and of those that are pulled.

import { resolve } from 'node:path'
import type { JsonObject, ResolvedConfig } from '../config/resolved-config.ts'
import { AirlockError } from '../ports/errors.ts'
import { type BuildDeps, ensureImage } from './build-image.ts'

/** Makes sure that the engine has every service's image; returns the names of the built ones, by service. */
export async function ensureServiceImages(
  config: ResolvedConfig,
  deps: BuildDeps,
): Promise<ReadonlyMap<string, string>> {
  const wanted = config.services.filter((name) => name !== config.service)
  const made = await Promise.all(wanted.map((name) => serviceImage(name, config.compose?.services[name] ?? {}, deps)))
  return new Map(made.filter((entry) => entry !== undefined))
}

async function serviceImage(name: string, service: JsonObject, deps: BuildDeps) {
  const what = `service ${name}`
  if (service.build) return [name, await ensureImage(buildOf(name, service.build as JsonObject), what, deps)] as const
  if (typeof service.image !== 'string') throw new AirlockError('input', `${what} has neither an image nor a build`)
  await ensureImage({ kind: 'image', image: service.image }, what, deps)
  return undefined
}

function buildOf(name: string, build: JsonObject) {
  if (typeof build.context !== 'string' || build.dockerfile_inline) {
    throw new AirlockError('input', `service ${name}: only builds from a folder with a Dockerfile are supported`, {
      next: 'Put the inline Dockerfile into a file of the repository.',
    })
  }
  const args = Object.entries((build.args ?? {}) as JsonObject).map(([key, value]) => [key, String(value ?? '')])
  return {
    kind: 'build',
    context: build.context,
    dockerfile: resolve(build.context, typeof build.dockerfile === 'string' ? build.dockerfile : 'Dockerfile'),
    ...(typeof build.target === 'string' ? { target: build.target } : {}),
    args: Object.fromEntries(args) as Record<string, string>,
  } as const
}

// Images of the services that come from Dockerfiles, and of those that are pulled.

import { baseOfService } from '../config/base-image.ts'
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
  const base = baseOfService(service)
  if (!base) throw new AirlockError('input', `service ${name} has neither an image nor a build`)
  const image = await ensureImage(base, `service ${name}`, deps)
  return base.kind === 'build' ? ([name, image] as const) : undefined
}

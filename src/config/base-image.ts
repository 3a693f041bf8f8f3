// What the sandbox's image is made from.
import { resolve } from 'node:path'
import { singleDollars } from './dollars.ts'
import { isObject, isString, objectOf, textOf } from './json.ts'
import type { BaseImage, Json, JsonObject } from './resolved-config.ts'

/**
 * The image under a compose service, built or named. Takes compose's own output: paths absolute, `$` doubled.
 *
 * @returns undefined for a service with neither
 */
export function baseOfService(service: JsonObject): BaseImage | undefined {
  const { build, image } = singleDollars(service)
  if (!isObject(build)) return isString(image) ? { kind: 'image', image } : undefined
  const { context, dockerfile, dockerfile_inline, target, args } = build
  const folder = textOf(context ?? '.')
  return {
    kind: 'build',
    context: folder,
    ...(isString(dockerfile_inline)
      ? { dockerfile: '-', inline: dockerfile_inline }
      : { dockerfile: resolve(folder, textOf(dockerfile ?? 'Dockerfile')) }),
    ...(isString(target) && target !== '' ? { target } : {}),
    args: argsOf(args),
  }
}

/**
 * The image under a devcontainer of its own, in today's form (`build`) or the older one (`dockerFile`, `context`).
 *
 * @param value devcontainer.json with its variables replaced
 * @param folder the folder of devcontainer.json, which its paths are relative to
 */
export function baseOfDevcontainer(value: JsonObject, folder: string): BaseImage | undefined {
  const build = objectOf(value.build)
  const dockerfile = build.dockerfile ?? value.dockerFile
  if (!isString(dockerfile)) return isString(value.image) ? { kind: 'image', image: value.image } : undefined
  const context = build.context ?? value.context ?? '.'
  return {
    kind: 'build',
    context: resolve(folder, textOf(context)),
    dockerfile: resolve(folder, dockerfile),
    ...(isString(build.target) ? { target: build.target } : {}),
    args: argsOf(build.args),
  }
}

// An argument without a value would be taken from the host's environment.
function argsOf(args: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectOf(args)).flatMap(([name, value]) => (value === null ? [] : [[name, textOf(value)]])),
  )
}

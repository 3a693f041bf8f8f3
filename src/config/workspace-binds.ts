// Mounts of the project's folder, or of a part of it, in a compose service.
import { relative, sep } from 'node:path'
import { isBelow } from './below.ts'
import { singleDollars } from './dollars.ts'
import { isString, listOf, objectOf } from './json.ts'
import type { JsonObject } from './resolved-config.ts'
import type { WorkspaceBind } from './workspace.ts'

export function bindsOf(service: JsonObject | undefined, directory: string): readonly WorkspaceBind[] {
  return listOf(singleDollars(service?.volumes ?? [])).flatMap((volume) => {
    const { type, source, target } = objectOf(volume)
    if (type !== 'bind' || !isString(source) || !isString(target) || !isBelow(directory, source)) return []
    return [{ path: relative(directory, source).split(sep).join('/'), target }]
  })
}

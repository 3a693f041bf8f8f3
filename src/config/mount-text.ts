// Mounts as docker's --mount and --volume write them, in the terms of a compose service's `volumes`.
import { isAbsolute, resolve } from 'node:path'
import { isObject } from './json.ts'
import type { Json, JsonObject } from './resolved-config.ts'

/** `type=bind,source=/a,target=/b,readonly`, or the same as an object. Undefined when there is no target. */
export function parseMount(mount: Json): JsonObject | undefined {
  const fields = typeof mount === 'string' ? fieldsOf(mount) : isObject(mount) ? mount : {}
  const target = fields.target ?? fields.destination ?? fields.dst
  if (typeof target !== 'string') return undefined
  const source = fields.source ?? fields.src
  const readOnly = [fields.readonly, fields.ro].some((value) => value === '' || value === true || value === 'true')
  const known =
    /^(type|target|destination|dst|source|src|readonly|ro|consistency|bind-propagation|volume-nocopy|external|tmpfs-(size|mode))$/
  const odd = Object.keys(fields).filter((key) => !known.test(key))
  return {
    type: typeof fields.type === 'string' ? fields.type : 'volume',
    target,
    ...(typeof source === 'string' && source !== '' ? { source } : {}),
    ...(readOnly ? { read_only: true } : {}),
    // What compose's own model has no word for, such as volume-opt, which can make any host folder a volume.
    ...(odd.length === 0 ? {} : { 'x-options': odd }),
  }
}

/** `/host:/container:ro`, `name:/container` or `/container`; a relative source is relative to `folder`. */
export function parseVolume(volume: string, folder: string): JsonObject {
  const parts = volume.split(':')
  if (parts.length === 1) return { type: 'volume', target: volume }
  const [source = '', target = '', options = ''] = parts
  const bind = isAbsolute(source) || source.startsWith('.') || source.startsWith('~')
  return {
    type: bind ? 'bind' : 'volume',
    source: bind ? resolve(folder, source) : source,
    target,
    ...(options.split(',').includes('ro') ? { read_only: true } : {}),
  }
}

// Values with commas are quoted as in CSV.
function fieldsOf(text: string): Record<string, string> {
  const parts = text.match(/("([^"]|"")*"|[^,"])+/g) ?? []
  return Object.fromEntries(
    parts.map((part) => {
      const field = part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part
      const [key = ''] = field.split('=', 1)
      return [key.trim(), field.slice(key.length + 1)]
    }),
  )
}

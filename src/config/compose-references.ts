// The files that a compose file makes compose read.
import { isObject, isString, listOf, objectOf, stringsOf } from './json.ts'
import type { JsonObject } from './resolved-config.ts'

export interface Reference {
  /** As written. */
  readonly file: string
  /** `compose`: read as a compose file; `other`: a folder, or a file of another kind. */
  readonly kind: 'compose' | 'other'
  readonly path: readonly (string | number)[]
  /** Of an include: the folder that the included file's own references start from, as written. */
  readonly projectFolder?: string
}

export const references = (value: JsonObject): readonly Reference[] => [...extended(value), ...included(value)]

function extended(value: JsonObject): readonly Reference[] {
  return Object.entries(objectOf(value.services)).flatMap(([name, service]) => {
    if (!isObject(service)) return []
    const { file } = objectOf(service.extends)
    const base = isString(file) ? [{ file, kind: 'compose', path: ['services', name, 'extends', 'file'] } as const] : []
    const labels = stringsOf(service.label_file).map(
      (one) => ({ file: one, kind: 'other', path: ['services', name, 'label_file'] }) as const,
    )
    return [...base, ...labels]
  })
}

function included(value: JsonObject): readonly Reference[] {
  return listOf(value.include).flatMap((entry, index) => {
    const { path, project_directory: folder, env_file } = isString(entry) ? { path: entry } : objectOf(entry)
    const at = ['include', index]
    const projectFolder = isString(folder) ? { projectFolder: folder } : {}
    return [
      ...stringsOf(path).map((file) => ({ file, kind: 'compose', path: at, ...projectFolder }) as const),
      ...[...stringsOf(folder), ...stringsOf(env_file)].map((file) => ({ file, kind: 'other', path: at }) as const),
    ]
  })
}

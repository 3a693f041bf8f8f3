// What the builders of services and mounts share.
import { relative } from 'node:path'
import type { ComposeModel, Json } from '../config/resolved-config.ts'

export interface ServiceContext {
  readonly directory: string
  readonly inCopy: (path: string) => boolean
  readonly runId: string
  readonly selected: ReadonlySet<string>
  readonly builtImages: ReadonlyMap<string, string>
  readonly model: ComposeModel | undefined
  /** Called for each project volume that a service mounts. */
  readonly useVolume: (name: string) => void
  /** The volume, by its name in the compose file, that holds files and folders which a service binds: parts of the project. */
  readonly partsVolume: string
  /** Collects the workspace paths that services mount. */
  readonly subpaths: string[]
}

export const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

/** The path relative to the project's folder, or undefined for one that is not below it. */
export function insideProject(directory: string, path: string): string | undefined {
  const inside = relative(directory, path)
  if (inside === '..' || inside.startsWith('../') || inside.startsWith('/')) return undefined
  return inside
}

// Where the workspace is in the sandbox: the place where the project's own configuration mounts the checkout.
import { basename, posix } from 'node:path'

export interface Workspace {
  readonly target: string
  readonly folder: string
  readonly note?: string
}

/** A mount of the project's folder (`path` empty) or of a folder in it. */
export interface WorkspaceBind {
  readonly path: string
  readonly target: string
}

export const defaultTarget = (directory: string) => `/workspaces/${basename(directory)}`

/**
 * @param binds the sandbox's mounts of the project's folder and of parts of it
 * @param wanted the folder that devcontainer.json names (workspaceFolder), if any
 */
export function locateWorkspace(directory: string, binds: readonly WorkspaceBind[], wanted?: string): Workspace {
  const whole = binds.find(({ path }) => path === '')
  const fallback = whole?.target ?? defaultTarget(directory)
  // `/` is the specification's default for compose, and as good as nothing.
  if (!wanted || wanted === '/') return { target: fallback, folder: fallback }
  const folder = posix.normalize(wanted).replace(/(.)\/$/, '$1')
  const over = binds
    .filter(({ target }) => contains(target, folder))
    .sort((a, b) => b.target.length - a.target.length)[0]
  if (over?.path === '') return { target: over.target, folder }
  // Only a part of the project is mounted there: the same files inside the whole workspace, where git works too.
  if (over) return { target: fallback, folder: posix.join(fallback, over.path, posix.relative(over.target, folder)) }
  if (!whole) return contains(fallback, folder) ? { target: fallback, folder } : { target: folder, folder }
  const note = `workspaceFolder ${folder} is not in the mounted project: Claude starts in ${whole.target}`
  return { target: whole.target, folder: whole.target, note }
}

const contains = (folder: string, path: string) => path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`)

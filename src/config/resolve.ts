// From a project's folder to one description of its development environment, whatever kind it is written in.
import type { Docker } from '../ports/docker.ts'
import type { Process } from '../ports/process.ts'
import type { RunRequest } from '../request/run-request.ts'
import { readDockerfiles } from './build-files.ts'
import { resolveComposeOnly } from './compose-only.ts'
import type { ConfigContext } from './compose-project.ts'
import { leftOutOfCopy } from './copied.ts'
import { readDevcontainer } from './devcontainer.ts'
import { resolveDevcontainer } from './devcontainer-config.ts'
import { discover, type Found } from './discover.ts'
import { hostPathsOf } from './host-paths.ts'
import { readFeatureFiles } from './local-features.ts'
import { collectProblems } from './problems.ts'
import { realPath, realPathsOf } from './real-paths.ts'
import type { Note, ResolvedConfig, Rewrite } from './resolved-config.ts'

export interface ConfigRequest extends Pick<RunRequest, 'directory' | 'project' | 'service' | 'services' | 'include'> {
  /** Nothing will be started: what Claude would work in may be left open. */
  readonly undecided?: boolean
}

export interface ConfigDeps {
  readonly docker: Docker
  /** Its children must get an allow-listed environment: what compose finds there ends in containers. */
  readonly process: Process
}

/**
 * Reads the project's devcontainer.json and compose files and asks compose for their meaning. Nothing of the project is
 * run. Errors: `input`, with all problems at once, each with file and line; `engine` without docker compose.
 */
export async function resolveConfig(request: ConfigRequest, deps: ConfigDeps): Promise<ResolvedConfig> {
  const notes = new Set<string>()
  const rewrites: Rewrite[] = []
  const problems = collectProblems()
  const directory = await realPath(request.directory)
  const { include } = request
  const note: Note = (message, as) => void (as ? rewrites.push({ message, ...as }) : notes.add(message))
  const context: ConfigContext = { directory, include, ...deps, problems, note }
  const found = await discover(directory, request.project, problems)
  problems.throwIfAny()
  const config = await resolveFound(found as Found, request, context)
  const paths = hostPathsOf(config)
  const notInCopy = await leftOutOfCopy(directory, paths, include, deps.process)
  const [realPaths, dockerfiles, featureFiles] = await Promise.all([
    realPathsOf(paths),
    readDockerfiles(config),
    readFeatureFiles(config, problems),
  ])
  problems.throwIfAny()
  return { ...config, ...featureFiles, dockerfiles, realPaths, notInCopy: [...notInCopy], rewrites, notes: [...notes] }
}

/** The image of a sandbox that nobody has chosen; no name of an image looks so. */
export const UNDECIDED = '(not chosen)'

async function resolveFound(found: Found, request: ConfigRequest, context: ConfigContext): Promise<ResolvedConfig> {
  const { service, services, project } = request
  const base = project.kind === 'devcontainer' ? undefined : project.base
  if (found.kind === 'compose') {
    const open = request.undecided && !base && service === undefined
    const made = open ? ({ kind: 'image', image: UNDECIDED } as const) : base
    return resolveComposeOnly({ files: found.files, base: made, service, services }, context)
  }
  if (base) context.note(`base_${base.kind} is not used: devcontainer.json describes the sandbox`)
  return resolveDevcontainer(await readDevcontainer(found.file, context), { service, services }, context)
}

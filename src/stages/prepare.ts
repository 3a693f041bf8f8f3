// Before anything is started: resolve, judge, look at the files. Reads only.
import { join, relative, sep } from 'node:path'
import { audit } from '../audit/audit.ts'
import { auditError } from '../audit/format.ts'
import { POLICY_FILE, readPolicyFile } from '../audit/policy-file.ts'
import type { Policy } from '../audit/rule.ts'
import { hostPathsOf } from '../config/host-paths.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { isTrusted } from '../github/trees.ts'
import { allOrErrors } from '../ports/errors.ts'
import type { ProjectSource, RunRequest } from '../request/run-request.ts'
import { checkEngine, type EngineFacts } from '../sandbox/engine.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import { policyOf } from './policy.ts'
import type { Stage } from './stage.ts'

export interface Prepared {
  readonly config: ResolvedConfig
  /** What is allowed on purpose, by the run's inputs and by the project's .airlock.yml. */
  readonly policy: Policy
  readonly snapshot: Snapshot
  /** The trusted commit's files, where they are not the workspace's. */
  readonly trusted: Snapshot | undefined
  readonly engine: EngineFacts
}

/** Errors: `input`, `audit` and `engine`. */
export async function prepare(stage: Stage): Promise<Prepared> {
  const { request, record } = stage
  const described = describedBy(request)
  const [config, allowed, snapshot, engine, trusted] = await record.time('resolve', () =>
    allOrErrors([
      resolveConfig(described, stage),
      readPolicyFile(request.policyFolder ?? described.directory),
      takeSnapshot(request, stage),
      checkEngine(stage.docker),
      Promise.resolve(request.trusted && takeSnapshot(described, stage)),
    ]),
  )
  const policy = policyOf(request, allowed)
  record.notes.push(...config.notes, ...snapshot.notes)
  if (request.trusted) record.trusted = notObeyed(request.trusted, config)
  await record.time('audit', () => {
    record.findings = audit(config, policy)
    const error = auditError(record.findings)
    if (error) throw error
  })
  return { config, policy, snapshot, engine, trusted }
}

// What describes the environment comes from the trusted commit; the files that the request names lie there as well.
function describedBy(request: RunRequest): RunRequest {
  const { directory, trusted, project } = request
  if (!trusted) return request
  const there = (file: string) => {
    const path = relative(directory, file)
    return path.startsWith('..') ? file : join(trusted.directory, path)
  }
  return { ...request, directory: trusted.directory, project: relocated(project, there) }
}

function relocated(project: ProjectSource, there: (file: string) => string): ProjectSource {
  if (project.kind === 'devcontainer') return { ...project, file: there(project.file) }
  const { base } = project
  const moved = base?.kind === 'dockerfile' ? { base: { ...base, file: there(base.file) } } : {}
  return project.kind === 'auto' ? { ...project, ...moved } : { ...project, ...moved, files: project.files.map(there) }
}

/** What a boot read or Claude obeys, and the head has in another way. */
function notObeyed({ sha, ref, changed }: NonNullable<RunRequest['trusted']>, config: ResolvedConfig) {
  const read = hostPathsOf(config).map((path) => relative(config.directory, path).split(sep).join('/'))
  // The folder as a whole is what is worked on.
  const parts = [POLICY_FILE, ...read].filter((path) => path !== '' && !path.startsWith('..'))
  const isRead = (path: string) => parts.some((part) => path === part || path.startsWith(`${part}/`))
  return { sha, ref, differing: changed.filter((path) => isTrusted(path) || isRead(path)) }
}

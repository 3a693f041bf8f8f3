// Before anything is started: resolve, judge, look at the files. Reads only.
import { audit } from '../audit/audit.ts'
import { auditError } from '../audit/format.ts'
import { readPolicyFile } from '../audit/policy-file.ts'
import type { Policy } from '../audit/rule.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { allOrErrors } from '../ports/errors.ts'
import { checkEngine, type EngineFacts } from '../sandbox/engine.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Stage } from './stage.ts'

export interface Prepared {
  readonly config: ResolvedConfig
  /** What is allowed on purpose, by the run's inputs and by the project's .airlock.yml. */
  readonly policy: Policy
  readonly snapshot: Snapshot
  readonly engine: EngineFacts
}

/** Errors: `input`, `audit` and `engine`. */
export async function prepare(stage: Stage): Promise<Prepared> {
  const { request, record } = stage
  const [config, allowed, snapshot, engine] = await record.time('resolve', () =>
    allOrErrors([
      resolveConfig(request, stage),
      readPolicyFile(request.policyFolder ?? request.directory),
      takeSnapshot(request, stage),
      checkEngine(stage.docker),
    ]),
  )
  const policy: Policy = { allow: [...request.allow, ...allowed] }
  record.notes.push(...config.notes, ...snapshot.notes)
  await record.time('audit', () => {
    record.findings = audit(config, policy)
    const error = auditError(record.findings)
    if (error) throw error
  })
  return { config, policy, snapshot, engine }
}

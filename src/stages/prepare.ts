// Before anything is started: resolve, judge, look at the files. Reads only.
import { audit } from '../audit/audit.ts'
import { auditError } from '../audit/format.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { allOrErrors } from '../ports/errors.ts'
import { checkEngine, type EngineFacts } from '../sandbox/engine.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { Stage } from './stage.ts'

export interface Prepared {
  readonly config: ResolvedConfig
  readonly snapshot: Snapshot
  readonly engine: EngineFacts
}

/** Errors: `input`, `audit` and `engine`. */
export async function prepare(stage: Stage): Promise<Prepared> {
  const { request, record } = stage
  const [config, snapshot, engine] = await record.time('resolve', () =>
    allOrErrors([resolveConfig(request, stage), takeSnapshot(request, stage), checkEngine(stage.docker)]),
  )
  record.notes.push(...config.notes, ...snapshot.notes)
  await record.time('audit', () => {
    record.findings = audit(config, { allow: request.allow })
    const error = auditError(record.findings)
    if (error) throw error
  })
  return { config, snapshot, engine }
}

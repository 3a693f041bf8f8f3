// What every stage of the pipeline is given.
import type { RunRecord } from '../report/record.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { RunDeps } from '../run.ts'

export interface Stage extends RunDeps {
  readonly request: RunRequest
  readonly record: RunRecord
}

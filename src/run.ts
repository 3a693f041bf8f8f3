// The pipeline: a call a step, no logic.
import type { Host } from './host/host.ts'
import type { Docker } from './ports/docker.ts'
import { AirlockError } from './ports/errors.ts'
import type { Installation } from './ports/installation.ts'
import type { Process } from './ports/process.ts'
import type { RunResult } from './report/run-result.ts'
import type { RunRequest } from './request/run-request.ts'

export interface RunDeps {
  readonly host: Host
  readonly docker: Docker
  readonly process: Process
  readonly installation: Installation
  /** Aborted when the user or the runner cancels. */
  readonly signal: AbortSignal
}

/** Runs Claude for a request. Failures of the run are in the result; nothing is thrown for them. */
export async function run(_request: RunRequest, _deps: RunDeps): Promise<RunResult> {
  throw new AirlockError('engine', 'not wired yet')
}

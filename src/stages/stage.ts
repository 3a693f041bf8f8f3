// What every stage of the pipeline is given.
import type { Progress } from '../claude/progress.ts'
import type { Host } from '../host/host.ts'
import type { Docker } from '../ports/docker.ts'
import type { Installation } from '../ports/installation.ts'
import type { Process } from '../ports/process.ts'
import type { RunRecord } from '../report/record.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { Patch } from '../workspace/patch.ts'

export interface RunDeps {
  readonly host: Host
  readonly docker: Docker
  readonly process: Process
  readonly installation: Installation
  /** Aborted when the user or the runner cancels. */
  readonly signal: AbortSignal
  /** Called with each piece of news of Claude's work. */
  readonly onProgress?: (progress: Progress) => void
  /** Called with the patch once it is on disk; whoever asks for it gets the accepted files whole. */
  readonly onPatch?: (patch: Patch) => void
}

export interface Stage extends RunDeps {
  readonly request: RunRequest
  readonly record: RunRecord
}

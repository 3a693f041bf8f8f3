// What publishing is given, and what it is allowed to do. The steps themselves take parts of it.
import type { RunResult } from '../report/run-result.ts'
import type { AcceptedFile } from '../workspace/patch.ts'
import type { GitHub } from './client.ts'
import type { FrozenContext } from './context.ts'
import type { Outbox } from './outbox.ts'
import type { Outcome } from './outcome.ts'
import type { Published } from './published.ts'
import type { Severity } from './review.ts'
import type { Pen } from './review-text.ts'
import type { Task } from './task.ts'

export interface PublishPolicy {
  readonly review: {
    /** `APPROVE` only where `approve` is true. */
    readonly requestChanges: boolean
    readonly approve: boolean
    /** Findings at least this severe fail the check. */
    readonly failOn?: Severity
    readonly stickySummary: boolean
  }
  readonly pullRequest: {
    readonly branchPrefix: string
    readonly branchTemplate: string
    readonly draft: boolean
    readonly labels: readonly string[]
    readonly reviewers: readonly string[]
    readonly assignees: readonly string[]
  }
  readonly text: TextPolicy
}

export interface TextPolicy {
  /** Hosts whose links and images may stand in what Claude writes, beside GitHub's own. */
  readonly allowedLinkHosts: readonly string[]
  readonly mentions: boolean
}

export interface PublishDeps {
  readonly github: GitHub
  readonly policy: PublishPolicy
  /** Where it is written what was to be published, before the first call. */
  readonly outputDir: string
  /** The repository's checked-out commit that Claude's copy was made of. */
  readonly workedOn: string
  /** `https://github.com`, or the server's own. */
  readonly serverUrl: string
  /** Link to the job. */
  readonly jobUrl: string
  /** The workflow run's id, the same in each attempt: what one run publishes is published once. */
  readonly workflowRunId: string
  /** What must not stand in any text that goes out. */
  readonly secrets: readonly string[]
  /** Of the comment that told of the progress, if there is one. */
  readonly trackingComment?: number
}

/** Never throws for what GitHub refuses: that is in `unpublished`, with the file that holds it. */
export type Publish = (
  task: Task,
  context: FrozenContext | undefined,
  result: RunResult,
  files: readonly AcceptedFile[],
  outbox: Outbox,
  deps: PublishDeps,
) => Promise<Published>

/** What the steps of one publication share. */
export interface Step {
  readonly task: Task
  readonly context: FrozenContext | undefined
  readonly result: RunResult
  readonly files: readonly AcceptedFile[]
  readonly outbox: Outbox
  readonly deps: PublishDeps
  readonly outcome: Outcome
  readonly pen: Pen
}

// What Claude is told of an issue or pull request: fetched outside with the token, frozen at the trigger, every text of it
// somebody's words. Hidden text is taken out already; what was left out, and why, is in `leftOut`.

export interface Author {
  readonly login: string
  readonly bot: boolean
  /** OWNER, MEMBER, COLLABORATOR, CONTRIBUTOR, NONE …, as GitHub says. */
  readonly association: string
}

/** A comment, a review, or a comment on a line of the diff. */
export interface Said {
  readonly kind: 'comment' | 'review' | 'review-comment'
  readonly id: number
  readonly author: Author
  /** ISO 8601. */
  readonly time: string
  readonly body: string
  readonly url: string
  /** APPROVED, CHANGES_REQUESTED, COMMENTED, of a review. */
  readonly state?: string
  readonly path?: string
  readonly line?: number
  readonly side?: 'LEFT' | 'RIGHT'
  /** The review comment that this one answers. */
  readonly inReplyTo?: number
}

export interface Commit {
  readonly sha: string
  readonly author: string
  readonly time: string
  readonly message: string
}

export interface ChangedFile {
  readonly path: string
  readonly oldPath?: string
  readonly status: string
  readonly additions: number
  readonly deletions: number
  /** The file's hunks, as GitHub has them; none for binary and very large files. */
  readonly patch?: string
}

export interface Check {
  readonly name: string
  readonly status: string
  readonly conclusion: string | undefined
  readonly url: string
  readonly title?: string
  readonly summary?: string
}

/** A job of a workflow run. */
export interface WorkflowJob {
  readonly id: number
  readonly name: string
  readonly conclusion: string | undefined
  readonly url: string
  readonly failedSteps: readonly { readonly number: number; readonly name: string }[]
  /** What it printed, or the end of that; only of jobs that failed. */
  readonly log?: string
}

/** A run of GitHub Actions on the head. */
export interface WorkflowRun {
  readonly id: number
  readonly name: string
  readonly status: string
  readonly conclusion: string | undefined
  readonly url: string
  readonly createdAt: string
  readonly jobs: readonly WorkflowJob[]
}

export interface Image {
  /** Name of the file in the context folder. */
  readonly name: string
  readonly url: string
  readonly data: Uint8Array
}

export interface FrozenContext {
  /** ISO 8601, the trigger's time. */
  readonly frozenAt: string
  readonly kind: 'issue' | 'pull'
  readonly number: number
  readonly title: string
  readonly body: string
  readonly author: Author
  readonly state: string
  readonly labels: readonly string[]
  readonly url: string
  readonly createdAt: string
  /** Comments, reviews and review comments, oldest first. */
  readonly said: readonly Said[]
  /** Of a pull request; empty for an issue. */
  readonly draft: boolean
  readonly baseRef?: string
  readonly baseSha?: string
  readonly headRef?: string
  readonly headSha?: string
  readonly commits: readonly Commit[]
  readonly files: readonly ChangedFile[]
  readonly checks: readonly Check[]
  /** Undefined where the token may not read them. */
  readonly workflowRuns?: readonly WorkflowRun[]
  readonly images: readonly Image[]
  /** Unified diff from merge base to head; empty for an issue. */
  readonly diff: string
  readonly leftOut: readonly string[]
}

// What a run is about on GitHub: decided once from the event and the inputs, before anything is fetched or started.

export type Mode = 'run' | 'review' | 'pr' | 'reply'

export interface Repository {
  readonly owner: string
  readonly name: string
  readonly defaultBranch: string
}

export interface Actor {
  readonly login: string
  /** As GitHub's account has it; `Unknown` where the event does not say. */
  readonly type: 'User' | 'Bot' | 'Organization' | 'Unknown'
}

/** A branch of a pull request, pinned at the moment of the trigger. */
export interface Tip {
  readonly ref: string
  /** 40 hex digits. */
  readonly sha: string
  /** `owner/name` of the repository that holds it; undefined where a fork was deleted. */
  readonly repository: string | undefined
}

export type Subject =
  | { readonly kind: 'none' }
  | { readonly kind: 'issue'; readonly number: number }
  | {
      readonly kind: 'pull'
      readonly number: number
      readonly base: Tip
      readonly head: Tip
      /** The head lies in another repository than the base. */
      readonly fork: boolean
    }

/** The comment that asked, for `reply`. */
export interface Trigger {
  readonly kind: 'issue-comment' | 'review-comment' | 'review'
  readonly id: number
  readonly author: Actor
}

export interface Task {
  readonly mode: Mode
  readonly repository: Repository
  readonly subject: Subject
  readonly trigger?: Trigger
  readonly event: {
    /** `pull_request`, `issue_comment` … */
    readonly name: string
    readonly action?: string
    /** ISO 8601: what was written or edited later is not read. */
    readonly time: string
    readonly actor: Actor
  }
  /** The branch that changes are meant for. */
  readonly baseBranch: string
}

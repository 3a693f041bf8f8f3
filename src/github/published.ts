// What a run did on GitHub, and what it could not do: that is never lost, but stands in the output folder and the summary.
import type { Severity } from './review.ts'

/** A finding that has no comment on GitHub, told by the job instead. */
export interface Annotation {
  readonly path: string
  readonly startLine: number
  readonly endLine: number
  readonly severity: Severity
  readonly title: string
  readonly message: string
}

export interface Published {
  readonly review?: { readonly id: number; readonly url: string; readonly comments: number }
  readonly comment?: { readonly id: number; readonly url: string }
  readonly branch?: { readonly name: string; readonly sha: string; readonly created: boolean }
  readonly pullRequest?: { readonly number: number; readonly url: string; readonly created: boolean }
  /** Each with its reason and the file that holds what was to be published. */
  readonly unpublished: readonly string[]
  /** What somebody should know: texts that were cleaned, entries refused, lines outside the diff. */
  readonly notes: readonly string[]
  /** Why the job's check fails though the run did not: `fail_on`. */
  readonly failure?: string
  readonly annotations: readonly Annotation[]
  /** The review with every finding in full, as Markdown that was cleaned. */
  readonly report?: string
}

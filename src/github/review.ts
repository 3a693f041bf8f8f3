// What a review amounts to before it is published: Claude's structured output once it was validated. Lines are those of
// the file at the head (`RIGHT`), counted from 1.

export const SEVERITIES = ['high', 'medium', 'low', 'nit'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface ReviewFinding {
  readonly path: string
  readonly startLine: number
  readonly endLine: number
  readonly severity: Severity
  /** 0 to 1. */
  readonly confidence: number
  readonly title: string
  readonly body: string
  /** What the lines should be instead, whole. */
  readonly suggestion?: string
}

export interface Review {
  readonly summary: string
  readonly verdict: 'comment' | 'request_changes' | 'approve'
  readonly findings: readonly ReviewFinding[]
}

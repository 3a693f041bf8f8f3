// What Claude asks to have said on GitHub, from inside the sandbox, by the tools that stand in for GitHub there. It is
// untrusted: parsed by a schema, within limits, and bound to the task's own subject, whatever number it names.

export type OutboxEntry =
  /** `gh pr comment`, `gh issue comment`. */
  | { readonly kind: 'comment'; readonly body: string }
  /** claude-code-action's update_claude_comment: the text of the one tracking comment. */
  | { readonly kind: 'tracking'; readonly body: string }
  /** claude-code-action's create_inline_comment. */
  | {
      readonly kind: 'inline-comment'
      readonly path: string
      readonly body: string
      readonly line: number
      readonly startLine?: number
      readonly side: 'LEFT' | 'RIGHT'
    }

export interface Outbox {
  readonly entries: readonly OutboxEntry[]
  /** What was refused, each with its reason, for the report. */
  readonly refused: readonly string[]
}

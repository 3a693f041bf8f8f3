// Where a run reports to: a terminal, or the log of a workflow.

export interface Host {
  /** A line for the reader. Text from the sandbox must go through `untrusted` first. */
  info(line: string): void
  warning(line: string): void
  error(line: string): void
  /** Opens a section (a group in a workflow's log); returns what closes it, which may be called twice. */
  section(title: string): () => void
  /** Shows text that the sandbox wrote: control sequences stripped, workflow commands made inert. */
  untrusted(line: string): void
  /** Registers a value that must never appear in a log. */
  secret(value: string): void
}

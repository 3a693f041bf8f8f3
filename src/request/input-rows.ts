// What an input is, and how the rows of the table are written.

export interface Input {
  /** The Action's name; the flag is the same with dashes. */
  readonly name: string
  readonly group: Group
  /** Credentials have no flag: a command line shows in the process list. */
  readonly where: 'both' | 'action'
  /**
   * `text`: one value. `words`: several, split at commas and white space. `lines`: several, one a line.
   * Flags of the latter two may be given again and again.
   */
  readonly form: 'text' | 'words' | 'lines'
  /** What stands for the value in the help. */
  readonly value: string
  readonly description: string
  readonly default?: string
  /** A default that only a workflow knows: an expression of GitHub Actions. */
  readonly expression?: string
}

export const GROUPS = [
  'The task',
  'On GitHub: when it runs, and what Claude reads',
  'On GitHub: what is published',
  'Claude',
  'The project',
  'What Claude sees and may change',
  'The network',
  'Limits',
  'Results',
] as const
export type Group = (typeof GROUPS)[number]

export type Row = Omit<Input, 'group'>
type More = Partial<Pick<Input, 'default' | 'where' | 'expression'>>

const row =
  (form: Input['form']) =>
  (name: string, value: string, description: string, more: More = {}): Row => ({
    name,
    form,
    value,
    description,
    where: 'both',
    ...more,
  })
export const text = row('text')
export const words = row('words')
export const lines = row('lines')

export const group = (name: Group, rows: readonly Row[]): readonly Input[] =>
  rows.map((input) => ({ ...input, group: name }))

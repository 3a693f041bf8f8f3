// Where on a pull request's diff a finding can stand. GitHub takes a comment on a line that the diff shows, and on several
// lines of one hunk: https://docs.github.com/rest/pulls/comments. Everything else has to go to the summary.
import type { ChangedFile } from './context.ts'

export type Side = 'LEFT' | 'RIGHT'

export interface Hunk {
  /** Lines by their number, of the file before (LEFT) and after (RIGHT); unchanged ones are in both. */
  readonly LEFT: ReadonlyMap<number, string>
  readonly RIGHT: ReadonlyMap<number, string>
}

/** The hunks of one file's `patch`, as GitHub's API has it. What is no hunk is passed over. */
export function parseHunks(patch: string): readonly Hunk[] {
  const hunks: { LEFT: Map<number, string>; RIGHT: Map<number, string> }[] = []
  let left = 0
  let right = 0
  for (const line of patch.split('\n')) {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line)
    if (head) {
      left = Number(head[1])
      right = Number(head[2])
      hunks.push({ LEFT: new Map(), RIGHT: new Map() })
      continue
    }
    const hunk = hunks.at(-1)
    const sign = line[0] ?? ''
    if (!hunk || !' -+'.includes(sign) || sign === '') continue
    if (sign !== '+') hunk.LEFT.set(left++, line.slice(1))
    if (sign !== '-') hunk.RIGHT.set(right++, line.slice(1))
  }
  return hunks
}

export interface Lines {
  readonly path: string
  readonly startLine: number
  readonly endLine: number
  readonly side: Side
}

export type Placement =
  | {
      readonly kind: 'inline'
      readonly path: string
      readonly side: Side
      readonly startLine: number
      readonly line: number
      /** The lines are just those that were meant: a suggestion would replace the right ones. */
      readonly exact: boolean
      /** What the last of them says. */
      readonly text: string
    }
  | { readonly kind: 'outside'; readonly reason: string }

/** Lines that are partly shown are placed on the part that is. */
export function place(lines: Lines, files: readonly ChangedFile[]): Placement {
  const path = lines.path.replace(/^(?:\.\/)+/, '')
  const file = files.find((one) => one.path === path) ?? files.find(({ oldPath }) => oldPath === path)
  if (!file) return { kind: 'outside', reason: 'this pull request does not change the file' }
  if (file.patch === undefined) return { kind: 'outside', reason: 'GitHub shows no diff of the file' }
  const { side, startLine, endLine } = lines
  const shown = parseHunks(file.patch)
    .map((hunk) => [...hunk[side].keys()].filter((line) => line >= startLine && line <= endLine))
    .findLast((found) => found.length > 0)
  const [first, last] = [shown?.[0], shown?.at(-1)]
  if (first === undefined || last === undefined) return { kind: 'outside', reason: 'the diff does not show the lines' }
  return {
    ...{ kind: 'inline', path: file.path, side, startLine: first, line: last },
    exact: first === startLine && last === endLine,
    text: lineText(file, side, last) ?? '',
  }
}

/** What a line says; undefined where the diff does not show it. */
export function lineText({ patch = '' }: ChangedFile, side: Side, line: number): string | undefined {
  return parseHunks(patch)
    .map((hunk) => hunk[side].get(line))
    .find((text) => text !== undefined)
}

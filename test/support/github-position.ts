// GitHub's `position`: how many lines below its first hunk's head a line of a file's diff stands. Source: the REST
// documentation of review comments.

/** Undefined for a line that the diff does not show. */
export function positionOf(patch: string, line: number, side = 'RIGHT'): number | undefined {
  const at = linesOf(patch).findIndex((one) => (side === 'LEFT' ? one.left : one.right) === line)
  return at < 0 ? undefined : at
}

/** The line of the file at the head, or at the base for one that was removed. */
export function lineAt(patch: string, position: number): number | undefined {
  const found = linesOf(patch)[position]
  return found?.right ?? found?.left
}

interface Line {
  readonly left?: number
  readonly right?: number
}

function linesOf(patch: string): readonly Line[] {
  let left = 0
  let right = 0
  return patch.split('\n').map((text): Line => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text)
    if (hunk) {
      left = Number(hunk[1])
      right = Number(hunk[2])
      return {}
    }
    if (text.startsWith('\\')) return {}
    if (text.startsWith('-')) return { left: left++ }
    if (text.startsWith('+')) return { right: right++ }
    return { left: left++, right: right++ }
  })
}

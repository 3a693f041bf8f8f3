// What somebody may have meant.

/** The known name that is nearest, if it is near at all. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best && best.distance <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined
}

/** `; did you mean --memory?`, or nothing. */
export function suggestion(name: string, known: readonly string[], spell = (text: string) => text): string {
  const meant = nearest(name, known)
  return meant === undefined ? '' : `; did you mean ${spell(meant)}?`
}

// Levenshtein's, one row at a time. Names are short: nobody's typing is worth more than 64 letters.
function distance(a: string, b: string): number {
  const from = a.slice(0, 64)
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const change = (row[j] ?? 0) + (letter === b[j] ? 0 : 1)
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

// A measured figure beside what it is compared with, from one run on one machine.
export interface Row {
  readonly what: string
  readonly comparedWith: string
  /** Medians, milliseconds. */
  readonly ms: number
  readonly comparedMs: number
  readonly ratio: number
  readonly budget: string
  readonly kept: boolean
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Runs both in turn, so that a machine that slows down slows both. Returns the two medians, milliseconds. */
export async function alternate(
  rounds: number,
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<readonly [number, number]> {
  const first: number[] = []
  const second: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    first.push(await one())
    second.push(await other())
  }
  return [median(first), median(second)]
}

/** A row whose budget is a ratio. */
export function ratioRow(
  what: string,
  comparedWith: string,
  [ms, comparedMs]: readonly [number, number],
  most: number,
): Row {
  const ratio = ms / comparedMs
  return { what, comparedWith, ms, comparedMs, ratio, budget: `≤ ${most}×`, kept: ratio <= most }
}

export function printRows(rows: readonly Row[]): void {
  for (const { what, comparedWith, ms, comparedMs, ratio, budget, kept } of rows) {
    const figures = `${ms.toFixed(ms < 10 ? 2 : 0)} ms against ${comparedMs.toFixed(comparedMs < 10 ? 2 : 0)} ms`
    process.stdout.write(
      `${kept ? '✓' : '✗'} ${what}\n    ${figures} (${comparedWith}): ${ratio.toFixed(2)}×, budget ${budget}\n`,
    )
  }
}

// A measured figure beside what it is compared with, from one run on one machine.
export interface Row {
  readonly what: string
  readonly comparedWith: string
  /** Both medians with their unit, and the ratio where there is one. */
  readonly figures: string
  readonly budget: string
  readonly kept: boolean
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Runs both in turn, so that a machine that slows down slows both. Returns the two medians. */
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

export interface Comparison {
  readonly what: string
  readonly comparedWith: string
  /** Medians, milliseconds. */
  readonly ms: readonly [number, number]
}

/** @param kept given the two, whether the budget holds */
export function timeRow(
  { what, comparedWith, ms }: Comparison,
  budget: string,
  kept: (ms: number, comparedMs: number) => boolean,
): Row {
  const [one, other] = ms
  const figures = `${show(one)} ms against ${show(other)} ms: ${(one / other).toFixed(2)}×`
  return { what, comparedWith, figures, budget, kept: kept(one, other) }
}

/** A row whose budget is a ratio. */
export const ratioRow = (comparison: Comparison, most: number): Row =>
  timeRow(comparison, `≤ ${most}×`, (ms, comparedMs) => ms / comparedMs <= most)

const show = (ms: number) => ms.toFixed(ms < 10 ? 2 : 0)

export function printRows(rows: readonly Row[]): void {
  for (const { what, comparedWith, figures, budget, kept } of rows) {
    process.stdout.write(`${kept ? '✓' : '✗'} ${what}\n    ${figures} (${comparedWith}), budget ${budget}\n`)
  }
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

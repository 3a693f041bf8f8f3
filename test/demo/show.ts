// What the demo prints once the run is over.
import { readFileSync } from 'node:fs'
import { stdout } from 'node:process'
import { styleText } from 'node:util'
import type { RunResult } from '../../src/report/run-result.ts'

export const title = (text: string) => stdout.write(`\n${styleText('bold', text)}\n`)

export function showProbe({ probe }: RunResult): void {
  const rows = probe.map(({ ok, direction, name, target, result, detail, durationMs }) => {
    const mark = ok ? styleText('green', '✓') : styleText('red', '✗')
    const cells = [direction === 'out' ? 'way out' : 'way in ', name.padEnd(26), target.padEnd(30), result.padEnd(6)]
    return `  ${mark} ${cells.join(' ')} ${detail.padEnd(12)} ${durationMs} ms\n`
  })
  stdout.write(rows.join(''))
}

export function showPatch(file: string | undefined): void {
  const lines = file ? readFileSync(file, 'utf8').trimEnd().split('\n') : ['(nothing changed)']
  stdout.write(`${lines.map(coloured).join('\n')}\n`)
}

function coloured(line: string): string {
  if (/^(diff|index|---|\+\+\+)/.test(line)) return styleText('bold', line)
  if (line.startsWith('+')) return styleText('green', line)
  if (line.startsWith('-')) return styleText('red', line)
  return line.startsWith('@@') ? styleText('cyan', line) : line
}

export function showTimes(result: RunResult): void {
  const row = (name: string, ms: number) => stdout.write(`  ${name.padEnd(14)} ${String(ms).padStart(7)} ms\n`)
  for (const [phase, ms] of Object.entries(result.timings)) row(phase, ms)
  row('whole run', result.durationMs)
  const first = (result.sandboxReadyMs ?? 0) + (result.timings.first_request ?? 0)
  stdout.write(
    `  Phases overlap. Claude's first request to the model came ${(first / 1000).toFixed(1)} s after the start.\n`,
  )
}

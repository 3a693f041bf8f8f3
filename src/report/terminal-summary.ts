// The end of a run at a terminal.
import { styleText } from 'node:util'
import { whatBecomes } from '../audit/format.ts'
import { kindsOf } from '../audit/kinds.ts'
import { formatSource } from '../config/problems.ts'
import { blockedRequests } from './blocked.ts'
import { counted, dollars, duration } from './figures.ts'
import { plainLine, plainText } from './plain-text.ts'
import type { RunResult } from './run-result.ts'

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const MOST_ROWS = 20
const MOST_FINDINGS = 400

export function terminalSummary(result: RunResult, colour: boolean): string {
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text)
  const lines = [
    '',
    ...headline(result, paint),
    ...error(result),
    ...files(result, paint),
    ...audited(result, paint),
    ...blocked(result, paint),
    ...where(result, paint),
  ]
  return `${lines.join('\n')}\n`
}

function headline({ conclusion, numTurns, costUsd, durationMs }: RunResult, paint: Paint): readonly string[] {
  const title = {
    success: () => paint(['bold', 'green'], '✓ Done'),
    failure: () => paint(['bold', 'red'], '✗ Failed'),
    cancelled: () => paint(['bold', 'yellow'], '■ Cancelled'),
  }[conclusion]()
  return [`${title} · ${counted(numTurns, 'turn')} · ${dollars(costUsd)} · ${duration(durationMs)}`]
}

function error({ error: failure }: RunResult): readonly string[] {
  if (!failure) return []
  const rows = failure.detail === undefined ? [] : plainText(failure.detail).split('\n')
  // A list of what is wrong is of use only as a whole; of a command's output the end tells most.
  const detail =
    failure.kind === 'audit' || failure.kind === 'input' ? rows.slice(0, MOST_FINDINGS) : rows.slice(-MOST_ROWS)
  return [
    `  ${plainLine(failure.message)}`,
    ...(failure.where ? [`  at ${plainLine(failure.where)}`] : []),
    ...detail.map((line) => `  | ${line}`),
    ...(failure.next
      ? plainText(failure.next)
          .split('\n')
          .map((line, at) => `  ${at === 0 ? '→' : ' '} ${line}`)
      : []),
  ]
}

const MARKS = { added: '+', modified: '~', deleted: '−', renamed: '→', 'type-changed': '!' } as const

function files({ patch }: RunResult, paint: Paint): readonly string[] {
  if (!patch) return []
  const refused = new Set(patch.refusals.map((refusal) => refusal.path))
  const accepted = patch.changes.filter((change) => !refused.has(change.path))
  const size = accepted.length === 0 ? '' : ` (+${patch.insertions} −${patch.deletions})`
  return [
    `  ${counted(accepted.length, 'file')} changed${size}`,
    ...some(accepted.map(({ status, path }) => `    ${MARKS[status]} ${plainLine(path)}`)),
    ...some(
      patch.refusals.map(({ path, kind, reason }) => {
        const what = paint('yellow', kind === 'protected' ? 'held back' : 'refused')
        return `    ${what} ${plainLine(path)}: ${plainLine(reason)}`
      }),
    ),
  ]
}

function blocked(result: RunResult, paint: Paint): readonly string[] {
  const requests = blockedRequests(result)
  if (requests.length === 0) return []
  const rows = requests.map(
    ({ target, method, reason, times }) =>
      `    ${plainLine(`${method} ${target}`)}${times > 1 ? ` (${times} times)` : ''}: ${plainLine(reason)}`,
  )
  return [`  ${paint('yellow', `${counted(result.requests.blocked.length, 'request')} blocked`)}`, ...some(rows)]
}

function audited({ findings }: RunResult, paint: Paint): readonly string[] {
  const { allowed: found, changed } = kindsOf(findings)
  const told = `  ${counted(changed.length, 'setting')} of the project done in another way: airlock audit tells which`
  const last = changed.length === 0 ? [] : [paint('dim', told)]
  if (found.length === 0) return last
  const rows = found.map((finding) => {
    const what = `${finding.rule} ${finding.message} (${formatSource(finding.source)})`
    return `    ${plainLine(`${what}: ${finding.allowed}; ${whatBecomes(finding)}`)}`
  })
  return [
    `  ${paint('yellow', `${counted(found.length, 'finding')} of the audit allowed on purpose`)}`,
    ...some(rows),
    ...last,
  ]
}

function where({ runId, output, patch, keptVolume }: RunResult, paint: Paint): readonly string[] {
  const apply = output.patch && patch && patch.files > 0 ? [`  Apply: git apply ${quoted(output.patch)}`] : []
  const look = output.withheld ? [`  Look at: ${output.withheld}`] : []
  const kept = keptVolume ? keptVolumeHelp(keptVolume, runId).map((line) => `  ${line}`) : []
  return [...apply, ...look, ...kept, paint('dim', `  Everything: ${output.directory}`)]
}

/** How to get at work that could not be brought back. */
export const keptVolumeHelp = (volume: string, runId: string) => [
  `The work is in the volume ${volume}: docker run --rm -v ${volume}:/w debian tar -c -C /w . > work.tar`,
  `Once you have it: airlock sweep --run-id ${runId} --discard`,
]

function some(rows: readonly string[]): readonly string[] {
  const more = rows.length > MOST_ROWS ? [`    … and ${rows.length - MOST_ROWS} more`] : []
  return [...rows.slice(0, MOST_ROWS), ...more]
}

const quoted = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)

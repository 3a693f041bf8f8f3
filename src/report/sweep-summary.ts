// What a sweep did, at a terminal or in a log.
import type { Cleanup } from '../sandbox/cleanup.ts'
import { plainLine, plainText } from './plain-text.ts'
import { keptVolumeHelp } from './terminal-summary.ts'

export function sweepSummary({ removed, rescued, kept, running }: Cleanup, dryRun: boolean): string {
  const lines = [
    ...removed.map(({ kind, name }) => `${dryRun ? 'would remove' : 'removed'} ${kind} ${plainLine(name)}`),
    ...rescued.map(({ runId, patch }) => `run ${runId} was killed; what it had done so far: ${plainLine(patch)}`),
    ...kept.flatMap(({ runId, volume, why }) => [
      `kept: the work of run ${runId}, which could not be brought back`,
      ...plainText(why)
        .split('\n')
        .map((line) => `  ${line}`),
      ...keptVolumeHelp(volume, runId),
    ]),
    ...running.map((runId) => `left alone: run ${runId} goes on (to end it all the same: --run-id ${runId})`),
  ]
  return lines.length === 0 ? 'nothing to sweep\n' : `${lines.join('\n')}\n`
}

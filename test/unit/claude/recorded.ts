// Streams of the real Claude Code 2.1.330 against a scripted model, with the paths of the recording machine replaced.
import { readFileSync } from 'node:fs'
import { describe as describeEvent } from '../../../src/claude/describe.ts'
import type { End } from '../../../src/claude/end.ts'
import { parseEvent } from '../../../src/claude/events.ts'
import { emptyProgress, type Progress, reduce } from '../../../src/claude/progress.ts'

export function recorded(name: string): readonly string[] {
  const file = new URL(`../../fixtures/stream-json/${name}.jsonl`, import.meta.url)
  return readFileSync(file, 'utf8').trimEnd().split('\n')
}

/** What is known after these lines, and what a reader saw. */
export function play(lines: readonly string[]): { readonly progress: Progress; readonly shown: readonly string[] } {
  let progress = emptyProgress()
  const shown: string[] = []
  for (const line of lines) {
    const event = parseEvent(line)
    progress = reduce(progress, event)
    shown.push(...describeEvent(event, progress))
  }
  return { progress, shown }
}

export function endOf(lines: readonly string[], change: Partial<End> = {}): End {
  return {
    endedBy: 'itself',
    exitCode: 0,
    stderrTail: '',
    oomKilled: false,
    progress: play(lines).progress,
    limits: {
      timeoutMs: 30 * 60_000,
      maxTurns: 2,
      memory: 4 * 1024 ** 3,
      cpus: 2,
      pids: 2048,
      outputBytes: 64 * 1024 ** 2,
      patchFiles: 1000,
      patchBytes: 1024 ** 2,
    },
    ...change,
  }
}

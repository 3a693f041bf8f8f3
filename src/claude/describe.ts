// Claude's work as a person follows it: a line or a few for each event. The text is the sandbox's own: whoever prints
// it strips control sequences.
import type { AssistantPart, ClaudeEvent, ToolResult, Usage } from './events.ts'
import type { Progress } from './progress.ts'
import { oneLine, toolSubject } from './tool-subject.ts'

const MOST_TEXT_LINES = 40
const LONGEST_LINE = 400
const MOST_RESULT_LINES = 6
/** Tools whose output says how the work stands; the others' is what Claude reads, and in the transcript. */
const SHOWN_OUTPUT = new Set(['Bash', 'PowerShell'])

/** @param progress with this event already taken in */
export function describe(event: ClaudeEvent, progress: Progress): readonly string[] {
  switch (event.kind) {
    case 'init':
      return progress.counted
        ? []
        : [facts([`session ${event.sessionId}`, event.model, `Claude Code ${event.version}`])]
    case 'assistant':
      return indent(
        event.parts.flatMap((part) => describePart(part, progress.folder)),
        event.parent,
      )
    case 'tool-results':
      return indent(
        event.results.flatMap((result) => describeResult(result, progress)),
        event.parent,
      )
    case 'retry': {
      const { attempt, maxAttempts, delayMs, error } = event
      return [`! ${apiAnswer(error)}; try ${attempt} of ${maxAttempts} in ${seconds(delayMs)}`]
    }
    case 'rate-limit':
      return event.status === 'allowed' || event.status === '' ? [] : [`! rate limit: ${oneLine(event.status, 80)}`]
    case 'result':
      return event.sessionId === progress.summary.sessionId ? [ended(event, progress)] : []
    case 'unknown':
      return []
    case 'malformed':
      return event.text.trim() === '' ? [] : [`? ${oneLine(event.text, LONGEST_LINE)}`]
  }
}

function describePart(part: AssistantPart, folder: string | undefined): readonly string[] {
  if (part.kind === 'thinking') return []
  if (part.kind === 'tool-use') return [`→ ${oneLine(part.tool, 60)}  ${toolSubject(part.tool, part.input, folder)}`]
  const lines = part.text.trim().split('\n')
  if (lines[0] === '') return []
  const shown = lines.slice(0, MOST_TEXT_LINES).map((line, at) => `${at === 0 ? '●' : ' '} ${bounded(line)}`)
  return lines.length > MOST_TEXT_LINES ? [...shown, `  … ${lines.length - MOST_TEXT_LINES} more lines`] : shown
}

function describeResult(result: ToolResult, progress: Progress): readonly string[] {
  const call = progress.tools.find((tool) => tool.id === result.id)
  const duration = call?.durationMs === undefined ? undefined : seconds(call.durationMs)
  const lines = result.text.trimEnd().split('\n')
  const shows = result.isError || SHOWN_OUTPUT.has(call?.tool ?? '')
  const last = shows ? lines.slice(-MOST_RESULT_LINES).filter((line) => line.trim() !== '') : []
  const hidden = shows ? Math.max(0, lines.length - MOST_RESULT_LINES) : 0
  return [
    `  ${result.isError ? '✗' : '✓'} ${facts([call?.tool, duration, tokens(progress.tokens), cost(progress)])}`,
    ...(hidden > 0 ? [`    … ${hidden} lines above`] : []),
    ...last.map((line) => `    ${bounded(line)}`),
  ]
}

function ended(event: Extract<ClaudeEvent, { kind: 'result' }>, progress: Progress): string {
  const { numTurns, costUsd } = progress.summary
  const how = event.isError
    ? `✗ stopped (${oneLine(event.errors[0] ?? event.message ?? event.subtype, 200)})`
    : '✓ done'
  const turns = `${numTurns} ${numTurns === 1 ? 'turn' : 'turns'}`
  return facts([how, turns, tokens(progress.tokens), `$${costUsd.toFixed(4)}`, seconds(event.durationMs)])
}

/** What the model's API did instead of answering. */
export function apiAnswer({ status, type }: { status?: number | undefined; type?: string | undefined }): string {
  const kind = type === undefined || type === 'unknown' ? '' : ` (${oneLine(type, 60).replaceAll('_', ' ')})`
  return status === undefined ? `the model's API gave no answer${kind}` : `the model's API answered ${status}${kind}`
}

export function seconds(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`
}

function tokens({ input, output, cacheRead, cacheWrite }: Usage): string {
  return `${thousands(input + cacheRead + cacheWrite)} in / ${thousands(output)} out`
}

// Known when a result comes: the stream has no prices before.
function cost({ summary }: Progress): string | undefined {
  return summary.costUsd > 0 ? `$${summary.costUsd.toFixed(4)}` : undefined
}

function thousands(count: number): string {
  return count < 1000 ? String(count) : `${(count / 1000).toFixed(1)}k`
}

function facts(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ')
}

function bounded(line: string): string {
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line
}

function indent(lines: readonly string[], parent: string | undefined): readonly string[] {
  return parent === undefined ? lines : lines.map((line) => `  ${line}`)
}

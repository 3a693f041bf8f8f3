// What is known of Claude's work so far: a pure reduction of its events.
import type { AssistantPart, ClaudeEvent, ToolResult, Usage } from './events.ts'
import { keepTodos, type Todo } from './todos.ts'
import { toolSubject } from './tool-subject.ts'

export interface ToolCall {
  readonly id: string
  readonly tool: string
  /** What it is about, in a few words. */
  readonly subject: string
  readonly startedMs?: number | undefined
  readonly durationMs?: number | undefined
}

export interface Progress {
  readonly summary: {
    readonly sessionId?: string
    readonly model?: string
    readonly costUsd: number
    readonly numTurns: number
    readonly finalMessage?: string
    readonly structuredOutput?: unknown
  }
  readonly version?: string | undefined
  /** The folder that Claude works in, inside the sandbox. */
  readonly folder?: string | undefined
  readonly tokens: Usage
  /** Turns that a result accounts for, and those seen since. */
  readonly turns: { readonly done: number; readonly open: number }
  /** The newest tool calls, oldest first. */
  readonly tools: readonly ToolCall[]
  /** Of the main agent. */
  readonly todos: readonly Todo[]
  /** The last try that the model's API did not answer; gone with the next answer. */
  readonly retry?: Extract<ClaudeEvent, { kind: 'retry' }> | undefined
  readonly rateLimit?: Extract<ClaudeEvent, { kind: 'rate-limit' }> | undefined
  readonly result?: Extract<ClaudeEvent, { kind: 'result' }> | undefined
  /** The message whose tokens were counted last: its parts come one by one, each with the same count. */
  readonly counted?: { readonly messageId: string; readonly usage: Usage } | undefined
}

const KEPT_TOOLS = 64
const NOTHING: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

export function emptyProgress(): Progress {
  return { summary: { costUsd: 0, numTurns: 0 }, tokens: NOTHING, turns: { done: 0, open: 0 }, tools: [], todos: [] }
}

export function reduce(progress: Progress, event: ClaudeEvent): Progress {
  switch (event.kind) {
    case 'init':
      return started(progress, event)
    case 'assistant':
      return answered(progress, event)
    case 'tool-results':
      return { ...progress, tools: event.results.reduce(ended(event.atMs), progress.tools) }
    case 'retry':
      return { ...progress, retry: event }
    case 'rate-limit':
      return { ...progress, rateLimit: event }
    case 'result':
      return finished(progress, event)
    case 'unknown':
    case 'malformed':
      return progress
  }
}

// A session starts once; the same one is announced again when a background task wakes it.
function started(progress: Progress, event: Extract<ClaudeEvent, { kind: 'init' }>): Progress {
  const { summary } = progress
  if (summary.sessionId !== undefined) return progress
  const model = event.model === undefined ? {} : { model: event.model }
  return {
    ...progress,
    version: event.version,
    folder: event.folder,
    summary: { ...summary, ...model, sessionId: event.sessionId },
  }
}

function answered(progress: Progress, event: Extract<ClaudeEvent, { kind: 'assistant' }>): Progress {
  const again = progress.counted?.messageId === event.messageId ? progress.counted.usage : NOTHING
  const used = event.parts.filter((part) => part.kind === 'tool-use')
  const calls = used.map((part) => call(part, event.atMs, progress.folder))
  const words = event.parts.findLast((part) => part.kind === 'text' && part.text.trim() !== '')
  const newMessage = progress.counted?.messageId !== event.messageId && event.parent === undefined
  const open = progress.turns.open + (newMessage && event.apiError === undefined ? 1 : 0)
  return {
    ...progress,
    retry: undefined,
    turns: { ...progress.turns, open },
    tokens: add(progress.tokens, event.usage, again),
    counted: { messageId: event.messageId, usage: event.usage },
    tools: [...progress.tools, ...calls].slice(-KEPT_TOOLS),
    todos: event.parent === undefined ? used.reduce(keepTodos, progress.todos) : progress.todos,
    summary: {
      ...progress.summary,
      numTurns: progress.turns.done + open,
      // Until a result comes, the last thing said is what there is to show of a run that was cut off.
      ...(words?.kind === 'text' && event.parent === undefined ? { finalMessage: words.text } : {}),
    },
  }
}

function call(
  { id, tool, input }: Extract<AssistantPart, { kind: 'tool-use' }>,
  startedMs: number | undefined,
  folder: string | undefined,
): ToolCall {
  return { id, tool, subject: toolSubject(tool, input, folder), startedMs }
}

function ended(atMs: number | undefined) {
  return (tools: readonly ToolCall[], { id }: ToolResult): readonly ToolCall[] =>
    tools.map((tool) =>
      tool.id === id && tool.durationMs === undefined && tool.startedMs !== undefined && atMs !== undefined
        ? { ...tool, durationMs: Math.max(0, atMs - tool.startedMs) }
        : tool,
    )
}

// A result of another session is not Claude's own: a process that found its way to the stream wrote it.
function finished(progress: Progress, event: Extract<ClaudeEvent, { kind: 'result' }>): Progress {
  const { summary } = progress
  if (summary.sessionId === undefined || summary.sessionId !== event.sessionId) return progress
  const structured = event.structuredOutput ?? summary.structuredOutput
  const done = progress.turns.done + event.turns
  return {
    ...progress,
    result: event,
    turns: { done, open: 0 },
    summary: {
      ...summary,
      // The cost is the session's whole, the turns are those since the last result.
      costUsd: Math.max(summary.costUsd, event.costUsd),
      numTurns: done,
      ...(event.message === undefined ? {} : { finalMessage: event.message }),
      ...(structured === undefined ? {} : { structuredOutput: structured }),
    },
  }
}

function add(total: Usage, usage: Usage, again: Usage): Usage {
  const sum = (key: keyof Usage) => total[key] + usage[key] - again[key]
  return {
    input: sum('input'),
    output: sum('output'),
    cacheRead: sum('cacheRead'),
    cacheWrite: sum('cacheWrite'),
  }
}

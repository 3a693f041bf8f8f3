// Claude Code's stream, line by line. Only the structure of a line counts: what a tool printed is a string inside a
// `user` object, whatever that string looks like. Nothing here is trusted; every field is checked before it is taken.
import { type Fields, fields, list, number, object, text } from './fields.ts'

/** Tokens of one answer of the model. */
export interface Usage {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

export type AssistantPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thinking' }
  | { readonly kind: 'tool-use'; readonly id: string; readonly tool: string; readonly input: Fields }

export interface ToolResult {
  readonly id: string
  readonly isError: boolean
  readonly text: string
}

/** What was wrong with the model's API. */
export interface ApiError {
  /** HTTP status; absent when no answer came. */
  readonly status?: number | undefined
  readonly type?: string | undefined
}

export type ClaudeEvent =
  | {
      readonly kind: 'init'
      readonly sessionId: string
      readonly model?: string | undefined
      readonly version?: string | undefined
      readonly folder?: string | undefined
    }
  | {
      readonly kind: 'assistant'
      readonly messageId: string
      readonly parts: readonly AssistantPart[]
      readonly usage: Usage
      readonly atMs?: number | undefined
      /** Set when a subagent speaks: the tool call that started it. */
      readonly parent?: string | undefined
      readonly apiError?: ApiError | undefined
    }
  | {
      readonly kind: 'tool-results'
      readonly results: readonly ToolResult[]
      readonly atMs?: number | undefined
      readonly parent?: string | undefined
    }
  | {
      readonly kind: 'retry'
      readonly attempt: number
      readonly maxAttempts: number
      readonly delayMs: number
      readonly error: ApiError
    }
  | {
      readonly kind: 'rate-limit'
      readonly status: string
      /** Seconds since 1970. */
      readonly resetsAt?: number | undefined
    }
  | {
      readonly kind: 'result'
      readonly sessionId: string
      readonly subtype: string
      readonly isError: boolean
      readonly turns: number
      readonly costUsd: number
      readonly durationMs: number
      readonly message?: string | undefined
      readonly structuredOutput?: unknown
      readonly errors: readonly string[]
      readonly apiError?: ApiError | undefined
      /** Tools that Claude Code refused by its own rules. */
      readonly denials: readonly string[]
    }
  /** Well formed and of no interest here, or of a kind that this version doesn't know. */
  | { readonly kind: 'unknown'; readonly name: string }
  /** No JSON object: something else wrote to the stream, or a line was cut. */
  | { readonly kind: 'malformed'; readonly text: string }

/** Never throws. */
export function parseEvent(line: string): ClaudeEvent {
  const event = parseObject(line)
  if (!event) return { kind: 'malformed', text: line }
  const type = text(event.type) ?? ''
  if (type === 'assistant') return assistant(event)
  if (type === 'user') return toolResults(event)
  if (type === 'result') return result(event)
  if (type === 'system' && event.subtype === 'init') return init(event)
  if (type === 'system' && event.subtype === 'api_retry') return retry(event)
  if (type === 'rate_limit_event') return rateLimit(event)
  return { kind: 'unknown', name: [type, text(event.subtype)].filter(Boolean).join('/') }
}

function parseObject(line: string): Fields | undefined {
  try {
    return object(JSON.parse(line))
  } catch {
    return undefined
  }
}

function init(event: Fields): ClaudeEvent {
  return {
    kind: 'init',
    sessionId: text(event.session_id) ?? '',
    model: text(event.model),
    version: text(event.claude_code_version),
    folder: text(event.cwd),
  }
}

function assistant(event: Fields): ClaudeEvent {
  const message = fields(event.message)
  const usage = fields(message.usage)
  return {
    kind: 'assistant',
    messageId: text(message.id) ?? '',
    parts: list(message.content).flatMap(part),
    usage: {
      input: number(usage.input_tokens) ?? 0,
      output: number(usage.output_tokens) ?? 0,
      cacheRead: number(usage.cache_read_input_tokens) ?? 0,
      cacheWrite: number(usage.cache_creation_input_tokens) ?? 0,
    },
    ...origin(event),
    ...(event.is_api_error_message === true ? { apiError: apiError(event) } : {}),
  }
}

function part(block: unknown): readonly AssistantPart[] {
  const { type, text: words, id, name, input } = fields(block)
  if (type === 'text') return [{ kind: 'text', text: text(words) ?? '' }]
  if (type === 'thinking' || type === 'redacted_thinking') return [{ kind: 'thinking' }]
  if (type !== 'tool_use') return []
  return [{ kind: 'tool-use', id: text(id) ?? '', tool: text(name) ?? '', input: fields(input) }]
}

function toolResults(event: Fields): ClaudeEvent {
  const blocks = list(fields(event.message).content).map(fields)
  const results = blocks
    .filter((block) => block.type === 'tool_result')
    .map((block) => ({
      id: text(block.tool_use_id) ?? '',
      isError: block.is_error === true,
      text: contentText(block.content),
    }))
  return { kind: 'tool-results', results, ...origin(event) }
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  return list(content)
    .map((block) => text(fields(block).text) ?? '')
    .join('\n')
}

function origin(event: Fields): { atMs?: number; parent?: string } {
  const atMs = Date.parse(text(event.timestamp) ?? '')
  const parent = text(event.parent_tool_use_id)
  return { ...(Number.isNaN(atMs) ? {} : { atMs }), ...(parent === undefined ? {} : { parent }) }
}

function retry(event: Fields): ClaudeEvent {
  return {
    kind: 'retry',
    attempt: number(event.attempt) ?? 0,
    maxAttempts: number(event.max_retries) ?? 0,
    delayMs: number(event.retry_delay_ms) ?? 0,
    error: { status: number(event.error_status), type: text(event.error) },
  }
}

function rateLimit(event: Fields): ClaudeEvent {
  const info = fields(event.rate_limit_info)
  return { kind: 'rate-limit', status: text(info.status) ?? '', resetsAt: number(info.resetsAt) }
}

function result(event: Fields): ClaudeEvent {
  const failed = event.api_error_status != null || event.api_error_type != null || event.api_error != null
  return {
    kind: 'result',
    sessionId: text(event.session_id) ?? '',
    subtype: text(event.subtype) ?? '',
    // Anything but a plain `false` counts as an error.
    isError: event.is_error !== false,
    turns: number(event.num_turns) ?? 0,
    costUsd: number(event.total_cost_usd) ?? 0,
    durationMs: number(event.duration_ms) ?? 0,
    message: text(event.result),
    structuredOutput: event.structured_output,
    errors: list(event.errors).flatMap((entry) => text(entry) ?? []),
    ...(failed ? { apiError: apiError(event) } : {}),
    denials: list(event.permission_denials).flatMap((entry) => text(fields(entry).tool_name) ?? []),
  }
}

function apiError(event: Fields): ApiError {
  return { status: number(event.api_error_status), type: text(event.api_error_type) ?? text(event.api_error) }
}

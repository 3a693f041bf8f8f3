// Runs Claude Code in the sandbox and watches its limits.
import type { Docker } from '../ports/docker.ts'
import { execStart, type Session } from './exec.ts'

export type EndedBy = 'itself' | 'time' | 'output' | 'cancel'

export interface ClaudeEnd {
  readonly endedBy: EndedBy
  readonly exitCode: number
  readonly stderrTail: string
}

export interface ClaudeProcessOptions {
  readonly argv: readonly string[]
  /** The prompt. */
  readonly stdin: string
  readonly timeoutMs: number
  readonly outputBytes: number
  readonly signal: AbortSignal
  /** Gets every chunk as it came, before anything is made of it: the transcript. */
  readonly onBytes: (chunk: Buffer) => void
  /** Gets every whole line; longer ones than MAX_LINE are cut. Returning true ends Claude. */
  readonly onLine: (line: string) => boolean
}

// A tool result of Claude Code holds at most some hundred kB; a line without an end must not eat our memory.
const MAX_LINE = 8 * 1024 * 1024

/** Ends with Claude, or ends it: by killing its container, so that nothing it started goes on. */
export async function runClaudeProcess(
  docker: Docker,
  session: Session,
  options: ClaudeProcessOptions,
): Promise<ClaudeEnd> {
  let endedBy: EndedBy = 'itself'
  const child = execStart(docker, session, options.argv)
  const kill = () => void docker.run(['kill', session.container]).finally(() => child.kill('SIGKILL'))
  const stop = (reason: EndedBy) => {
    if (endedBy !== 'itself') return
    endedBy = reason
    kill()
  }
  const timer = setTimeout(() => stop('time'), options.timeoutMs)
  const onAbort = () => stop('cancel')
  options.signal.addEventListener('abort', onAbort, { once: true })
  if (options.signal.aborted) stop('cancel')
  let bytes = 0
  const lines = lineSplitter((line) => {
    if (options.onLine(line)) kill()
  })
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > options.outputBytes) return stop('output')
    options.onBytes(chunk)
    lines.push(chunk)
  })
  child.stdin.end(options.stdin)
  try {
    const { exitCode, stderrTail } = await child.done
    lines.end()
    return { endedBy, exitCode, stderrTail }
  } finally {
    clearTimeout(timer)
    options.signal.removeEventListener('abort', onAbort)
  }
}

function lineSplitter(onLine: (line: string) => void) {
  let rest: Buffer[] = []
  let length = 0
  const flush = () => {
    if (length > 0) onLine(Buffer.concat(rest).toString('utf8'))
    rest = []
    length = 0
  }
  const keep = (part: Buffer) => {
    if (length < MAX_LINE) rest.push(part)
    length += part.length
  }
  return {
    push(chunk: Buffer) {
      let from = 0
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        keep(chunk.subarray(from, at))
        flush()
        from = at + 1
      }
      if (from < chunk.length) keep(chunk.subarray(from))
    },
    end: flush,
  }
}

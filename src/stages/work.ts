// Claude at work: its stream goes to the transcript first, then to the reader.

import { claudeCommand } from '../claude/command.ts'
import { describe } from '../claude/describe.ts'
import { isHopeless, judgeEnd } from '../claude/end.ts'
import { parseEvent } from '../claude/events.ts'
import { emptyProgress, type Progress, reduce } from '../claude/progress.ts'
import { AirlockError } from '../ports/errors.ts'
import { TOOLS_FOLDER } from '../sandbox/briefing.ts'
import { type ClaudeEnd, runClaudeProcess } from '../sandbox/claude-process.ts'
import { inspect } from '../sandbox/containers.ts'
import { waitForEngine } from '../sandbox/engine.ts'
import type { Running } from './boot.ts'
import type { Stage } from './stage.ts'
import { openTranscript } from './transcript.ts'

/** Returns the error that Claude's end amounts to, if any: the work so far is worth having all the same. */
export async function work(running: Running, transcriptFile: string, stage: Stage): Promise<Error | undefined> {
  const { record, host } = stage
  record.sandboxReadyMs = Math.round(record.elapsed())
  const from = performance.now()
  running.link.onEvent((event) => {
    if (event.event !== 'decision') return
    if (event.via === 'relay' && event.verdict === 'allowed' && event.path === '/v1/messages') markFirst()
    if (event.verdict === 'refused')
      host.warning(`blocked: ${event.method} ${event.host}:${event.port} (${event.reason ?? ''})`)
  })
  let first = true
  const markFirst = () => {
    if (first) record.mark('first_request', performance.now() - from)
    first = false
  }
  const close = host.section('Claude starts')
  const followed = record.time('claude', () => follow(running, transcriptFile, stage))
  const { end, progress, unwritten } = await followed.finally(close)
  record.claude = progress.summary
  if (unwritten) return unwritten
  const restarted = await waitForEngine(stage.docker)
  const [container] = await inspect(stage.docker, [running.session.container]).catch(() => [])
  if (end.endedBy === 'itself' && !progress.result && container?.running === false && !container.oomKilled) {
    return stoppedFromOutside(restarted)
  }
  return judgeEnd({ ...end, oomKilled: container?.oomKilled ?? false, progress, limits: stage.request.limits })
}

// What the engine gives to containers whose image has none.
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

function stoppedFromOutside(restarted: boolean): AirlockError {
  const what = restarted ? 'the Docker engine was restarted' : 'the sandbox was stopped from outside'
  return new AirlockError('engine', `${what} while Claude worked`, {
    next: 'The work so far is in the output folder. Start the run again when the engine is back for good.',
  })
}

async function follow(running: Running, transcriptFile: string, stage: Stage) {
  const { request, docker, signal, host, record } = stage
  const command = claudeCommand(request, record.services)
  const transcript = openTranscript(transcriptFile)
  record.output.transcript = transcriptFile
  let progress: Progress = emptyProgress()
  const { env } = running.session
  const tools = request.briefing ? { PATH: `${TOOLS_FOLDER}:${env.PATH ?? USUAL_PATH}` } : {}
  const session = { ...running.session, env: { ...env, ...command.env, ...tools } }
  const end: ClaudeEnd = await runClaudeProcess(docker, session, {
    argv: command.argv,
    stdin: command.stdin,
    timeoutMs: request.limits.timeoutMs,
    outputBytes: request.limits.outputBytes,
    signal,
    onBytes: transcript.write,
    onLine: (line) => {
      const event = parseEvent(line)
      progress = reduce(progress, event)
      record.claude = progress.summary
      stage.onProgress?.(progress)
      for (const text of request.fullLog ? [line] : describe(event, progress)) host.untrusted(text)
      return isHopeless(progress) || transcript.failed()
    },
  })
  return { end, progress, unwritten: await transcript.close() }
}

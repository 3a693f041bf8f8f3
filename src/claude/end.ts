// How Claude ended, as success or as the one error that names the cause and the next step.
import { AirlockError, type ErrorFacts } from '../ports/errors.ts'
import type { Limits } from '../request/run-request.ts'
import { apiError, isCredentialRefused } from './api-error.ts'
import { apiAnswer } from './describe.ts'
import type { Progress } from './progress.ts'
import { oneLine } from './tool-subject.ts'

export interface End {
  readonly endedBy: 'itself' | 'time' | 'output' | 'cancel'
  readonly exitCode: number
  readonly stderrTail: string
  /** The kernel killed a process of the sandbox for its memory. */
  readonly oomKilled: boolean
  readonly progress: Progress
  readonly limits: Limits
}

/** Undefined when Claude did its work; the work so far is kept in any case. */
export function judgeEnd(end: End): AirlockError | undefined {
  if (end.endedBy !== 'itself') return stopped(end)
  const { result } = end.progress
  if (result && !result.isError && end.exitCode === 0) return undefined
  // A tool that was killed is Claude's to handle; only when Claude itself is gone was it the limit that ended the run.
  if (end.oomKilled && !result) return outOfMemory(end)
  return result?.isError ? reported(end, result) : vanished(end)
}

/** True once more tries can't help: a refused credential stays refused, and Claude Code would try on for minutes. */
export function isHopeless({ retry }: Progress): boolean {
  return retry !== undefined && retry.attempt >= 3 && isCredentialRefused(retry.error)
}

function stopped({ endedBy, progress, limits }: End): AirlockError {
  if (endedBy === 'cancel') return error('Claude was stopped because the run was cancelled', {})
  if (endedBy === 'output') {
    return error(`Claude was stopped: its output passed ${Math.round(limits.outputBytes / 1024 ** 2)} MiB`, {
      next: 'Something printed without end; the last lines of the transcript show what.',
    })
  }
  if (progress.retry) return apiError(progress.retry.error, apiAnswer(progress.retry.error))
  return error(`Claude was stopped: its time of ${limits.timeoutMs / 60_000} minutes was over`, {
    next: 'Give it more time (timeout_minutes, --timeout-minutes), or a smaller task.',
  })
}

function reported({ limits, stderrTail }: End, result: NonNullable<Progress['result']>): AirlockError {
  if (result.apiError) return apiError(result.apiError, result.message)
  const detail = oneLine(result.errors.join('; ') || (result.message ?? stderrTail), 600)
  switch (result.subtype) {
    case 'error_max_turns':
      return error(`Claude was stopped after ${limits.maxTurns ?? 'the allowed number of'} turns`, {
        detail,
        next: 'Allow more (max_turns, --max-turns), or give it a smaller task.',
      })
    case 'error_max_budget_usd':
      return error(`Claude was stopped: the run had cost $${result.costUsd.toFixed(2)}`, {
        detail,
        next: 'Allow more (max_cost_usd, --max-cost-usd), or give it a smaller task.',
      })
    case 'error_max_structured_output_retries':
      return error('Claude could not give its answer in the form that --json-schema asks for', {
        detail,
        next: 'Check that the prompt asks for what the schema describes, and that the schema can be met.',
      })
    default:
      return error('Claude ended with an error', { detail, next: 'The transcript shows how it came to that.' })
  }
}

function vanished(end: End): AirlockError {
  const { exitCode, stderrTail, progress } = end
  const where = `claude (exit code ${exitCode})`
  const detail = stderrTail.trim().slice(-1000)
  if (exitCode === 127 || (exitCode === 126 && /not found|no such file/i.test(detail))) {
    return error('Claude Code is not installed in the sandbox, or not on its PATH', {
      where,
      detail,
      next: 'Airlock adds it to the image as a feature: check that nothing in the Dockerfile or remoteEnv replaces PATH.',
    })
  }
  if (/unknown option|option .* argument|invalid (value|option)/i.test(detail) && !progress.summary.sessionId) {
    return error('Claude Code did not take its arguments', {
      where,
      detail,
      next: 'Check claude_args (--claude-args).',
    })
  }
  if (progress.retry) return apiError(progress.retry.error, apiAnswer(progress.retry.error))
  if (exitCode === 137 || exitCode === 143 || exitCode === 130) {
    return error('Claude was killed from outside', {
      where,
      detail,
      next: 'The container was stopped or the process was killed: look for a full disk, a stopped engine, or a command of the sandbox that kills processes.',
    })
  }
  return error('Claude ended without a result', { where, detail, next: 'The transcript shows how far it came.' })
}

function outOfMemory({ limits, exitCode }: End): AirlockError {
  return error(`the sandbox ran out of memory (limit ${(limits.memory / 1024 ** 3).toFixed(1)} GiB)`, {
    where: `claude (exit code ${exitCode})`,
    next: 'Give it more (memory, --memory), or less to do at once.',
  })
}

function error(message: string, facts: ErrorFacts): AirlockError {
  return new AirlockError('claude', message, facts)
}

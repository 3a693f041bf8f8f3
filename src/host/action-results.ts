// What a workflow gets of a run: outputs, the job's summary, annotations, and a step that failed or not.
import { join } from 'node:path'
import * as core from '@actions/core'
import type { AirlockError, Problem } from '../ports/errors.ts'
import { blockedRequests } from '../report/blocked.ts'
import { counted } from '../report/figures.ts'
import { jobSummary } from '../report/job-summary.ts'
import { plainLine, plainText } from '../report/plain-text.ts'
import type { RunResult } from '../report/run-result.ts'
import { writeExecutionFile } from './execution-file.ts'

// The runner takes 1 MiB of outputs a job.
const LONGEST_OUTPUT = 512 * 1024

export async function publishResult(result: RunResult): Promise<void> {
  const { output } = result
  const execution = output.transcript === undefined ? undefined : join(output.directory, 'execution.json')
  if (output.transcript !== undefined && execution !== undefined) {
    await writeExecutionFile(output.transcript, execution)
  }
  const outputs: Readonly<Record<string, unknown>> = {
    // What claude-code-action knows: success or failure.
    conclusion: result.conclusion === 'success' ? 'success' : 'failure',
    execution_file: execution,
    structured_output: result.structuredOutput,
    session_id: result.sessionId,
    patch_file: output.patch,
    result_file: output.result,
    cost_usd: result.costUsd,
    num_turns: result.numTurns,
    sandbox_ready_ms: result.sandboxReadyMs,
    blocked_requests: result.requests.blocked.length,
  }
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value)
  annotate(result)
  await core.summary.addRaw(jobSummary(result)).write()
}

function setOutput(name: string, value: unknown): void {
  if (value === undefined) return
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.length <= LONGEST_OUTPUT) core.setOutput(name, text)
  else core.warning(`${name} is too long for an output of a workflow; it is in the file of the output result_file`)
}

const MOST_ANNOTATIONS = 10

function annotate(result: RunResult): void {
  for (const { path, kind, reason } of (result.patch?.refusals ?? []).slice(0, MOST_ANNOTATIONS)) {
    const title = kind === 'protected' ? 'A change was held back for you to look at' : 'A change was refused'
    core.warning(plainLine(`${path}: ${reason}`), { title })
  }
  const blocked = blockedRequests(result)
  if (blocked.length > 0) {
    const targets = [...new Set(blocked.map(({ target }) => target))].slice(0, 10).join(', ')
    core.warning(plainLine(`${counted(result.requests.blocked.length, 'request')} blocked: ${targets}`))
  }
  const { error } = result
  if (error) failStep(error, result.conclusion === 'cancelled' ? 'Cancelled' : `${error.kind} error`)
  else if (result.conclusion !== 'success') core.setFailed(`the run was ${result.conclusion}`)
}

/** For what went wrong before there was a run. */
export function publishError(error: AirlockError): void {
  core.setOutput('conclusion', 'failure')
  failStep(error, error.name)
}

interface Failure {
  readonly message: string
  readonly where?: string | undefined
  readonly detail?: string | undefined
  readonly next?: string | undefined
  readonly problems?: readonly Problem[]
}

function failStep({ message, where, detail, next, problems = [] }: Failure, title: string): void {
  for (const problem of problems.slice(0, MOST_ANNOTATIONS)) {
    core.error(plainLine(problem.message), { title, ...place(problem.where) })
  }
  const text = [message, where && `at ${where}`, detail, next && `→ ${next}`].filter(Boolean).join('\n')
  process.exitCode = core.ExitCode.Failure
  core.error(plainText(text), { title, ...(problems.length > 0 ? {} : place(where)) })
}

/** `file:line` or `file:line:column`, where the error says that it is in a file. */
export function place(where: string | undefined): core.AnnotationProperties {
  const match = /^([^\s:]+\.(?:json|jsonc|ya?ml|Dockerfile)|[^\s:]*Dockerfile)(?::(\d+))?(?::(\d+))?$/.exec(where ?? '')
  const [, file, line, column] = match ?? []
  if (file === undefined) return {}
  return {
    file,
    ...(line === undefined ? {} : { startLine: Number(line) }),
    ...(column === undefined ? {} : { startColumn: Number(column) }),
  }
}

// What a workflow gets of a run: outputs, the job's summary, annotations, and a step that failed or not.
import { join, sep } from 'node:path'
import * as core from '@actions/core'
import type { Finding } from '../audit/finding.ts'
import { whatBecomes } from '../audit/format.ts'
import { kindsOf } from '../audit/kinds.ts'
import { ruleOf } from '../audit/rules.ts'
import type { Published } from '../github/published.ts'
import type { AirlockError, ErrorKind, Problem } from '../ports/errors.ts'
import { blockedRequests } from '../report/blocked.ts'
import { counted } from '../report/figures.ts'
import { jobSummary } from '../report/job-summary.ts'
import { plainLine, plainText } from '../report/plain-text.ts'
import type { RunResult } from '../report/run-result.ts'
import { writeExecutionFile } from './execution-file.ts'

// The runner takes 1 MiB of outputs a job.
const LONGEST_OUTPUT = 512 * 1024

export interface Telling {
  /** The project's folder in the checkout, to which the places in a result are relative. */
  readonly folder: string
  /** What came of it on GitHub; undefined for a run that is about nothing there. */
  readonly published: Published | undefined
  readonly displayReport: boolean
}

/** @param failure why the check fails though the run did not */
function annotatePublished({ annotations, unpublished }: Published, failure: string | undefined): void {
  for (const { path, startLine, endLine, title, message, severity } of annotations.slice(0, MOST_ANNOTATIONS)) {
    const place = { file: path, startLine, endLine, title: plainLine(`${severity}: ${title}`) }
    ;(severity === 'high' ? core.error : core.warning)(plainText(message), place)
  }
  for (const text of unpublished) core.warning(plainLine(text), { title: 'Not published' })
  if (failure !== undefined) core.setFailed(plainLine(failure))
}

export async function publishResult(result: RunResult, { folder, published, displayReport }: Telling): Promise<void> {
  const failure = published?.failure
  const { output } = result
  const execution = output.transcript === undefined ? undefined : join(output.directory, 'execution.json')
  if (output.transcript !== undefined && execution !== undefined) {
    await writeExecutionFile(output.transcript, execution)
  }
  const outputs: Readonly<Record<string, unknown>> = {
    // What claude-code-action knows: success or failure.
    conclusion: result.conclusion === 'success' && failure === undefined ? 'success' : 'failure',
    execution_file: execution,
    structured_output: result.structuredOutput,
    session_id: result.sessionId,
    patch_file: output.patch,
    result_file: output.result,
    cost_usd: result.costUsd,
    num_turns: result.numTurns,
    sandbox_ready_ms: result.sandboxReadyMs,
    blocked_requests: result.requests.blocked.length,
    branch_name: published?.branch?.name,
    pull_request_number: published?.pullRequest?.number,
    pull_request_url: published?.pullRequest?.url,
    review_url: published?.review?.url,
    comment_url: published?.comment?.url,
  }
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value)
  annotate(result, folder)
  if (published) annotatePublished(published, result.conclusion === 'success' ? failure : undefined)
  if (displayReport) await core.summary.addRaw(jobSummary(result, published)).write()
}

/** Nothing asked for a run: that is no failure. */
export function publishSkip(reason: string): void {
  core.setOutput('conclusion', 'skipped')
  core.notice(plainLine(reason), { title: 'Airlock had nothing to do' })
}

function setOutput(name: string, value: unknown): void {
  if (value === undefined) return
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.length <= LONGEST_OUTPUT) core.setOutput(name, text)
  else core.warning(`${name} is too long for an output of a workflow; it is in the file of the output result_file`)
}

const MOST_ANNOTATIONS = 10

function annotate(result: RunResult, folder: string): void {
  annotateFindings(result.findings, folder)
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
  if (error) failStep(error, result.conclusion === 'cancelled' ? 'Cancelled' : `${error.kind} error`, folder)
  else if (result.conclusion !== 'success') core.setFailed(`the run was ${result.conclusion}`)
}

/** Each finding is an annotation at its file and line; the runner shows ten of each kind, and the summary has all. */
function annotateFindings(findings: readonly Finding[], folder: string): void {
  const { refused, allowed, warnings, changed } = kindsOf(findings)
  const show = (found: readonly Finding[], say: typeof core.error, text: (finding: Finding) => string) => {
    for (const finding of found.slice(0, MOST_ANNOTATIONS)) {
      const title = `${finding.rule} ${ruleOf(finding.rule)?.title ?? 'allow'}`
      say(plainLine(text(finding)), { title, ...placeOf(finding, folder) })
    }
  }
  show(refused, core.error, ({ message, reason, remedy }) => `${message}. Why: ${reason}. What to do: ${remedy}`)
  show([...allowed, ...warnings], core.warning, (finding) =>
    finding.allowed === undefined
      ? `${finding.message}. ${finding.remedy}`
      : `${finding.message}. Allowed because: ${finding.allowed} (${whatBecomes(finding)})`,
  )
  show(changed, core.notice, ({ message, reason }) => `${message}. Why: ${reason}`)
}

function placeOf({ source }: Finding, folder: string): core.AnnotationProperties {
  if (source.line === undefined) return {}
  const { file, line, column } = source
  return { file: inCheckout(file, folder), startLine: line, ...(column === undefined ? {} : { startColumn: column }) }
}

const inCheckout = (file: string, folder: string) => join(folder, file).split(sep).join('/')

/** For what went wrong before there was a run. */
export function publishError(error: AirlockError): void {
  core.setOutput('conclusion', 'failure')
  failStep(error, error.name)
}

interface Failure {
  readonly kind: ErrorKind | 'internal'
  readonly message: string
  readonly where?: string | undefined
  readonly detail?: string | undefined
  readonly next?: string | undefined
  readonly problems?: readonly Problem[]
}

function failStep({ kind, message, where, detail, next, problems = [] }: Failure, title: string, folder = ''): void {
  // The findings are annotations already.
  for (const problem of kind === 'audit' ? [] : problems.slice(0, MOST_ANNOTATIONS)) {
    core.error(plainLine(problem.message), { title, ...place(problem.where, folder) })
  }
  const text = [message, where && `at ${where}`, detail, next && `→ ${next}`].filter(Boolean).join('\n')
  process.exitCode = core.ExitCode.Failure
  core.error(plainText(text), { title, ...(problems.length > 0 || kind === 'audit' ? {} : place(where, folder)) })
}

/** `file:line` or `file:line:column`, where the error says that it is in a file. */
export function place(where: string | undefined, folder = ''): core.AnnotationProperties {
  const match = /^([^\s:]+\.(?:json|jsonc|ya?ml|Dockerfile)|[^\s:]*Dockerfile)(?::(\d+))?(?::(\d+))?$/.exec(where ?? '')
  const [, file, line, column] = match ?? []
  if (file === undefined) return {}
  return {
    file: inCheckout(file, folder),
    ...(line === undefined ? {} : { startLine: Number(line) }),
    ...(column === undefined ? {} : { startColumn: Number(column) }),
  }
}

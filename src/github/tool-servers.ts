// claude-code-action's MCP tools, by its names and arguments, so that prompts written for it work unchanged. None of them
// does anything on GitHub: what Claude wants said is taken note of, what it asks is answered from the frozen context.
import type { Tool, ToolArgument, ToolServer } from '../gateway/gateway-config.ts'
import type { FrozenContext, WorkflowRun } from './context.ts'
import { logFile } from './tool-files.ts'

const HELD =
  'Noted. Airlock publishes it when you have finished and the checks have passed; it is not on GitHub yet, and needs no second call.'

/** @param context undefined for a run that is about no issue or pull request */
export function toolServers(context: FrozenContext | undefined): readonly ToolServer[] {
  if (!context) return [FILE_OPS]
  const pull = context.kind === 'pull' ? [INLINE_COMMENT, ciServer(context)] : []
  return [COMMENT, ...pull, FILE_OPS]
}

const string = (description: string): ToolArgument => ({ type: 'string', description })

const INLINE_COMMENT: ToolServer = {
  name: 'github_inline_comment',
  tools: [
    {
      name: 'create_inline_comment',
      description: 'Create an inline comment on a line, or a range of lines, of a file of the pull request',
      inputSchema: {
        type: 'object',
        properties: {
          path: string("The file's path from the root of the repository, such as src/index.js"),
          body: string(
            'The comment in Markdown. A ```suggestion block replaces the whole range from startLine to line: give every line of it.',
          ),
          line: { type: 'integer', minimum: 1, description: 'The line, or the last line of a range' },
          startLine: { type: 'integer', minimum: 1, description: 'The first line of a range' },
          side: {
            type: 'string',
            enum: ['LEFT', 'RIGHT'],
            description: 'LEFT: the old file. RIGHT, which is the default: the new one',
          },
          commit_id: string('Ignored: comments are about the head that this run is pinned to'),
          confirmed: { type: 'boolean', description: 'Not needed: every comment is held until you have finished' },
        },
        required: ['path', 'body', 'line'],
      },
      answer: { kind: 'note', text: HELD },
    },
  ],
}

const COMMENT: ToolServer = {
  name: 'github_comment',
  tools: [
    {
      name: 'update_claude_comment',
      description: 'Update the one comment that shows progress and results; each call replaces its whole text',
      inputSchema: { type: 'object', properties: { body: string('The new text, in Markdown') }, required: ['body'] },
      answer: { kind: 'note', text: HELD },
    },
  ],
}

const EDIT_INSTEAD =
  'Not needed here: edit the files in the workspace with your own tools (and delete them with rm). When you have finished, Airlock checks the changes and commits them; do not commit or push yourself.'

const FILE_OPS: ToolServer = {
  name: 'github_file_ops',
  tools: [
    fileTool('commit_files', 'files', 'Commit files to the branch of this run'),
    fileTool('delete_files', 'paths', 'Delete files from the branch of this run'),
  ],
}

function fileTool(name: string, list: string, description: string): Tool {
  return {
    ...{ name, description: `${description}. ${EDIT_INSTEAD}` },
    inputSchema: {
      type: 'object',
      properties: { [list]: { type: 'array' }, message: { type: 'string' } },
      required: [],
    },
    answer: { kind: 'say', text: EDIT_INSTEAD },
  }
}

const STATUSES = [
  ...['completed', 'action_required', 'cancelled', 'failure', 'neutral', 'skipped', 'stale', 'success', 'timed_out'],
  ...['in_progress', 'queued', 'requested', 'waiting', 'pending'],
]

function ciServer(context: FrozenContext): ToolServer {
  const runs = context.workflowRuns
  const unread = `The workflow runs could not be read when this run began (the token may lack actions: read). The checks are: ${JSON.stringify(context.checks)}`
  const texts = (of: () => Record<string, string>) => (runs === undefined ? {} : of())
  const otherwise = (text: string) => (runs === undefined ? unread : text)
  const lookUp = (name: string, description: string, argument: string, schema: ToolArgument, rest: LookUp): Tool => ({
    ...{ name, description: `${description}, as it was when this run began` },
    inputSchema: {
      type: 'object',
      properties: { [argument]: schema },
      required: schema.type === 'integer' ? [argument] : [],
    },
    answer: { kind: 'look-up', argument, ...rest },
  })
  const id = (description: string): ToolArgument => ({ type: 'integer', minimum: 0, description })
  const status: ToolArgument = { type: 'string', enum: STATUSES, description: 'Only workflow runs with this status' }
  return {
    name: 'github_ci',
    tools: [
      lookUp('get_ci_status', 'Summary of the CI of this pull request', 'status', status, {
        texts: texts(() => statusTexts(runs ?? [])),
        otherwise: otherwise(ciStatus([])),
      }),
      lookUp('get_workflow_run_details', 'Jobs and failed steps of a workflow run', 'run_id', id('The run’s ID'), {
        texts: texts(() => Object.fromEntries((runs ?? []).map((run) => [String(run.id), runDetails(run)]))),
        otherwise: otherwise('No workflow run with this ID ran on the head of this pull request: see get_ci_status.'),
      }),
      lookUp('download_job_log', 'The log of a failed job, as a file', 'job_id', id('The job’s ID'), {
        texts: texts(() => logTexts(runs ?? [])),
        otherwise: otherwise(
          'There is no log of this job: only failed jobs have one here. See get_workflow_run_details.',
        ),
      }),
    ],
  }
}

interface LookUp {
  readonly texts: Readonly<Record<string, string>>
  readonly otherwise: string
}

const json = (value: unknown) => JSON.stringify(value, undefined, 2)

function statusTexts(runs: readonly WorkflowRun[]): Record<string, string> {
  const having = (status: string) => runs.filter((run) => run.status === status || run.conclusion === status)
  const some = STATUSES.map((status) => [status, having(status)] as const).filter(([, found]) => found.length > 0)
  return Object.fromEntries([['', ciStatus(runs)], ...some.map(([status, found]) => [status, ciStatus(found)])])
}

function ciStatus(runs: readonly WorkflowRun[]): string {
  const done = runs.filter((run) => run.status === 'completed')
  const count = (conclusion: string) => done.filter((run) => run.conclusion === conclusion).length
  return json({
    summary: {
      total_runs: runs.length,
      failed: count('failure'),
      passed: count('success'),
      pending: runs.length - done.length,
    },
    runs: runs.map(({ id, name, status, conclusion, url, createdAt }) => ({
      ...{ id, name, status, conclusion: conclusion ?? null, html_url: url, created_at: createdAt },
    })),
  })
}

function runDetails({ jobs }: WorkflowRun): string {
  return json({
    jobs: jobs.map(({ id, name, conclusion, url, failedSteps }) => ({
      ...{ id, name, conclusion: conclusion ?? null, html_url: url, failed_steps: failedSteps },
    })),
  })
}

function logTexts(runs: readonly WorkflowRun[]): Record<string, string> {
  const logged = runs.flatMap((run) => run.jobs).filter((job) => job.log !== undefined)
  return Object.fromEntries(
    logged.map((job) => [
      String(job.id),
      json({ path: `/airlock/context/${logFile(job)}`, size_bytes: Buffer.byteLength(job.log ?? '') }),
    ]),
  )
}

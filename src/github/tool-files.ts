// The files that `gh` inside the sandbox reads. It is a shell script that can count on nothing but a POSIX shell and `cat`:
// so every answer lies there ready, whole or as fragments of JSON that need only be put together.
//
//   gh/kind number repository url branch base state author    one line each, of what the run is about
//   gh/view comments list diff names checks                   what the command of that name prints
//   gh/pr/FIELD, gh/issue/FIELD                               fragments of `pr view --json`, `issue view --json`
//   gh/text/FILTER                                            what `--jq .FILTER` prints, for the simplest of filters
//   gh/check/NUMBER/FIELD                                     fragments of `pr checks --json`
//   gh/exit                                                   exit code of `pr checks`
//   ci/job-ID.log                                             logs of failed jobs
import type { FrozenContext, WorkflowJob } from './context.ts'
import type { Repository } from './task.ts'
import { checkFields, checkLines, checksExit } from './tool-checks.ts'
import { issueFields, pullFields } from './tool-json.ts'
import { commentsText, listLine, viewText } from './tool-texts.ts'

/** Where a job's log lies below /airlock/context. */
export const logFile = ({ id }: Pick<WorkflowJob, 'id'>) => `ci/job-${id}.log`

/** Files by their path below /airlock/context. */
export function toolFiles(
  context: FrozenContext | undefined,
  repository: Pick<Repository, 'owner' | 'name'>,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, string>([
    ['gh/repository', `${repository.owner}/${repository.name}`],
    ['gh/kind', context?.kind ?? 'none'],
  ])
  if (context) {
    for (const [name, text] of subjectFiles(context)) files.set(`gh/${name}`, text)
    if (context.kind === 'pull') for (const [name, text] of pullFiles(context)) files.set(`gh/${name}`, text)
    for (const job of context.workflowRuns?.flatMap((run) => run.jobs) ?? []) {
      if (job.log !== undefined) files.set(logFile(job), job.log)
    }
  }
  const encoder = new TextEncoder()
  return new Map([...files].map(([path, text]) => [path, encoder.encode(text)]))
}

type Files = readonly (readonly [name: string, text: string])[]

function subjectFiles(context: FrozenContext): Files {
  const fields = context.kind === 'pull' ? pullFields(context) : issueFields(context)
  const kind = context.kind === 'pull' ? 'pr' : 'issue'
  return [
    ['number', String(context.number)],
    ['url', context.url],
    ['state', context.state.toLowerCase()],
    ['author', context.author.login],
    ['view', viewText(context)],
    ['comments', commentsText(context)],
    ['list', listLine(context)],
    ...fragments(kind, fields),
    // An issue's commands take a pull request's number as well.
    ...(context.kind === 'pull' ? fragments('issue', issueFields(context)) : []),
    ...Object.entries(fields).flatMap(([name, value]) => filtered(name, value)),
  ]
}

function pullFiles(context: FrozenContext): Files {
  return [
    ['branch', context.headRef ?? ''],
    ['base', context.baseRef ?? ''],
    ['diff', context.diff],
    ['names', context.files.map((file) => `${file.path}\n`).join('')],
    ['checks', checkLines(context.checks)],
    ['exit', String(checksExit(context.checks))],
    ...context.checks.flatMap((check, index) =>
      fragments(`check/${String(index + 1).padStart(4, '0')}`, checkFields(check)),
    ),
  ]
}

const fragments = (folder: string, fields: Readonly<Record<string, unknown>>): Files =>
  Object.entries(fields).map(([name, value]) => [`${folder}/${name}`, JSON.stringify(value)])

/** What jq makes of `.FIELD`, `.FIELD.KEY`, `.FIELD[]` and `.FIELD[].KEY`: enough for most scripts, where no jq is. */
function filtered(name: string, value: unknown): Files {
  const whole = [`text/${name}`, lines([value])] as const
  if (typeof value !== 'object' || value === null) return [whole]
  const [path, items] = Array.isArray(value)
    ? [`text/${name}[]`, value as readonly object[]]
    : [`text/${name}`, [value]]
  const keys = [...new Set(items.flatMap((item) => Object.keys(item)))]
  const byKey = keys.map((key) => [`${path}.${key}`, lines(items.map((item) => Reflect.get(item, key)))] as const)
  return [whole, ...(Array.isArray(value) ? [[path, lines(items)] as const] : []), ...byKey]
}

// As `jq -rc` prints them, a line each: texts as they are, all else as JSON.
const lines = (values: readonly unknown[]) =>
  values.map((value) => `${typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')}\n`).join('')

// A pull request's code as GitHub tells of it: commits, files, diff, and what checks made of the head.
import type { GitHub } from './client.ts'
import type { ChangedFile, Check, Commit, FrozenContext, WorkflowJob, WorkflowRun } from './context.ts'
import { GitHubError } from './failure.ts'
import { type Fields, fieldsOf, numberOf, type Place, textOf } from './fields.ts'
import { visibleText } from './hidden-text.ts'
import type { Subject } from './task.ts'

export type Code = Pick<FrozenContext, 'commits' | 'files' | 'checks' | 'diff'> & {
  readonly workflowRuns?: readonly WorkflowRun[]
}
export const NO_CODE: Code = { commits: [], files: [], checks: [], diff: '' }

// GitHub itself lists no more.
const MOST_COMMITS = 250
const MOST_FILES = 3000
const MOST_RUNS = 20
const MOST_LOGS = 5
const LONGEST_LOG = 256 * 1024
const LONGEST_DIFF = 8 * 1024 * 1024

type Pull = Extract<Subject, { readonly kind: 'pull' }>

export async function fetchCode(pull: Pull, place: Place, github: GitHub, leftOut: string[]): Promise<Code> {
  const list = (route: string, most: number) =>
    github.list<Fields>(`GET /repos/{owner}/{repo}/pulls/{number}/${route}`, { ...place }, most)
  const [commits, files, checks, workflowRuns] = await Promise.all([
    list('commits', MOST_COMMITS),
    list('files', MOST_FILES),
    fetchChecks(pull, place, github, leftOut),
    fetchRuns(pull, place, github, leftOut),
  ])
  const changed = files.map(readFile)
  if (files.length === MOST_FILES) leftOut.push(`changed files beyond the first ${MOST_FILES}`)
  // Somebody may have pushed since: the last commit says whose list this is.
  const tip = textOf(commits.at(-1)?.sha)
  if (commits.length < MOST_COMMITS && tip !== '' && tip !== pull.head.sha) {
    leftOut.push('the lists of commits and files show a later push than the one that was pinned')
  }
  return {
    ...{
      commits: commits.map(readCommit),
      files: changed,
      checks,
      diff: await fetchDiff(changed, place, github, leftOut),
    },
    ...(workflowRuns ? { workflowRuns } : {}),
  }
}

function readCommit({ sha, commit, author }: Fields): Commit {
  const { message, author: written } = fieldsOf(commit)
  return {
    sha: textOf(sha),
    author: textOf(fieldsOf(author).login) || visibleText(textOf(fieldsOf(written).name)),
    time: textOf(fieldsOf(written).date),
    message: visibleText(textOf(message)),
  }
}

function readFile(file: Fields): ChangedFile {
  const oldPath = textOf(file.previous_filename)
  return {
    ...{ path: textOf(file.filename), status: textOf(file.status) },
    ...{ additions: numberOf(file.additions), deletions: numberOf(file.deletions) },
    ...(oldPath === '' ? {} : { oldPath }),
    ...(typeof file.patch === 'string' ? { patch: file.patch } : {}),
  }
}

async function fetchDiff(
  files: readonly ChangedFile[],
  place: Place,
  github: GitHub,
  leftOut: string[],
): Promise<string> {
  const accept = 'application/vnd.github.diff'
  const diff = await orNothing(
    github.request<unknown>('GET /repos/{owner}/{repo}/pulls/{number}', { ...place }, { accept }),
  )
  const text = typeof diff === 'string' ? diff : assembled(files)
  if (typeof diff !== 'string') leftOut.push('the diff as GitHub has it: it is put together from its files')
  if (text.length <= LONGEST_DIFF) return text
  leftOut.push(`the diff beyond its first ${LONGEST_DIFF / 1024 / 1024} MiB`)
  return text.slice(0, text.lastIndexOf('\n', LONGEST_DIFF) + 1)
}

// Too large a diff GitHub refuses as a whole, though it has most of its files.
function assembled(files: readonly ChangedFile[]): string {
  return files
    .map(({ path, oldPath = path, status, patch }) => {
      const [before, after] = [
        status === 'added' ? '/dev/null' : `a/${oldPath}`,
        status === 'removed' ? '/dev/null' : `b/${path}`,
      ]
      const hunks = patch === undefined ? '' : `--- ${before}\n+++ ${after}\n${patch.replace(/\n?$/, '\n')}`
      return `diff --git a/${oldPath} b/${path}\n${hunks}`
    })
    .join('')
}

async function fetchChecks(
  pull: Pull,
  { owner, repo }: Place,
  github: GitHub,
  leftOut: string[],
): Promise<readonly Check[]> {
  const route = 'GET /repos/{owner}/{repo}/commits/{sha}/check-runs'
  const runs = await orNothing(github.list<Fields>(route, { owner, repo, sha: pull.head.sha }, 300))
  if (runs === undefined) leftOut.push('checks: the token may not read them (checks: read)')
  return (runs ?? []).map((run) => {
    const { title, summary } = fieldsOf(run.output)
    return {
      ...{ name: visibleText(textOf(run.name)), status: textOf(run.status), url: textOf(run.html_url) },
      conclusion: textOf(run.conclusion) || undefined,
      ...(textOf(title) === '' ? {} : { title: visibleText(textOf(title)) }),
      ...(textOf(summary) === '' ? {} : { summary: visibleText(textOf(summary)) }),
    }
  })
}

async function fetchRuns(
  pull: Pull,
  { owner, repo }: Place,
  github: GitHub,
  leftOut: string[],
): Promise<readonly WorkflowRun[] | undefined> {
  const where = { owner, repo }
  const route = 'GET /repos/{owner}/{repo}/actions/runs'
  const runs = await orNothing(github.list<Fields>(route, { ...where, head_sha: pull.head.sha }, MOST_RUNS))
  if (runs === undefined) {
    leftOut.push('workflow runs and their logs: the token may not read them (actions: read)')
    return undefined
  }
  const logs = { left: MOST_LOGS }
  const read: WorkflowRun[] = []
  for (const run of runs) {
    const jobs = 'GET /repos/{owner}/{repo}/actions/runs/{run}/jobs'
    const found = (await orNothing(github.list<Fields>(jobs, { ...where, run: numberOf(run.id) }, 100))) ?? []
    read.push({
      ...{ id: numberOf(run.id), name: visibleText(textOf(run.name)), status: textOf(run.status) },
      ...{
        conclusion: textOf(run.conclusion) || undefined,
        url: textOf(run.html_url),
        createdAt: textOf(run.created_at),
      },
      jobs: await Promise.all(found.map((job) => readJob(job, where, logs, github))),
    })
  }
  return read
}

async function readJob(
  job: Fields,
  where: Omit<Place, 'number'>,
  logs: { left: number },
  github: GitHub,
): Promise<WorkflowJob> {
  const steps = Array.isArray(job.steps) ? job.steps.map(fieldsOf) : []
  const failed = job.conclusion === 'failure' && logs.left-- > 0
  const route = 'GET /repos/{owner}/{repo}/actions/jobs/{job}/logs'
  const log = failed ? await orNothing(github.request<unknown>(route, { ...where, job: numberOf(job.id) })) : undefined
  return {
    ...{ id: numberOf(job.id), name: visibleText(textOf(job.name)), url: textOf(job.html_url) },
    conclusion: textOf(job.conclusion) || undefined,
    failedSteps: steps
      .filter((step) => step.conclusion === 'failure')
      .map((step) => ({ number: numberOf(step.number), name: visibleText(textOf(step.name)) })),
    ...(typeof log === 'string' ? { log: visibleText(log.slice(-LONGEST_LOG)) } : {}),
  }
}

/** Undefined for what the token may not read, or GitHub does not have in this form. */
async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof GitHubError && ['forbidden', 'not-found', 'invalid', 'other'].includes(error.reason))
      return undefined
    throw error
  }
}

// The changes that passed the gate go to GitHub: to a branch and a pull request of their own, or to the branch of the pull
// request that somebody asked about.
import { counted, dollars, duration } from '../report/figures.ts'
import { plainLine } from '../report/plain-text.ts'
import type { RunResult } from '../report/run-result.ts'
import type { AcceptedFile } from '../workspace/patch.ts'
import { allowedFindings } from './allowed.ts'
import { branchNames } from './branch-name.ts'
import type { FrozenContext } from './context.ts'
import { type Pushed, pushOnto, pushOwnBranch } from './git-branch.ts'
import type { Outcome } from './outcome.ts'
import type { Proposal } from './proposal.ts'
import type { PublishDeps } from './publish-types.ts'
import { openPullRequest } from './pull-request.ts'
import { clean, codeSpan, type Pen } from './review-text.ts'
import type { Task } from './task.ts'
import { cleanPlain, cleanTitle } from './text-out.ts'

export interface ChangeJob {
  readonly task: Task
  readonly context: FrozenContext | undefined
  readonly result: RunResult
  readonly files: readonly AcceptedFile[]
  readonly proposal: Proposal
  readonly login: string
}

/** Errors: GitHub's; `publish` where it would overwrite something. */
export async function publishChange(job: ChangeJob, deps: PublishDeps, pen: Pen, outcome: Outcome): Promise<void> {
  const { task } = job
  const branchJob = {
    ...{ repository: task.repository, files: job.files, login: job.login },
    ...{ workedOn: deps.workedOn, workflowRunId: deps.workflowRunId, message: message(job, pen) },
  }
  if (task.mode === 'reply' && task.subject.kind === 'pull' && (await isOpen(job, deps))) {
    tell(outcome, await pushOnto(deps.github, branchJob, task.subject.head.ref))
    return
  }
  const { wanted, plain } = branchNames(branchFacts(job, deps))
  const taken = [task.baseBranch, task.repository.defaultBranch]
  const names = [wanted, plain].filter((name) => !taken.includes(name))
  const pushed = await pushOwnBranch(deps.github, branchJob, names, task.baseBranch)
  tell(outcome, pushed)
  const opened = await openPullRequest(deps.github, {
    ...{ repository: task.repository, login: job.login, branch: pushed.name, base: task.baseBranch },
    ...{ title: title(job, pen), body: description(job, deps, pen) },
    ...{ policy: deps.policy.pullRequest, workflowRunId: deps.workflowRunId },
  })
  outcome.done.pullRequest = { number: opened.number, url: opened.url, created: opened.created }
  outcome.notes.push(...opened.notes)
}

function tell(outcome: Outcome, { name, sha, created, notes }: Pushed): void {
  outcome.done.branch = { name, sha, created }
  outcome.notes.push(...notes)
}

// Of a closed one the branch is history: what comes now is a change of its own.
async function isOpen({ task }: ChangeJob, { github }: PublishDeps): Promise<boolean> {
  if (task.subject.kind !== 'pull') return false
  const { owner, name } = task.repository
  const route = 'GET /repos/{owner}/{repo}/pulls/{number}'
  const pull = await github.request<{ state: string }>(route, { owner, repo: name, number: task.subject.number })
  return pull.state === 'open'
}

function branchFacts({ task, context }: ChangeJob, { policy, workedOn, workflowRunId }: PublishDeps) {
  const { subject } = task
  const about =
    subject.kind === 'none'
      ? { entityType: 'run', entityNumber: workflowRunId }
      : { entityType: subject.kind === 'pull' ? 'pr' : 'issue', entityNumber: String(subject.number) }
  return {
    ...about,
    ...{ template: policy.pullRequest.branchTemplate, prefix: policy.pullRequest.branchPrefix },
    ...{ time: task.event.time, sha: workedOn, labels: context?.labels ?? [], title: context?.title ?? '' },
  }
}

function title({ task, context, proposal }: ChangeJob, pen: Pen): string {
  const wanted = proposal.title?.trim() || context?.title || `Changes for ${task.baseBranch}`
  const { text, notes } = cleanTitle(wanted, pen.cleaning)
  if (notes.length > 0) pen.notes.push(`cleaned in the title: ${notes.join(', ')}`)
  return text
}

function message(job: ChangeJob, pen: Pen): string {
  const { text, notes } = cleanPlain(job.proposal.commitMessage?.trim() || title(job, pen), pen.cleaning)
  if (notes.length > 0) pen.notes.push(`cleaned in the commit’s message: ${notes.join(', ')}`)
  return text || 'Changes'
}

function description(job: ChangeJob, deps: PublishDeps, pen: Pen): string {
  const { task, proposal, result } = job
  const { subject } = task
  const facts = [dollars(result.costUsd), duration(result.durationMs), `[job](${deps.jobUrl})`]
  return [
    clean(pen, 'the description', proposal.body ?? '', 35_000) || 'Claude gave no description.',
    ...(subject.kind === 'issue' ? [`Closes #${subject.number}`] : []),
    ...heldBack(result),
    ...allowedFindings(result, pen),
    `<sub>Made by Claude · ${facts.join(' · ')}</sub>`,
  ].join('\n\n')
}

const MOST_ROWS = 50

function heldBack({ patch }: RunResult): readonly string[] {
  const refusals = patch?.refusals ?? []
  if (refusals.length === 0) return []
  const rows = refusals.slice(0, MOST_ROWS).map(({ path, reason }) => `- ${codeSpan(path)}: ${plainLine(reason)}`)
  const more = refusals.length > MOST_ROWS ? [`- … and ${refusals.length - MOST_ROWS} more`] : []
  const head = `${counted(refusals.length, 'change')} held back, not part of this pull request`
  return [`<details><summary>${head}</summary>\n\n${[...rows, ...more].join('\n')}\n\n</details>`]
}

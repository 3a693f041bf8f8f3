// From an event and its mode to the task: the pull request's two commits pinned, and whose they are.
import { AirlockError } from '../ports/errors.ts'
import type { GitHub } from './client.ts'
import { type Event, isSha, object } from './event.ts'
import type { Mode, Repository, Subject, Task, Tip, Trigger } from './task.ts'

export interface TaskInputs {
  readonly baseBranch: string | undefined
  /** The branch that the workflow runs on, and its commit: GITHUB_REF_NAME, GITHUB_SHA. */
  readonly refName: string
  readonly sha: string
}

/** Errors: `input` for what can't be worked on; what GitHub says, where it has to be asked for the pull request. */
export async function resolveTask(event: Event, mode: Mode, inputs: TaskInputs, github: GitHub): Promise<Task> {
  const subject = await subjectOf(event, github)
  const trigger = triggerOf(event)
  refuseForks(event, mode, subject)
  return {
    ...{ mode, repository: event.repository, subject, baseBranch: baseBranch(event, mode, subject, inputs) },
    ...(trigger ? { trigger } : {}),
    event: {
      ...{ name: event.name, time: event.time, actor: event.sender },
      ...(event.action === undefined ? {} : { action: event.action }),
    },
  }
}

async function subjectOf(event: Event, github: GitHub): Promise<Subject> {
  if (event.pull) return pullSubject(event.pull)
  if (event.issue && !event.issue.isPull) return { kind: 'issue', number: event.issue.number }
  const number = event.issue?.number ?? event.workflowRun?.pull
  return number === undefined ? { kind: 'none' } : pullSubject(await fetchPull(event, number, github))
}

interface Sides {
  readonly number: number
  readonly base: Tip
  readonly head: Tip
}

function pullSubject({ number, base, head }: Sides): Subject {
  return { kind: 'pull', number, base, head, fork: head.repository !== base.repository }
}

async function fetchPull({ repository, time }: Event, number: number, github: GitHub): Promise<Sides> {
  const { owner, name } = repository
  const route = 'GET /repos/{owner}/{repo}/pulls/{number}'
  const pull = object(await github.request(route, { owner, repo: name, number }))
  const side = (which: 'base' | 'head') => {
    const { ref, sha, repo } = object(pull[which])
    const { full_name: fullName, pushed_at: pushedAt } = object(repo)
    if (typeof ref !== 'string' || !isSha(sha)) {
      throw new AirlockError('input', `pull request ${number} has no ${which}`, { next: 'Was its branch deleted?' })
    }
    return {
      ref,
      sha,
      repository: typeof fullName === 'string' ? fullName : undefined,
      pushedAt: String(pushedAt ?? ''),
    }
  }
  const { pushedAt, ...head } = side('head')
  const { pushedAt: _, ...base } = side('base')
  // Who asked saw what was there then. Of a fork anybody may have changed it since.
  if (head.repository !== base.repository && pushedAt > time) {
    throw new AirlockError('input', 'the fork was pushed to after somebody asked for this run', {
      where: `${head.repository ?? 'a deleted fork'} at ${pushedAt}, asked at ${time}`,
      next: 'Look at what is new, and ask again.',
    })
  }
  return { number, base, head }
}

function triggerOf({ name, comment, review }: Event): Trigger | undefined {
  if (comment) {
    const kind = name === 'pull_request_review_comment' ? 'review-comment' : 'issue-comment'
    return { kind, id: comment.id, author: comment.author }
  }
  return review && { kind: 'review', id: review.id, author: review.author }
}

function refuseForks({ workflowRun, repository }: Event, mode: Mode, subject: Subject): void {
  const own = `${repository.owner}/${repository.name}`
  const fork = workflowRun && workflowRun.repository !== own ? workflowRun.repository : undefined
  if (mode === 'pr' && (fork !== undefined || (subject.kind === 'pull' && subject.fork))) {
    throw new AirlockError('input', 'mode: pr can not be based on a fork’s branch', {
      where: fork ?? 'the pull request’s head',
      next: 'Use mode: review, or leave workflow_run events of forks out: if: github.event.workflow_run.head_repository.full_name == github.repository',
    })
  }
}

// What changes build on is what they are meant for: the branch of the workflow that failed, a pull request's own.
function baseBranch(event: Event, mode: Mode, subject: Subject, inputs: TaskInputs): string {
  if (event.workflowRun?.branch) return event.workflowRun.branch
  if (subject.kind === 'pull') return mode === 'pr' ? subject.head.ref : subject.base.ref
  return inputs.baseBranch ?? defaultBase(event.repository, event, inputs)
}

// A run by hand or for a push stands on the branch it was started on; tags are none.
function defaultBase({ defaultBranch }: Repository, { name }: Event, { refName }: TaskInputs): string {
  return ['workflow_dispatch', 'push'].includes(name) && refName !== '' ? refName : defaultBranch
}

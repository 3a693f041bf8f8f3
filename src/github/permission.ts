// Who may start a run. Whoever may makes Claude work with the repository's rights and at its owner's cost, so the answer
// is never guessed: what GitHub does not confirm is refused.
import { AirlockError } from '../ports/errors.ts'
import type { Logins } from '../request/github-request.ts'
import type { GitHub } from './client.ts'
import { type Event, readActor } from './event.ts'
import { GitHubError } from './failure.ts'
import type { Actor, Repository } from './task.ts'

export interface PermissionPolicy {
  readonly allowedBots: Logins
  readonly allowedNonWriteUsers: Logins
}

// To push, to dispatch and to schedule (by a commit on the default branch) one needs write permission already.
const NEEDS_WRITE_ANYWAY = ['push', 'schedule', 'workflow_dispatch', 'repository_dispatch', 'merge_group']

/**
 * Everybody whose doing the event is: for the run of another workflow, who set that off and who ran it again.
 * Errors: `input`, naming the account and what would let it.
 */
export async function checkActors(event: Event, policy: PermissionPolicy, github: GitHub): Promise<readonly string[]> {
  if (NEEDS_WRITE_ANYWAY.includes(event.name)) return []
  const actors = event.workflowRun ? event.workflowRun.actors : [event.sender]
  if (actors.length === 0) throw refused('nobody', 'the event names nobody who started it', 'Start it another way.')
  const unique = [...new Map(actors.map((actor) => [actor.login.toLowerCase(), actor])).values()]
  const notes = []
  for (const actor of unique) notes.push(await checkActor(actor, event.repository, policy, github))
  return notes.filter((note) => note !== undefined)
}

async function checkActor(
  actor: Actor,
  repository: Repository,
  policy: PermissionPolicy,
  github: GitHub,
): Promise<string | undefined> {
  const { login } = actor
  const type = actor.type === 'Unknown' ? await typeOf(login, github) : actor.type
  if (type === 'Bot') return checkBot(login, policy.allowedBots)
  if (type !== 'User') {
    throw refused(login, `${login} is no person's account (${type})`, 'Let a person start it.')
  }
  const permission = await permissionOf(login, repository, github)
  if (['admin', 'maintain', 'write'].includes(permission)) return undefined
  const { allowedNonWriteUsers } = policy
  const named = allowedNonWriteUsers !== '*' && includes(allowedNonWriteUsers, login)
  if (named || allowedNonWriteUsers === '*') {
    return `${login} has no write permission and may start runs by allowed_non_write_users`
  }
  throw refused(
    login,
    `${login} may not start this: it takes write permission, and theirs is ${permission}`,
    `Let somebody with write permission start it, or name ${login} in allowed_non_write_users.`,
  )
}

// The account's type counts, not its name: a person can be called `dependabot`, and only apps get the suffix `[bot]`.
function checkBot(login: string, allowed: Logins): undefined {
  if (allowed === '*' || includes(allowed.map(bareName), bareName(login))) return undefined
  throw refused(login, `${login} is a bot that may not start this`, `Name it in allowed_bots: ${bareName(login)}`)
}

const bareName = (login: string) => login.toLowerCase().replace(/\[bot\]$/, '')
const includes = (names: readonly string[], login: string) =>
  names.some((name) => name.toLowerCase() === login.toLowerCase())

async function typeOf(login: string, github: GitHub): Promise<Actor['type']> {
  return readActor(await github.request('GET /users/{login}', { login })).type
}

async function permissionOf(login: string, { owner, name }: Repository, github: GitHub): Promise<string> {
  try {
    const route = 'GET /repos/{owner}/{repo}/collaborators/{login}/permission'
    const { permission } = await github.request<{ permission?: unknown }>(route, { owner, repo: name, login })
    return typeof permission === 'string' ? permission : 'unknown'
  } catch (error) {
    // GitHub does not know the account, or not in this repository.
    if (error instanceof GitHubError && error.reason === 'not-found') return 'none'
    throw error
  }
}

function refused(login: string, message: string, next: string): AirlockError {
  return new AirlockError('input', message, { where: `actor ${login}`, next })
}

// Brings the accepted files onto a branch as one commit: through the API, so that GitHub signs it and no checkout needs a
// credential. A branch only ever moves forward, from the very commit that was looked at; what others put there stays.
import { AirlockError } from '../ports/errors.ts'
import type { AcceptedFile } from '../workspace/patch.ts'
import type { GitHub } from './client.ts'
import { GitHubError } from './failure.ts'
import { blobName, conflicts, type Listing, readTree, writeTree } from './git-tree.ts'
import { once } from './own.ts'
import type { Repository } from './task.ts'

export interface BranchJob {
  readonly repository: Repository
  readonly files: readonly AcceptedFile[]
  /** Already cleaned; a line that says which run it was is added. */
  readonly message: string
  /** The commit that Claude worked on. */
  readonly workedOn: string
  readonly login: string
  readonly workflowRunId: string
}

export interface Pushed {
  readonly name: string
  readonly sha: string
  readonly created: boolean
  /** Whether anything had to be written: a second try finds its own commit. */
  readonly changed: boolean
  readonly notes: readonly string[]
}

const TRAILER = 'Airlock-Run'
const REPO = '/repos/{owner}/{repo}'

/** The tip of a branch; undefined where there is none. Errors: GitHub's. */
export async function tipOf(github: GitHub, { owner, name }: Repository, branch: string): Promise<string | undefined> {
  try {
    const ref = await github.request<{ object: { sha: string } }>(`GET ${REPO}/git/ref/{ref}`, {
      ...{ owner, repo: name, ref: `heads/${branch}` },
    })
    return ref.object.sha
  } catch (error) {
    if (error instanceof GitHubError && error.reason === 'not-found') return undefined
    throw error
  }
}

/**
 * A branch of airlock's own, made anew or updated. It ends with the files on top of `base`, the branch that the change is
 * meant for, as long as nothing that was changed has moved there. `names` are tried in turn: one that belongs to somebody
 * else is left alone.
 * Errors: `publish` where it can't be done without losing somebody's work; GitHub's.
 */
export async function pushOwnBranch(
  github: GitHub,
  job: BranchJob,
  names: readonly string[],
  base: string,
): Promise<Pushed> {
  const baseTip = await tipOf(github, job.repository, base)
  if (baseTip === undefined) throw new AirlockError('publish', `the branch ${base} is not there any more`)
  for (const name of new Set(names)) {
    const found = await lookAt(github, job, name, baseTip)
    if (found.owner === 'nobody') return create(github, job, name, { name: base, tip: baseTip })
    if (found.owner === 'airlock') return update(github, job, name, found, { name: base, tip: baseTip })
  }
  throw new AirlockError('publish', `the branch ${names[0]} is there already, and is not Airlock's`, {
    next: 'Change branch_name_template, or delete the branch.',
  })
}

/** A branch of somebody's, such as a pull request's: on top of whatever is there. Errors: as above. */
export async function pushOnto(github: GitHub, job: BranchJob, name: string): Promise<Pushed> {
  const tip = await tipOf(github, job.repository, name)
  if (tip === undefined) throw new AirlockError('publish', `the branch ${name} is not there any more`)
  const start = await readStart(github, job, tip)
  if (isDone(start.listing, job.files)) return { name, sha: tip, created: false, changed: false, notes: [] }
  refuseConflicts(start, job, name)
  const sha = await commit(github, job, await writeTree(github, job.repository, start, job.files), [tip])
  await moveRef(github, job.repository, name, sha)
  return { name, sha, created: false, changed: true, notes: moved(name, tip, job) }
}

interface Base {
  readonly name: string
  readonly tip: string
}

async function create(github: GitHub, job: BranchJob, name: string, base: Base): Promise<Pushed> {
  const start = await readStart(github, job, base.tip)
  refuseConflicts(start, job, base.name)
  const sha = await commit(github, job, await writeTree(github, job.repository, start, job.files), [base.tip])
  const { owner, name: repo } = job.repository
  await once(
    () => github.request<ApiRef>(`POST ${REPO}/git/refs`, { owner, repo, ref: `refs/heads/${name}`, sha }),
    async () => {
      const tip = await tipOf(github, job.repository, name)
      return tip === sha ? { object: { sha } } : undefined
    },
  )
  return { name, sha, created: true, changed: true, notes: moved(base.name, base.tip, job) }
}

// Airlock's own earlier commits are superseded: the branch then holds just this change. What people have added to it is
// built upon instead.
async function update(github: GitHub, job: BranchJob, name: string, found: Found, base: Base): Promise<Pushed> {
  const { tip, commits, isAhead } = found
  const from = commits.every((one) => isOwn(one, job)) ? base : { name, tip }
  const start = await readStart(github, job, from.tip)
  if (from.tip === tip && isDone(start.listing, job.files)) {
    return { name, sha: tip, created: false, changed: false, notes: [] }
  }
  refuseConflicts(start, job, from.name)
  const tree = await writeTree(github, job.repository, start, job.files)
  const notes = moved(from.name, from.tip, job)
  if ((await treeOf(github, job.repository, tip)) === tree) {
    return { name, sha: tip, created: false, changed: false, notes }
  }
  const sha = await commit(github, job, tree, from.tip === tip || isAhead ? [tip] : [tip, base.tip])
  await moveRef(github, job.repository, name, sha)
  return { name, sha, created: false, changed: true, notes }
}

interface ApiRef {
  readonly object: { readonly sha: string }
}

interface ApiCommit {
  readonly sha: string
  readonly author: { readonly login: string } | null
  readonly commit: { readonly message: string }
}

interface Found {
  readonly owner: 'airlock'
  readonly tip: string
  /** Those that the base does not have. */
  readonly commits: readonly ApiCommit[]
  /** Whether it has all of the base. */
  readonly isAhead: boolean
}

async function lookAt(
  github: GitHub,
  job: BranchJob,
  name: string,
  baseTip: string,
): Promise<Found | { readonly owner: 'nobody' | 'somebody' }> {
  const tip = await tipOf(github, job.repository, name)
  if (tip === undefined) return { owner: 'nobody' }
  const { owner, name: repo } = job.repository
  const { status, commits, total_commits } = await github.request<{
    status: string
    commits: readonly ApiCommit[]
    total_commits: number
  }>(`GET ${REPO}/compare/{basehead}`, { owner, repo, basehead: `${baseTip}...${tip}` })
  if (commits.length < total_commits || !commits.some((one) => isOwn(one, job))) return { owner: 'somebody' }
  return { owner: 'airlock', tip, commits, isAhead: status === 'ahead' }
}

function isOwn({ author, commit: { message } }: ApiCommit, { login }: BranchJob): boolean {
  return author?.login === login && new RegExp(`^${TRAILER}: `, 'm').test(message)
}

interface Start {
  readonly sha: string
  readonly listing: Listing
}

async function readStart(github: GitHub, job: BranchJob, sha: string): Promise<Start> {
  const tree = await treeOf(github, job.repository, sha)
  const paths = job.files.map(({ path }) => path)
  return { sha: tree, listing: await readTree(github, job.repository, tree, paths) }
}

async function treeOf(github: GitHub, { owner, name }: Repository, sha: string): Promise<string> {
  const route = `GET ${REPO}/git/commits/{sha}`
  return (await github.request<{ tree: { sha: string } }>(route, { owner, repo: name, sha })).tree.sha
}

function refuseConflicts({ listing }: Start, { files, workedOn }: BranchJob, branch: string): void {
  const paths = conflicts(listing, files)
  if (paths.length === 0) return
  throw new AirlockError('publish', `${branch} has other contents than Claude worked on`, {
    where: `${branch}, compared with ${workedOn.slice(0, 10)} as it was checked out`,
    detail: paths.slice(0, 20).join('\n'),
    next: 'Apply the patch by hand, or run the job again from what is there now.',
  })
}

const isDone = (listing: Listing, files: readonly AcceptedFile[]) =>
  files.every(({ path, mode, content }) =>
    mode === '000000' ? !listing.has(path) : listing.get(path) === `${mode} ${blobName(content)}`,
  )

const moved = (name: string, tip: string, { workedOn }: BranchJob) =>
  tip === workedOn ? [] : [`${name} is not the commit that Claude worked on: the change was applied on top of it`]

// Neither author nor committer: GitHub then takes the token's account, and signs for an app's.
async function commit(github: GitHub, job: BranchJob, tree: string, parents: readonly string[]): Promise<string> {
  const { owner, name } = job.repository
  const message = `${job.message}\n\n${TRAILER}: ${job.workflowRunId}`
  const body = { owner, repo: name, message, tree, parents }
  return (await github.request<{ sha: string }>(`POST ${REPO}/git/commits`, body, { repeatable: true })).sha
}

// Without force, GitHub refuses it unless the branch still is where it was looked at.
async function moveRef(github: GitHub, { owner, name }: Repository, branch: string, sha: string): Promise<void> {
  const ref = { owner, repo: name, ref: `heads/${branch}`, sha, force: false }
  await github.request(`PATCH ${REPO}/git/refs/{ref}`, ref, { repeatable: true })
}

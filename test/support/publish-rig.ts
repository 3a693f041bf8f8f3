// Publishing without a run: what a run would have come to, made up, and GitHub the stand-in.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitHubClient } from '../../src/github/client.ts'
import type { ChangedFile, FrozenContext, Said } from '../../src/github/context.ts'
import type { Outbox, OutboxEntry } from '../../src/github/outbox.ts'
import { publish } from '../../src/github/publish.ts'
import type { PublishPolicy } from '../../src/github/publish-types.ts'
import type { Published } from '../../src/github/published.ts'
import type { Mode, Subject, Task, Trigger } from '../../src/github/task.ts'
import type { RunResult } from '../../src/report/run-result.ts'
import type { AcceptedFile } from '../../src/workspace/patch.ts'
import { result as ended } from '../unit/report/result.ts'
import type { Permissions } from './github.ts'
import type { HostedProject } from './github-project.ts'

export interface Made {
  readonly mode: Mode
  readonly number?: number
  readonly trigger?: Trigger
  readonly said?: readonly Said[]
  readonly output?: unknown
  readonly result?: Partial<RunResult>
  readonly files?: readonly AcceptedFile[]
  /** What stands in changes.patch. */
  readonly patch?: string
  readonly entries?: readonly OutboxEntry[]
  readonly review?: Partial<PublishPolicy['review']>
  readonly pullRequest?: Partial<PublishPolicy['pullRequest']>
  readonly trackingComment?: number
  /** The job's run; the same for its second attempt. */
  readonly run?: string
  readonly permissions?: Permissions
  /** How long an answer may take, half a minute by default. */
  readonly timeoutMs?: number
  readonly workedOn?: string
  /** After the context was frozen, before anything is published. */
  readonly meanwhile?: () => Promise<unknown>
  readonly time?: string
}

export const SECRET = 'sk-ant-not-a-real-key-of-this-run'

export interface Publication extends Published {
  /** A file of the output folder. */
  file(name: string): string
}

export async function published(project: HostedProject, made: Made): Promise<Publication> {
  const { github, checkout } = project
  const token = await github.token(made.permissions)
  const client = gitHubClient({ token, apiUrl: github.url, secondMs: 20, timeoutMs: made.timeoutMs ?? 30_000 })
  const [owner = '', name = ''] = github.repository.split('/')
  const subject = await subjectOf(project, made.number)
  const task: Task = {
    ...{ mode: made.mode, repository: { owner, name, defaultBranch: 'main' }, subject, baseBranch: 'main' },
    ...(made.trigger ? { trigger: made.trigger } : {}),
    event: { name: 'test', time: made.time ?? '2026-11-24T10:20:00Z', actor: { login: owner, type: 'User' } },
  }
  const context =
    made.number === undefined ? undefined : await contextOf(project, made.number, subject, made.said ?? [])
  const outputDir = mkdtempSync(join(tmpdir(), 'airlock-publish-'))
  const outbox: Outbox = { entries: made.entries ?? [], refused: [] }
  const output = {
    directory: outputDir,
    result: join(outputDir, 'result.json'),
    patch: join(outputDir, 'changes.patch'),
  }
  writeFileSync(output.patch, made.patch ?? '')
  const result = ended({ structuredOutput: made.output, output, ...made.result })
  await made.meanwhile?.()
  const done = await publish(task, context, result, made.files ?? [], outbox, {
    ...{ github: client, policy: policyOf(made), outputDir, serverUrl: github.server },
    ...{ workedOn: made.workedOn ?? checkout.git('rev-parse', 'main').trim(), jobUrl: `${github.server}/job/1` },
    ...{ workflowRunId: made.run ?? '1', secrets: [token, SECRET] },
    ...(made.trackingComment === undefined ? {} : { trackingComment: made.trackingComment }),
  })
  const contents = new Map(KEPT.map((file) => [file, read(join(outputDir, file))]))
  rmSync(outputDir, { recursive: true })
  return { ...done, file: (file) => contents.get(file) ?? '' }
}

const KEPT = ['review.json', 'review.md', 'review.sarif', 'proposal.json', 'outbox.json']

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function policyOf({ review, pullRequest }: Made): PublishPolicy {
  return {
    review: { requestChanges: false, approve: false, stickySummary: true, ...review },
    pullRequest: {
      ...{ branchPrefix: 'claude/', branchTemplate: '', draft: false, labels: [], reviewers: [], assignees: [] },
      ...pullRequest,
    },
    text: { allowedLinkHosts: [], mentions: false },
  }
}

async function subjectOf({ github, api }: HostedProject, number: number | undefined): Promise<Subject> {
  if (number === undefined) return { kind: 'none' }
  const owner = github.repository.split('/')[0] ?? ''
  const pull = await github
    .as(owner)('GET', `${api}/pulls/${number}`)
    .catch(() => undefined)
  if (!pull) return { kind: 'issue', number }
  // emulate leaves a pull request where it was opened; its branch is what counts.
  const ref = await github.as(owner)('GET', `/repos/${pull.head.repo.full_name}/git/ref/heads/${pull.head.ref}`)
  const tip = (side: { ref: string; sha: string; repo: { full_name: string } }) => ({
    ...{ ref: side.ref, sha: side.sha, repository: side.repo.full_name },
  })
  const fork = pull.head.repo.full_name !== pull.base.repo.full_name
  return { kind: 'pull', number, base: tip(pull.base), head: { ...tip(pull.head), sha: ref.object.sha }, fork }
}

async function contextOf(
  { github, api }: HostedProject,
  number: number,
  subject: Subject,
  said: readonly Said[],
): Promise<FrozenContext> {
  const owner = github.repository.split('/')[0] ?? ''
  const ask = github.as(owner)
  const issue = await ask('GET', `${api}/${subject.kind === 'pull' ? 'pulls' : 'issues'}/${number}`)
  const files: ChangedFile[] = []
  if (subject.kind === 'pull') {
    const { files: found } = await ask('GET', `${api}/compare/${subject.base.sha}...${subject.head.sha}`)
    for (const { filename, status, additions, deletions, patch } of found) {
      files.push({ path: filename, status, additions, deletions, ...(patch === undefined ? {} : { patch }) })
    }
  }
  return {
    ...{ frozenAt: '2026-11-24T10:20:00Z', kind: subject.kind === 'pull' ? 'pull' : 'issue', number, said, files },
    ...{ title: issue.title, body: issue.body ?? '', state: 'open', labels: [], url: issue.html_url, draft: false },
    ...{ author: { login: owner, bot: false, association: 'OWNER' }, createdAt: '2026-11-24T10:00:00Z' },
    ...{ commits: [], checks: [], images: [], diff: '', leftOut: [] },
  }
}

/** An accepted file as the gate would hand it out, compared with the checkout's main. */
export function file(
  { checkout }: HostedProject,
  path: string,
  content: string | Buffer | null,
  mode: AcceptedFile['mode'] = '100644',
  ref = 'main',
): AcceptedFile {
  const [, oldMode = '000000', oldSha = '0'.repeat(40)] =
    /^(\d+) blob (\w+)/.exec(checkout.git('ls-tree', ref, '--', path)) ?? []
  return {
    ...{ path, mode: content === null ? '000000' : mode, oldMode, oldSha },
    content: Buffer.from(content ?? ''),
  }
}

/** One that main does not have. */
export function newFile(path: string, content: string): AcceptedFile {
  return { path, mode: '100644', content: Buffer.from(content), oldMode: '000000', oldSha: '0'.repeat(40) }
}

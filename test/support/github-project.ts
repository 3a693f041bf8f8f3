// A project that lies on the stand-in's GitHub: its checkout here is what actions/checkout fetches from, and each pull
// request has its two refs there, as on GitHub.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type GitHub, type GitHubOptions, startGitHub } from './github.ts'
import { fetchBranch } from './github-objects.ts'
import { type FileMap, type Project, project, write } from './projects.ts'

/** `null` deletes a file. */
export type Changes = Readonly<Record<string, FileMap[string] | null>>

export interface Opened {
  readonly branch: string
  readonly files: Changes
  readonly message?: string
  readonly title?: string
  readonly body?: string
  /** Who opens it, the repository's owner by default. */
  readonly by?: string
  /** From this person's fork. */
  readonly fork?: string
}

export interface HostedProject extends AsyncDisposable {
  readonly github: GitHub
  readonly checkout: Project
  /** Everything about one repository: `/repos/octo/shop`. */
  readonly api: string
  /** Opens a pull request; returns its number. */
  open(opened: Opened): Promise<number>
  /** Pushes to a branch, or to that of a pull request; returns the new commit. */
  push(to: string | number, files: Changes, message?: string): Promise<string>
  /** Returns the new issue's number. */
  issue(title: string, body: string, by?: string): Promise<number>
  /** Brings to the checkout what runs have put on branches of GitHub. */
  fetch(): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: the comment as GitHub tells it.
  comment(number: number, body: string, by?: string): Promise<any>
}

interface Head {
  readonly branch: string
  readonly repository: string
}

export async function hosted(files: FileMap, options: GitHubOptions = {}): Promise<HostedProject> {
  const github = await startGitHub(options)
  const checkout = project(files, github.repository.split('/')[1])
  const { git, directory } = checkout
  // actions/checkout fetches commits by their hash.
  git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  github.serveGit(directory)
  await github.push(directory, 'main')
  const api = `/repos/${github.repository}`
  const owner = github.repository.split('/')[0] ?? ''
  const heads = new Map<number, Head>()

  function commit(branch: string, changes: Changes, message: string): void {
    const isNew = git('branch', '--list', branch).trim() === ''
    git('checkout', '-q', ...(isNew ? ['-b', branch, 'main'] : [branch]))
    for (const [path, content] of Object.entries(changes)) {
      rmSync(join(directory, path), { recursive: true, force: true })
      if (content !== null) write(join(directory, path), content)
    }
    git('add', '-A')
    git('commit', '-q', '--allow-empty', '-m', message)
    git('checkout', '-q', 'main')
  }

  async function publish({ branch, repository }: Head, number?: number): Promise<string> {
    const sha = await github.push(directory, branch, repository)
    if (number === undefined) return sha
    const tree = git('merge-tree', '--write-tree', 'main', branch).trim()
    const merge = git('commit-tree', tree, '-p', 'main', '-p', branch, '-m', `Merge ${branch}`).trim()
    for (const [name, commit] of Object.entries({ head: sha, merge })) {
      git('update-ref', `refs/pull/${number}/${name}`, commit)
      await github.push(directory, `refs/pull/${number}/${name}`)
    }
    return sha
  }

  return {
    ...{ github, checkout, api },
    async open({ branch, files: changes, message = 'Change', title = 'A change', body = '', by = owner, fork }) {
      const repository = fork === undefined ? github.repository : await github.fork(fork)
      commit(branch, changes, message)
      await publish({ branch, repository })
      const head = fork === undefined ? branch : `${fork}:${branch}`
      const pull = await github.as(fork ?? by)('POST', `${api}/pulls`, { title, body, head, base: 'main' })
      heads.set(pull.number, { branch, repository })
      await publish({ branch, repository }, pull.number)
      return pull.number
    },
    async push(to, changes, message = 'Change') {
      const head = typeof to === 'number' ? heads.get(to) : { branch: to, repository: github.repository }
      if (head === undefined) throw new Error(`no pull request ${to}`)
      commit(head.branch, changes, message)
      return publish(head, typeof to === 'number' ? to : undefined)
    },
    async fetch() {
      for (const { name } of await github.as(owner)('GET', `${api}/branches?per_page=100`)) {
        await fetchBranch(github.as(owner), github.repository, directory, name)
      }
      git('reset', '-q', '--hard')
    },
    issue: async (title, body, by = owner) => (await github.as(by)('POST', `${api}/issues`, { title, body })).number,
    comment: (number, body, by = owner) => github.as(by)('POST', `${api}/issues/${number}/comments`, { body }),
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]()
      checkout[Symbol.dispose]()
    },
  }
}

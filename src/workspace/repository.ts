// What the copy's `.git` is made from: facts of the host's repository, read and never written.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { AirlockError } from '../ports/errors.ts'
import { gitError, type HostGit } from './git.ts'
import { readIgnores } from './ignores.ts'
import { EMPTY, type IndexEntry, parseIndex, withIntended } from './index-entries.ts'
import { type OuterAttributes, readOuterAttributes } from './outer-attributes.ts'

export interface Repository {
  /** Folder of the project inside the repository: '' or 'examples/orders/'. */
  readonly prefix: string
  /** `ref: refs/heads/main` or a commit; what `.git/HEAD` will hold. */
  readonly head: string
  readonly commit: string | undefined
  /** In the format of .git/packed-refs. */
  readonly packedRefs: string
  /** Commits and tags that the history reaches from. */
  readonly tips: readonly string[]
  /** Contents of the shallow file; empty for a complete history. */
  readonly shallow: string
  readonly objectFormat: 'sha1' | 'sha256'
  /** Absolute path of the folder that holds the objects. */
  readonly objects: string
  readonly index: readonly IndexEntry[]
  /** Patterns that git ignores files by and that lie outside the copied folder. */
  readonly ignores: string
  readonly attributes: OuterAttributes
  /** For a subfolder: the tree of that folder at HEAD, and HEAD's message. */
  readonly subtree: { readonly tree: string; readonly message: string } | undefined
}

/** Undefined for a folder that is in no repository. Errors: `input`, where there is one that can't be used. */
export async function readRepository(git: HostGit, directory: string): Promise<Repository | undefined> {
  const place = await findRepository(git, directory)
  if (!place) return undefined
  const { prefix, commonDir, objectFormat } = place
  const [symbolic, commit, refs, listing, shallow, ignores, attributes] = await Promise.all([
    git.ask(['symbolic-ref', '--quiet', 'HEAD']),
    git.ask(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}']),
    git.run('listing refs', ['for-each-ref', REF_FORMAT, 'refs/heads', 'refs/tags', 'refs/remotes']),
    git.run('reading the index', ['ls-files', '-z', '--stage', '-t']),
    readFile(join(commonDir, 'shallow'), 'utf8').catch(() => ''),
    readIgnores(git, { directory, prefix, commonDir }),
    readOuterAttributes(git, { directory, prefix, commonDir }),
  ])
  const line = (bytes: Buffer | undefined) => bytes?.toString('utf8').replace(/\n$/, '')
  const refLines = refs
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
  return {
    ...{ prefix, objectFormat, shallow, ignores, attributes },
    objects: join(commonDir, 'objects'),
    head: symbolic ? `ref: ${line(symbolic)}` : (line(commit) ?? 'ref: refs/heads/main'),
    commit: line(commit),
    packedRefs: prefix === '' ? packedRefs(refLines) : '',
    tips: refLines.map((text) => text.split(' ')[0] ?? ''),
    index: await readIndex(git, listing),
    subtree: prefix === '' || !commit ? undefined : await subtree(git, prefix),
  }
}

async function readIndex(git: HostGit, listing: Buffer): Promise<readonly IndexEntry[]> {
  const index = parseIndex(listing)
  if (!index.some(({ sha }) => EMPTY.has(sha))) return index
  const args = ['diff-files', '-z', '--name-only', '--diff-filter=A', '--ignore-submodules', '--no-ext-diff']
  return withIntended(index, await git.run('reading the index', [...args, '--relative']))
}

const REF_FORMAT = '--format=%(objectname) %(refname) %(*objectname)'

async function findRepository(git: HostGit, directory: string) {
  const args = ['rev-parse', '--is-inside-work-tree', '--show-object-format', '--git-common-dir']
  const result = await git.call(args)
  if (result.exitCode !== 0) {
    // Taken for an ordinary folder, a repository that git refuses would be copied with all that it ignores.
    if (hasGitAbove(directory)) throw gitError('reading the repository', args, directory, result)
    return undefined
  }
  const [inside, format, ...rest] = result.stdout.toString('utf8').replace(/\n$/, '').split('\n')
  if (inside !== 'true') {
    throw new AirlockError('input', 'the folder is a git directory, without a work tree', {
      where: directory,
      next: 'Run in a checkout of it: git clone, or git worktree add.',
    })
  }
  const commonDir = rest.join('\n')
  const prefix = await git.run('reading the repository', ['rev-parse', '--show-prefix'])
  return {
    prefix: prefix.toString('utf8').replace(/\n$/, ''),
    commonDir: isAbsolute(commonDir) ? commonDir : join(directory, commonDir),
    objectFormat: format === 'sha256' ? ('sha256' as const) : ('sha1' as const),
  }
}

function hasGitAbove(directory: string): boolean {
  if (existsSync(join(directory, '.git'))) return true
  const parent = dirname(directory)
  return parent !== directory && hasGitAbove(parent)
}

function packedRefs(lines: readonly string[]): string {
  const refs = lines.map((text) => {
    const [object, name, peeled] = text.split(' ')
    return `${object} ${name}\n${peeled ? `^${peeled}\n` : ''}`
  })
  return `# pack-refs with: peeled fully-peeled sorted \n${refs.join('')}`
}

async function subtree(git: HostGit, prefix: string) {
  const tree = await git.ask(['rev-parse', '--quiet', '--verify', `HEAD:${prefix.replace(/\/$/, '')}`])
  const message = await git.ask(['log', '-1', '--format=%B'])
  return tree ? { tree: tree.toString('utf8').trim(), message: (message ?? '').toString('utf8') } : undefined
}

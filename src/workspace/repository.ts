// What the copy's `.git` is made from: facts of the host's repository, read and never written.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type HostGit, splitPaths } from './git.ts'

export interface IndexEntry {
  readonly mode: string
  readonly sha: string
  readonly stage: string
  readonly skipWorktree: boolean
  readonly path: string
}

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
  readonly index: readonly IndexEntry[]
  /** For a subfolder: the tree of that folder at HEAD, and HEAD's message. */
  readonly subtree: { readonly tree: string; readonly message: string } | undefined
}

/** Undefined for a folder that is in no repository's work tree. */
export async function readRepository(git: HostGit, directory: string): Promise<Repository | undefined> {
  const facts = await git.ask(['rev-parse', '--is-inside-work-tree', '--git-common-dir', '--show-object-format'])
  if (!facts) return undefined
  const [inside, commonDir = '', format] = facts.toString('utf8').trimEnd().split('\n')
  if (inside !== 'true') return undefined
  const [prefix, symbolic, commit, refs, listing] = await Promise.all([
    git.run('reading the repository', ['rev-parse', '--show-prefix']),
    git.ask(['symbolic-ref', '--quiet', 'HEAD']),
    git.ask(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}']),
    git.run('listing refs', [
      'for-each-ref',
      '--format=%(objectname) %(refname) %(*objectname)',
      'refs/heads',
      'refs/tags',
      'refs/remotes',
    ]),
    git.run('reading the index', ['ls-files', '-z', '--stage', '-t']),
  ])
  const line = (bytes: Buffer | undefined) => bytes?.toString('utf8').replace(/\n$/, '')
  const where = line(prefix) ?? ''
  const refLines = refs
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
  return {
    prefix: where,
    head: symbolic ? `ref: ${line(symbolic)}` : (line(commit) ?? 'ref: refs/heads/main'),
    commit: line(commit),
    packedRefs: where === '' ? packedRefs(refLines) : '',
    tips: refLines.map((text) => text.split(' ')[0] ?? ''),
    shallow: await readFile(
      join(commonDir.startsWith('/') ? commonDir : join(directory, commonDir), 'shallow'),
      'utf8',
    ).catch(() => ''),
    objectFormat: format === 'sha256' ? 'sha256' : 'sha1',
    index: splitPaths(listing).map(indexEntry),
    subtree: where === '' || !commit ? undefined : await subtree(git, where),
  }
}

function packedRefs(lines: readonly string[]): string {
  const refs = lines.map((text) => {
    const [object, name, peeled] = text.split(' ')
    return `${object} ${name}\n${peeled ? `^${peeled}\n` : ''}`
  })
  return `# pack-refs with: peeled fully-peeled sorted \n${refs.join('')}`
}

// `H 100644 <sha> 0\tpath`: the tag letter of -t comes first; S marks what a sparse checkout leaves out.
function indexEntry(text: string): IndexEntry {
  const tab = text.indexOf('\t')
  const [tag = '', mode = '', sha = '', stage = ''] = text.slice(0, tab).split(' ')
  return { mode, sha, stage, skipWorktree: tag === 'S', path: text.slice(tab + 1) }
}

async function subtree(git: HostGit, prefix: string) {
  const tree = await git.ask(['rev-parse', '--quiet', '--verify', `HEAD:${prefix.replace(/\/$/, '')}`])
  const message = await git.ask(['log', '-1', '--format=%B'])
  return tree ? { tree: tree.toString('utf8').trim(), message: (message ?? '').toString('utf8') } : undefined
}

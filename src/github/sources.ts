// For a run that is about a head which is not its base: the head's files as content, and the base's as what is obeyed.
// Both are written from git's objects, and nothing of either is run, filtered or followed on the way.
import { existsSync, readlinkSync } from 'node:fs'
import { copyFile, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import picomatch from 'picomatch'
import type { Process } from '../ports/process.ts'
import type { HostNetwork, RunRequest } from '../request/run-request.ts'
import { hostGit, splitPaths } from '../workspace/git.ts'
import { type IsolatedGit, isolatedGit, type Server } from './isolated-git.ts'
import { isTrusted, mergeTrees, parseTree } from './trees.ts'
import { MissingObject, writeTree } from './write-tree.ts'

export interface Pin {
  readonly sha: string
  /** Name of the branch. */
  readonly ref: string
}

export interface Sources extends AsyncDisposable {
  /** What the run works on, and the commit that it is. */
  readonly directory: string
  readonly commit: string
  readonly trusted: NonNullable<RunRequest['trusted']>
  readonly notes: readonly string[]
}

export interface SourceDeps {
  readonly process: Process
  readonly server: Omit<Server, 'proxy' | 'caFile'>
  readonly network: HostNetwork
  /** Where the folders are made; a runner empties its own when a job ends, however it ends. */
  readonly scratch?: string | undefined
}

/** Errors: `input`, for commits that can't be had or hold what can't be written. */
export async function pinSources(
  request: Pick<RunRequest, 'directory' | 'include'>,
  head: Pin,
  base: Pin,
  deps: SourceDeps,
): Promise<Sources> {
  const { scratch: place = tmpdir() } = deps
  await mkdir(place, { recursive: true })
  const scratch = await mkdtemp(join(place, 'airlock-sources-'))
  const dispose = () => rm(scratch, { recursive: true, force: true })
  try {
    const checkout = await findCheckout(request.directory, deps.process)
    const name = basename(checkout.root)
    const folders = { head: join(scratch, 'head', name), base: join(scratch, 'base', name) }
    const server = await withNetwork(deps, scratch)
    const changed = await fill(folders, checkout, head, base, (folder) => isolatedGit(deps.process, folder, server))
    const here = relative(checkout.root, request.directory)
    const included = await copyIncluded(
      request,
      checkout,
      [folders.head, folders.base].map((root) => join(root, here)),
      deps,
    )
    return {
      ...{ directory: join(folders.head, here), commit: head.sha },
      trusted: { ...base, directory: join(folders.base, here), changed: below(changed, here) },
      notes: [
        `the files are those of commit ${head.sha} of ${head.ref}; what starts the sandbox and configures Claude is from ${base.sha} of ${base.ref}`,
        ...(included.length > 0 ? [`from the checkout, by include: ${included.join(', ')}`] : []),
        ...(await lfsNote(folders.base)),
      ],
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

interface Checkout {
  readonly root: string
  /** Its objects and its shallow file; undefined for a folder that is in no repository. */
  readonly gitDir: string | undefined
}

async function findCheckout(directory: string, process: Process): Promise<Checkout> {
  const git = hostGit(process, directory)
  const found = await git.ask(['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-common-dir'])
  const [root, gitDir] = found?.toString('utf8').split('\n') ?? []
  return root && gitDir ? { root, gitDir } : { root: directory, gitDir: undefined }
}

interface Folders {
  readonly head: string
  readonly base: string
}

type OpenGit = (folder: string) => IsolatedGit

/** Returns the paths that differ. */
async function fill(
  folders: Folders,
  checkout: Checkout,
  head: Pin,
  base: Pin,
  open: OpenGit,
): Promise<readonly string[]> {
  try {
    return await fillOnce(folders, checkout, head, base, open)
  } catch (error) {
    if (!(error instanceof MissingObject)) throw error
    // The checkout is a partial clone: it has the commits, and not all of their files.
    for (const folder of Object.values(folders)) await rm(folder, { recursive: true, force: true })
    return fillOnce(folders, { ...checkout, gitDir: undefined }, head, base, open)
  }
}

async function fillOnce(
  folders: Folders,
  { gitDir }: Checkout,
  head: Pin,
  base: Pin,
  open: OpenGit,
): Promise<readonly string[]> {
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true })
  const git = open(folders.head)
  const format = head.sha.length === 64 ? 'sha256' : 'sha1'
  await git.run('making a repository', ['init', '--quiet', '--template=', `--object-format=${format}`, folders.head])
  if (gitDir !== undefined) await borrow(gitDir, join(folders.head, '.git'))
  const missing: string[] = []
  for (const { sha } of [head, base])
    if ((await git.call(['cat-file', '-e', `${sha}^{commit}`])).exitCode !== 0) missing.push(sha)
  if (missing.length > 0) await git.fetch(missing)
  const tree = async ({ sha }: Pin) =>
    parseTree(await git.run('listing files', ['ls-tree', '-r', '-z', '--full-tree', sha]), sha)
  const [headTree, baseTree] = [await tree(head), await tree(base)]
  await git.run('naming the commits', ['update-ref', `refs/remotes/origin/${base.ref}`, base.sha])
  await git.run('naming the commits', ['update-ref', `refs/heads/${head.ref}`, head.sha])
  await git.run('naming the commits', ['symbolic-ref', 'HEAD', `refs/heads/${head.ref}`])
  await git.run('reading the head', ['read-tree', head.sha])
  await writeTree(git, baseTree, folders.base)
  const targetOf = (path: string) => readlinkSync(join(folders.base, path))
  await writeTree(git, mergeTrees(headTree, baseTree, targetOf), folders.head)
  const differing = ['diff-tree', '-r', '-z', '--no-renames', '--name-only', base.sha, head.sha]
  return splitPaths(await git.run('comparing the commits', differing))
}

// The objects that are here already need not be fetched: their names are their content.
async function borrow(gitDir: string, target: string): Promise<void> {
  await mkdir(join(target, 'objects', 'info'), { recursive: true })
  await writeFile(join(target, 'objects', 'info', 'alternates'), `${JSON.stringify(join(gitDir, 'objects'))}\n`)
  const shallow = join(gitDir, 'shallow')
  if (existsSync(shallow)) await writeFile(join(target, 'shallow'), await readFile(shallow))
}

async function withNetwork({ server, network }: SourceDeps, scratch: string): Promise<Server> {
  const proxy = server.url.startsWith('https:') ? network.httpsProxy : network.httpProxy
  if (network.extraCa === undefined) return { ...server, proxy }
  const caFile = join(scratch, 'ca.pem')
  const system = await readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8').catch(() => '')
  await writeFile(caFile, `${system}\n${network.extraCa}\n`)
  return { ...server, proxy, caFile }
}

/** Ignored files that the workflow made and `include` names; never what is trusted by its name. */
async function copyIncluded(
  { directory, include }: Pick<RunRequest, 'directory' | 'include'>,
  { gitDir }: Checkout,
  targets: readonly string[],
  { process }: SourceDeps,
): Promise<readonly string[]> {
  if (include.length === 0 || gitDir === undefined) return []
  const wanted = picomatch([...include], { dot: true })
  const listing = await hostGit(process, directory).run('listing ignored files', [
    ...['ls-files', '-z', '--others', '--ignored', '--exclude-standard'],
  ])
  const copied: string[] = []
  for (const path of splitPaths(listing).filter((one) => wanted(one) && !isTrusted(one))) {
    const from = resolve(directory, path)
    if (!(await lstat(from)).isFile()) continue
    let done = true
    for (const target of targets) done = (await copyInto(from, target, path)) && done
    if (done) copied.push(path)
  }
  return copied
}

// Only where the commit's own folders lead: a link in the way is the head's doing.
async function copyInto(from: string, root: string, path: string): Promise<boolean> {
  const parts = path.split('/')
  for (const [at] of parts.slice(1).entries()) {
    const found = await lstat(join(root, ...parts.slice(0, at + 1))).catch(() => undefined)
    if (found && !found.isDirectory()) return false
  }
  const full = join(root, path)
  if (existsSync(full) || (await lstat(full).catch(() => undefined))) return false
  await mkdir(dirname(full), { recursive: true })
  await copyFile(from, full)
  return true
}

function below(paths: readonly string[], folder: string): readonly string[] {
  if (folder === '') return paths
  return paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1))
}

async function lfsNote(folder: string): Promise<readonly string[]> {
  const attributes = await readFile(join(folder, '.gitattributes'), 'utf8').catch(() => '')
  return /\bfilter=lfs\b/.test(attributes) ? ['files that git-lfs keeps are only pointers in this run'] : []
}

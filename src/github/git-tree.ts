// Trees on GitHub, made through its API of git objects: file by file, with the bytes and modes that came out of the
// gate. What GitHub holds afterwards is read back and compared, so that nothing else can be in the commit.
import { createHash } from 'node:crypto'
import { AirlockError } from '../ports/errors.ts'
import type { AcceptedFile } from '../workspace/patch.ts'
import type { GitHub } from './client.ts'
import type { Repository } from './task.ts'

const ABSENT = '000000'

/** Path → `mode object` of everything that is not a folder. */
export type Listing = ReadonlyMap<string, string>

interface ApiTree {
  readonly sha: string
  readonly truncated?: boolean
  readonly tree: readonly {
    readonly path: string
    readonly mode: string
    readonly type: string
    readonly sha: string
  }[]
}

/** The whole tree; of one that GitHub does not list whole, what lies in the folders of `paths`. Errors: GitHub's. */
export async function readTree(
  github: GitHub,
  repository: Repository,
  sha: string,
  paths: readonly string[],
): Promise<Listing> {
  const whole = await getTree(github, repository, sha, { recursive: '1' })
  if (!whole.truncated) return new Map(entriesOf(whole, ''))
  const wanted = new Set(paths.flatMap(foldersOf))
  const found = new Map<string, string>()
  const walk = async (folder: string, at: string): Promise<void> => {
    const one = await getTree(github, repository, at)
    if (one.truncated) throw new AirlockError('publish', `the folder ${folder || '.'} has more files than GitHub lists`)
    for (const [path, entry] of entriesOf(one, folder)) found.set(path, entry)
    for (const { path, type, sha: below } of one.tree) {
      if (type === 'tree' && wanted.has(`${folder}${path}/`)) await walk(`${folder}${path}/`, below)
    }
  }
  await walk('', sha)
  return found
}

function getTree(github: GitHub, { owner, name }: Repository, sha: string, query: object = {}): Promise<ApiTree> {
  const route = 'GET /repos/{owner}/{repo}/git/trees/{sha}'
  return github.request<ApiTree>(route, { owner, repo: name, sha, ...query })
}

function entriesOf({ tree }: ApiTree, folder: string): readonly (readonly [string, string])[] {
  return tree.filter(({ type }) => type !== 'tree').map(({ path, mode, sha }) => [folder + path, `${mode} ${sha}`])
}

const foldersOf = (path: string) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1))

/** The files that are not there as Claude found them, or where a folder or file of others is in the way. */
export function conflicts(listing: Listing, files: readonly AcceptedFile[]): readonly string[] {
  const going = new Set(files.filter(({ mode }) => mode === ABSENT).map(({ path }) => path))
  const folders = new Set([...listing.keys()].filter((path) => !going.has(path)).flatMap(foldersOf))
  return files
    .filter(({ path, mode, oldMode, oldSha }) => {
      const before = oldMode === ABSENT ? undefined : `${oldMode} ${oldSha}`
      const blocked = foldersOf(path).some((folder) => {
        const file = folder.slice(0, -1)
        return listing.has(file) && !going.has(file)
      })
      return listing.get(path) !== before || (mode !== ABSENT && (blocked || folders.has(`${path}/`)))
    })
    .map(({ path }) => path)
}

/** Writes the tree that `files` make of `base`; returns its name. Errors: GitHub's; `publish` where it is another. */
export async function writeTree(
  github: GitHub,
  repository: Repository,
  base: { readonly sha: string; readonly listing: Listing },
  files: readonly AcceptedFile[],
): Promise<string> {
  const { owner, name } = repository
  // Deletions first: a file that goes may make room for a folder of its name, and the other way round.
  const gone = files.filter(({ mode }) => mode === ABSENT).map(deletion)
  const kept = await contents(
    github,
    repository,
    files.filter(({ mode }) => mode !== ABSENT),
  )
  let sha = base.sha
  for (const tree of [...portions(gone), ...portions(kept)]) {
    const made = await github.request<ApiTree>(
      'POST /repos/{owner}/{repo}/git/trees',
      { owner, repo: name, base_tree: sha, tree },
      { repeatable: true },
    )
    sha = made.sha
  }
  const expected = new Map(base.listing)
  for (const { path, mode, content } of files) {
    if (mode === ABSENT) expected.delete(path)
    else expected.set(path, `${mode} ${blobName(content)}`)
  }
  const found = await readTree(
    github,
    repository,
    sha,
    files.map(({ path }) => path),
  )
  const wrong = [...new Set([...expected.keys(), ...found.keys()])].filter(
    (path) => expected.get(path) !== found.get(path),
  )
  if (wrong.length === 0) return sha
  throw new AirlockError('publish', 'the tree on GitHub is not the one that the patch gives', {
    detail: wrong.slice(0, 10).join('\n'),
    next: 'Nothing was changed there. Please report it; the patch is in the output folder.',
  })
}

interface Entry {
  readonly path: string
  readonly mode: string
  readonly type: 'blob' | 'commit'
  readonly sha?: string | null
  readonly content?: string
}

const deletion = ({ path, oldMode }: AcceptedFile): Entry => ({
  ...{ path, mode: oldMode, type: oldMode === '160000' ? 'commit' : 'blob', sha: null },
})

// Text goes along with the tree: a thousand files are then a few requests, where each blob would be one.
async function contents(github: GitHub, { owner, name }: Repository, files: readonly AcceptedFile[]): Promise<Entry[]> {
  const made = new Set<string>()
  const entries: Entry[] = []
  for (const { path, mode, content } of files) {
    const text = inlineText(mode, content)
    if (text !== undefined) {
      entries.push({ path, mode, type: 'blob', content: text })
      continue
    }
    const sha = blobName(content)
    if (!made.has(sha)) {
      const body = { content: content.toString('base64'), encoding: 'base64' }
      const route = 'POST /repos/{owner}/{repo}/git/blobs'
      await github.request(route, { owner, repo: name, ...body }, { repeatable: true })
    }
    made.add(sha)
    entries.push({ path, mode, type: 'blob', sha })
  }
  return entries
}

const LONGEST_INLINE = 256 * 1024

/** Undefined for what JSON, or somebody who reads it, might not bring over byte by byte. */
function inlineText(mode: string, content: Buffer): string | undefined {
  if (mode === '120000' || content.length === 0 || content.length > LONGEST_INLINE) return undefined
  const text = content.toString('utf8')
  if (/^\ufeff|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) return undefined
  return Buffer.from(text).equals(content) ? text : undefined
}

const MOST_ENTRIES = 500
const MOST_CHARACTERS = 4 * 1024 * 1024

function portions(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const all: Entry[][] = []
  let size = 0
  for (const entry of entries) {
    const length = entry.content?.length ?? 0
    const last = all.at(-1)
    if (!last || last.length >= MOST_ENTRIES || size + length > MOST_CHARACTERS) {
      all.push([entry])
      size = length
    } else {
      last.push(entry)
      size += length
    }
  }
  return all
}

/** Git's name of a file's content. */
export function blobName(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
}

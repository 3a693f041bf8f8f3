// Brings a checkout's commits to the stand-in through the API, object by object: their hashes are git's own, so that an
// event, a checkout and GitHub speak of the same commits.
import { execFileSync } from 'node:child_process'
import type { Rest } from './github.ts'

const git = (checkout: string, args: readonly string[], input: string | Buffer = ''): Buffer =>
  execFileSync('git', ['-c', 'safe.directory=*', '-C', checkout, ...args], {
    ...{ input, maxBuffer: 256 * 1024 * 1024, stdio: ['pipe', 'pipe', 'ignore'] },
  })

const lines = (output: Buffer, separator = '\n') => output.toString().split(separator).filter(Boolean)

/** Returns the ref's commit. */
export async function addCommits(rest: Rest, repository: string, checkout: string, ref: string): Promise<string> {
  const api = `/repos/${repository}/git`
  const there = async (path: string) =>
    rest('GET', `${api}/${path}`).then(
      () => true,
      () => false,
    )
  const commits = lines(git(checkout, ['rev-list', '--reverse', '--topo-order', ref]))
  const blobs = new Set<string>()
  for (const commit of commits) {
    if (await there(`commits/${commit}`)) continue
    await addTree(rest, api, checkout, commit, blobs)
    const made = await rest('POST', `${api}/commits`, commitOf(git(checkout, ['cat-file', 'commit', commit])))
    if (made.sha !== commit) throw new Error(`${commit} became ${made.sha}`)
  }
  return commits.at(-1) ?? ''
}

async function addTree(rest: Rest, api: string, checkout: string, commit: string, known: Set<string>): Promise<void> {
  const tree = lines(git(checkout, ['ls-tree', '-r', '-z', commit]), '\0').map((line) => {
    const [, mode = '', type = '', sha = '', path = ''] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? []
    return { path, mode, type, sha }
  })
  const wanted = [...new Set(tree.filter(({ type, sha }) => type === 'blob' && !known.has(sha)).map(({ sha }) => sha))]
  for (const [sha, content] of contentsOf(checkout, wanted)) {
    await rest('POST', `${api}/blobs`, { content: content.toString('base64'), encoding: 'base64' })
    known.add(sha)
  }
  await rest('POST', `${api}/trees`, { tree })
}

function contentsOf(checkout: string, shas: readonly string[]): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>()
  if (shas.length === 0) return found
  let rest = git(checkout, ['cat-file', '--batch'], `${shas.join('\n')}\n`)
  while (rest.length > 0) {
    const end = rest.indexOf('\n')
    const [sha = '', , size = '0'] = rest.subarray(0, end).toString().split(' ')
    found.set(sha, rest.subarray(end + 1, end + 1 + Number(size)))
    rest = rest.subarray(end + 1 + Number(size) + 1)
  }
  return found
}

/** A raw commit as the API takes it. */
function commitOf(raw: Buffer) {
  const text = raw.toString()
  const split = text.indexOf('\n\n')
  const header = text.slice(0, split).split('\n')
  const of = (name: string) =>
    header.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  const person = (line = '') => {
    const [, name, email, seconds, zone = ''] = /^(.*) <(.*)> (\d+) ([+-]\d{4})$/.exec(line) ?? []
    const minutes = Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3)))
    const local = new Date((Number(seconds) + minutes * 60) * 1000).toISOString().slice(0, 19)
    return { name, email, date: `${local}${zone.slice(0, 3)}:${zone.slice(3)}` }
  }
  return {
    // The one line break at its end belongs to git; the hash has it all the same.
    ...{ message: text.slice(split + 2).replace(/\n$/, ''), tree: of('tree')[0], parents: of('parent') },
    ...{ author: person(of('author')[0]), committer: person(of('committer')[0]) },
  }
}

export async function setRef(rest: Rest, repository: string, ref: string, sha: string): Promise<void> {
  const api = `/repos/${repository}/git`
  const short = ref.startsWith('refs/') ? ref.slice('refs/'.length) : `heads/${ref}`
  await rest('PATCH', `${api}/refs/${short}`, { sha, force: true }).catch(() =>
    rest('POST', `${api}/refs`, { ref: `refs/${short}`, sha }),
  )
}

/** Brings commits that were made on GitHub to a checkout, so that it can serve them; moves its branch there. */
export async function fetchBranch(rest: Rest, repository: string, checkout: string, branch: string): Promise<void> {
  const api = `/repos/${repository}/git`
  const { object } = await rest('GET', `${api}/ref/heads/${branch}`)
  await fetchCommit(rest, api, checkout, object.sha)
  git(checkout, ['update-ref', `refs/heads/${branch}`, object.sha])
}

async function fetchCommit(rest: Rest, api: string, checkout: string, sha: string): Promise<void> {
  if (has(checkout, sha)) return
  const commit = await rest('GET', `${api}/commits/${sha}`)
  for (const parent of commit.parents) await fetchCommit(rest, api, checkout, parent.sha)
  await fetchTree(rest, api, checkout, commit.tree.sha)
  const person = ({ name, email, date }: { name: string; email: string; date: string }) =>
    `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`
  const lines = [
    ...[`tree ${commit.tree.sha}`, ...commit.parents.map((parent: { sha: string }) => `parent ${parent.sha}`)],
    ...[`author ${person(commit.author)}`, `committer ${person(commit.committer)}`, '', commit.message],
  ]
  const written = write(checkout, 'commit', Buffer.from(lines.join('\n').replace(/\n?$/, '\n')))
  if (written !== sha) throw new Error(`${sha} became ${written}`)
}

// Tree by tree: emulate keeps a folder whose last file was deleted, as an empty tree, where GitHub and git drop it.
async function fetchTree(rest: Rest, api: string, checkout: string, sha: string): Promise<void> {
  if (has(checkout, sha)) return
  const { tree } = await rest('GET', `${api}/trees/${sha}`)
  for (const { type, sha: below } of tree) {
    if (type === 'tree') await fetchTree(rest, api, checkout, below)
    else if (!has(checkout, below)) {
      const { content } = await rest('GET', `${api}/blobs/${below}`)
      write(checkout, 'blob', Buffer.from(content, 'base64'))
    }
  }
  // biome-ignore lint/suspicious/noExplicitAny: the answers' types are not published.
  const rows = tree.map((one: any) => `${one.mode} ${one.type} ${one.sha}\t${one.path}\0`)
  git(checkout, ['mktree', '-z'], rows.join(''))
}

const write = (checkout: string, type: string, content: Buffer) =>
  git(checkout, ['hash-object', '-w', '--literally', '-t', type, '--stdin'], content).toString().trim()

function has(checkout: string, sha: string): boolean {
  try {
    git(checkout, ['cat-file', '-e', sha])
    return true
  } catch {
    return false
  }
}

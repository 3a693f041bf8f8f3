// Where emulate 0.12.2 is not like GitHub, and what the front makes of it: a refusal that GitHub would give, a request
// put into the words that emulate takes, or an answer completed with what emulate itself holds elsewhere.
//
// Absent in emulate, and left so (404): GraphQL (and with it resolving review threads), issues/N of a pull request, commit
// statuses, reactions, tarballs, workflow runs and their logs (there is no way to make one), signatures of commits,
// folders that go with their last file (an empty tree stays), suggestions as more than text, timestamps that a test could set. `start_line` of a comment is accepted and forgotten.
// Here, in the order below:
// - diff and patch media types: emulate answers JSON; the front says 406, as GitHub does when a diff is too large;
// - GET /user with an installation's token: emulate names the owner; GitHub says 403;
// - a pull request for a branch that is not there, or a second one for the same branch: emulate makes either; 422;
// - texts above 65,536 characters: emulate takes them; 422;
// - comments on lines outside the diff: emulate takes them; 422;
// - comments of a new review: emulate wants `position`, which GitHub has beside `line`;
// - the answer to a comment on a line: emulate wants `in_reply_to_id` where GitHub has `in_reply_to`;
// - pulls/N/files: emulate makes names up; pulls/N/commits: it adds the base's. Both are asked of its own compare;
// - a pull request does not move with its branch, and counts no files;
// - collaborators' permission: emulate says `push` where GitHub says `write`.
import { lineAt, positionOf } from './github-position.ts'

// biome-ignore lint/suspicious/noExplicitAny: what emulate answers; its types are not published.
type Json = any

export interface Asked {
  readonly method: string
  readonly path: string
  /** Without the query, as the client sees it. */
  readonly url: string
  readonly query: URLSearchParams
  readonly accept: string
  readonly token: string
  readonly body: Json
  /** Asks emulate with the same token; undefined where it refuses. */
  look(path: string): Promise<Json>
}

export interface Refusal {
  readonly status: number
  readonly message: string
}

const LONGEST = 65_536
const PULL = /^(\/repos\/[^/]+\/[^/]+)\/pulls\/(\d+)(\/.*)?$/
const PULLS = /^(\/repos\/[^/]+\/[^/]+)\/pulls$/

/** What GitHub would refuse and emulate lets pass. */
export async function refusal(asked: Asked): Promise<Refusal | undefined> {
  const { method, path, body, accept } = asked
  if (/\.(diff|patch)\b/.test(accept)) return { status: 406, message: 'Sorry, the diff exceeded the maximum' }
  if (path === '/user' && asked.token === 'action')
    return { status: 403, message: 'Resource not accessible by integration' }
  if (method === 'GET') return undefined
  const texts = [body, ...(body?.comments ?? [])].map((one) => one?.body)
  if (texts.some((text) => typeof text === 'string' && text.length > LONGEST))
    return { status: 422, message: `body is too long (maximum is ${LONGEST} characters)` }
  if (method === 'POST' && PULLS.test(path)) return refusedPull(asked)
  const commented = PULL.exec(path)?.[3]
  const comments = commented === '/reviews' ? (body?.comments ?? []) : commented === '/comments' ? [body] : []
  const outside = await Promise.all(comments.map(async (one: Json) => !(await isInDiff(asked, one))))
  return method === 'POST' && outside.includes(true)
    ? { status: 422, message: 'pull_request_review_thread.line must be part of the diff' }
    : undefined
}

async function refusedPull({ path, body, look }: Asked): Promise<Refusal | undefined> {
  const repository = PULLS.exec(path)?.[1] ?? ''
  const [owner, branch] = String(body?.head).includes(':') ? String(body.head).split(':') : ['', String(body?.head)]
  const same = owner === '' || repository.startsWith(`/repos/${owner}/`)
  if (same && !(await look(`${repository}/git/ref/heads/${branch}`))) return { status: 422, message: 'head is invalid' }
  const open = ((await look(`${repository}/pulls?per_page=100`)) ?? []) as Json[]
  const taken = open.some(({ head, base }) => head.ref === branch && base.ref === body.base && same)
  return taken ? { status: 422, message: `A pull request already exists for ${body.head}.` } : undefined
}

async function isInDiff(asked: Asked, comment: Json): Promise<boolean> {
  // An answer to a comment, or one on a whole file, names no line.
  if (comment?.line === undefined || comment.subject_type === 'file') return true
  const lines = [comment.line, comment.start_line ?? comment.line]
  const found = await Promise.all(lines.map((line) => place(asked, comment.path, line, comment.side)))
  return !found.includes(undefined)
}

async function place(asked: Asked, path: string, line: number, side = 'RIGHT') {
  const { files = [] } = (await compared(asked)) ?? {}
  const patch = files.find(({ filename }: Json) => filename === path)?.patch
  return patch === undefined ? undefined : positionOf(patch, line, side)
}

/** The request in the words that emulate takes. */
export async function translated(asked: Asked): Promise<Pick<Asked, 'path' | 'query' | 'body'>> {
  const [, , , rest] = PULL.exec(asked.path) ?? []
  if (asked.method === 'POST' && rest === '/reviews' && asked.body?.comments) {
    const comments = asked.body.comments.map(async (one: Json) => ({
      ...one,
      position: one.position ?? (await place(asked, one.path, one.line, one.side)),
    }))
    return { ...asked, body: { ...asked.body, comments: await Promise.all(comments) } }
  }
  if (asked.method === 'POST' && rest === '/comments' && asked.body?.in_reply_to !== undefined)
    return { ...asked, body: { ...asked.body, in_reply_to_id: asked.body.in_reply_to } }
  return asked
}

/** The answer with what emulate leaves out; `link` where it has further pages. */
export async function completed(asked: Asked, answer: Json): Promise<{ readonly body: Json; readonly link?: string }> {
  const [, , , rest] = PULL.exec(asked.path) ?? []
  if (answer?.message !== undefined) return { body: answer }
  if (asked.method === 'GET' && rest === '/files') return paged(asked, await filesOf(asked))
  if (asked.method === 'GET' && rest === '/commits') return paged(asked, (await compared(asked))?.commits ?? [])
  return { body: await corrected(asked, rest, answer) }
}

async function corrected(asked: Asked, rest: string | undefined, answer: Json): Promise<Json> {
  if (/\/collaborators\/[^/]+\/permission$/.test(asked.path)) return { ...answer, permission: simple(answer.role_name) }
  if (PULL.test(asked.path) && rest === undefined) return counted(asked, await moved(asked, answer))
  if (PULLS.test(asked.path) && Array.isArray(answer)) return Promise.all(answer.map((one) => moved(asked, one)))
  if (/\/comments$/.test(rest ?? '') && Array.isArray(answer))
    return Promise.all(answer.map((one) => withLine(asked, one)))
  return answer
}

const simple = (role: string) => (role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role)

function paged(asked: Asked, all: readonly Json[]): { readonly body: Json; readonly link?: string } {
  const size = Number(asked.query.get('per_page') ?? 30)
  const page = Number(asked.query.get('page') ?? 1)
  const body = all.slice((page - 1) * size, page * size)
  const next = new URLSearchParams({ ...Object.fromEntries(asked.query), page: String(page + 1) })
  return all.length <= page * size ? { body } : { body, link: `<${asked.url}?${next}>; rel="next"` }
}

/** compare shows 300 files at most; a pull request of a single commit has them all there. */
async function filesOf(asked: Asked): Promise<readonly Json[]> {
  const { files = [], commits = [] } = (await compared(asked)) ?? {}
  if (files.length < 300 || commits.length !== 1) return files
  const commit = asked.path.replace(/\/pulls\/.*/, `/commits/${commits[0].sha}`)
  const pages = Array.from({ length: 30 }, (_, page) => asked.look(`${commit}?per_page=100&page=${page + 1}`))
  return (await Promise.all(pages)).flatMap((one) => one?.files ?? [])
}

async function moved(asked: Asked, pull: Json): Promise<Json> {
  if (pull.state !== 'open' || !pull.head?.repo) return pull
  const ref = await asked.look(`/repos/${pull.head.repo.full_name}/git/ref/heads/${pull.head.ref}`)
  return ref ? { ...pull, head: { ...pull.head, sha: ref.object.sha } } : pull
}

async function counted(asked: Asked, pull: Json): Promise<Json> {
  const { files = [], commits = [] } = (await compared(asked)) ?? {}
  const sum = (name: string) => files.reduce((total: number, file: Json) => total + file[name], 0)
  const lines = { additions: sum('additions'), deletions: sum('deletions') }
  return { ...pull, commits: commits.length, changed_files: files.length, ...lines }
}

async function compared(asked: Asked): Promise<Json> {
  const [, repository, number] = PULL.exec(asked.path) ?? []
  const pull = await asked.look(`${repository}/pulls/${number}`)
  if (!pull) return undefined
  const { head } = await moved(asked, pull)
  return asked.look(`${repository}/compare/${pull.base.sha}...${head.sha}`)
}

async function withLine(asked: Asked, comment: Json): Promise<Json> {
  if (comment.line || !comment.position) return comment
  const { files = [] } = (await compared(asked)) ?? {}
  const patch = files.find(({ filename }: Json) => filename === comment.path)?.patch
  const line = patch === undefined ? null : (lineAt(patch, comment.position) ?? null)
  return { ...comment, line, original_line: line }
}

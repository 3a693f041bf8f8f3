// What stands before emulate's GitHub: notes who asked for what, lets a test break an answer, and passes everything else
// on. It never answers with success in emulate's place: what it changes on the way is in github-gaps.ts. What git asks
// for goes to git's own http-backend, as emulate speaks no git.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { backend } from './git-server.ts'
import { type Asked, completed, refusal, translated } from './github-gaps.ts'

export interface Journaled {
  readonly method: string
  /** Without query and prefix: `/repos/octo/shop/pulls/1`. */
  readonly path: string
  readonly query: string
  /** Whose token it carried: `action`, a login, `unknown`, or `none`. */
  readonly token: string
  /** The other end's address: 127.0.0.1 for what runs on this machine, another one for what runs in a container. */
  readonly from: string
  readonly body: unknown
  /** Undefined while it is open, and for an answer that never came. */
  status?: number
}

export interface Fault {
  readonly method?: string
  readonly path: RegExp
  /** How often, 1 by default. */
  readonly times?: number
  /** How many such requests go through before it. */
  readonly after?: number
  /** Happens just before the request is passed on, or answered. */
  readonly meanwhile?: () => Promise<unknown>
  readonly answer?: Answer
}

/** `silence`: none, until the other side gives up. `lost`: GitHub has done it, but its answer is lost on the way. */
export type Answer =
  | { readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  | 'silence'
  | 'lost'

export interface Front {
  readonly port: number
  readonly journal: Journaled[]
  readonly faults: Fault[]
  /** Token → whose it is. */
  readonly tokens: Map<string, string>
  /** Where emulate listens, once it does. */
  upstream: string
  /** The folder that holds `owner/name.git`, for git's own requests. */
  gitRoot: string | undefined
  stop(): Promise<void>
}

/** `prefix` is what a GitHub of one's own has before its paths: `/api/v3`. */
export async function startFront(prefix = ''): Promise<Front> {
  const journal: Journaled[] = []
  const front = {
    port: 0,
    journal,
    faults: [] as Fault[],
    tokens: new Map<string, string>(),
    upstream: '',
    gitRoot: undefined as string | undefined,
  }
  const server = createServer((incoming, response) => {
    serve(front, prefix, incoming, response).catch((error: unknown) => say(response, 599, String(error)))
  })
  // Every address, so that a container could reach it if nothing kept it from that.
  await new Promise<void>((listening, failed) => void server.once('error', failed).listen(0, '0.0.0.0', listening))
  front.port = (server.address() as AddressInfo).port
  return Object.assign(front, {
    async stop() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  })
}

type Inside = Omit<Front, 'stop'>

async function serve(front: Inside, prefix: string, incoming: IncomingMessage, response: ServerResponse) {
  const url = new URL(incoming.url ?? '/', 'http://front')
  const forGit = /^\/[^/]+\/[^/]+\.git\//.test(url.pathname)
  const text = forGit ? '' : await bodyOf(incoming)
  const token = tokenOf(incoming.headers.authorization)
  const entry: Journaled = {
    ...{ method: incoming.method ?? '', path: url.pathname.slice(forGit ? 0 : prefix.length), query: url.search },
    token: token === '' ? 'none' : (front.tokens.get(token) ?? 'unknown'),
    from: (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    body: parsed(text),
  }
  front.journal.push(entry)
  response.on('finish', () => {
    entry.status = response.statusCode
  })
  if (!forGit && !url.pathname.startsWith(prefix)) return say(response, 404, 'Not Found')
  const fault = due(front.faults, entry, front.journal)
  await fault?.meanwhile?.()
  if (typeof fault?.answer === 'object') {
    const { status, message = 'told to fail', headers } = fault.answer
    return say(response, status, message, headers)
  }
  if (fault?.answer === 'silence') return
  // emulate takes any token for somebody's.
  if (entry.token === 'unknown') return say(response, 401, 'Bad credentials')
  if (forGit)
    return entry.token === 'none' ? say(response, 401, 'Who?') : backend(front.gitRoot ?? '', incoming, response)
  const own = `http://127.0.0.1:${front.port}${url.pathname}`
  const came = { text, headers: incoming.headers, query: url.searchParams, url: own }
  const answer = await passOn(front, entry, came)
  if (fault?.answer === 'lost') return void incoming.socket.destroy()
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

/** From `Bearer …`, `token …`, and what git sends. */
function tokenOf(authorization = ''): string {
  const basic = /^basic +(.*)$/i.exec(authorization)?.[1]
  if (basic !== undefined)
    return Buffer.from(basic, 'base64')
      .toString()
      .replace(/^[^:]*:/, '')
  return authorization.replace(/^(bearer|token) +/i, '')
}

interface Came {
  readonly text: string
  readonly headers: IncomingMessage['headers']
  readonly query: URLSearchParams
  readonly url: string
}

async function passOn(front: Inside, entry: Journaled, { text, headers, query, url }: Came) {
  const accept = String(headers.accept ?? '')
  const send = async (method: string, path: string, body?: string) => {
    const sent = { accept, 'content-type': 'application/json', 'user-agent': 'front' }
    const authorization = headers.authorization === undefined ? {} : { authorization: headers.authorization }
    const answer = await fetch(front.upstream + path, {
      method,
      headers: { ...sent, ...authorization },
      body: body ?? null,
    })
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) }
  }
  const look = async (path: string) => {
    const { status, body } = await send('GET', path)
    return status < 300 ? JSON.parse(body.toString()) : undefined
  }
  const asked: Asked = { ...entry, accept, url, query, body: entry.body as Asked['body'], look }
  const refused = await refusal(asked)
  if (refused) return plain(refused.status, refused.message)
  const onward = await translated(asked)
  const search = onward.query.size === 0 ? '' : `?${onward.query}`
  const changed = onward.body === asked.body ? text : JSON.stringify(onward.body)
  const answer = await send(entry.method, onward.path + search, text === '' ? undefined : changed)
  const isJson = answer.headers.get('content-type')?.includes('json') && answer.body.length > 0
  const full = isJson ? await completed(asked, JSON.parse(answer.body.toString())) : undefined
  const kept = ['content-type', 'link', 'location', 'etag', 'x-ratelimit-remaining', 'x-ratelimit-reset']
  const found = kept.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? '']] : []))
  const own = Object.fromEntries([...found, ...(full?.link ? [['link', full.link]] : [])]) as Record<string, string>
  return { status: answer.status, headers: own, body: full ? JSON.stringify(full.body) : answer.body }
}

function due(faults: Fault[], { method, path }: Journaled, journal: readonly Journaled[]): Fault | undefined {
  const fits = (of: Pick<Journaled, 'method' | 'path'>, fault: Fault) =>
    fault.path.test(of.path) && (fault.method ?? of.method) === of.method
  const at = faults.findIndex(
    (fault) => fits({ method, path }, fault) && journal.filter((one) => fits(one, fault)).length > (fault.after ?? 0),
  )
  const fault = faults[at]
  if (fault === undefined) return undefined
  const left = (fault.times ?? 1) - 1
  if (left > 0) faults[at] = { ...fault, times: left }
  else faults.splice(at, 1)
  return fault
}

const plain = (status: number, message: string, headers: Readonly<Record<string, string>> = {}) => ({
  ...{ status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } },
  body: JSON.stringify({ message, documentation_url: 'https://docs.github.com/rest' }),
})

function say(response: ServerResponse, status: number, message: string, headers?: Readonly<Record<string, string>>) {
  const answer = plain(status, message, headers)
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

const bodyOf = async (incoming: IncomingMessage) => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

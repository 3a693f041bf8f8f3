// The client against a listener that answers as GitHub does when something is wrong.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { gitHubClient } from '../../../src/github/client.ts'
import { GitHubError } from '../../../src/github/failure.ts'

interface Answer {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

type Answerer = (request: IncomingMessage, count: number) => Answer | 'silence' | 'hang up'

const servers: { close(): void; closeAllConnections(): void }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function rig(answer: Answerer, more: { timeoutMs?: number; path?: string } = {}) {
  const seen: { method: string; url: string; token: string; at: number }[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      token: request.headers.authorization ?? '',
      at: Date.now(),
    })
    const given = answer(request, seen.length)
    if (given === 'silence') return
    if (given === 'hang up') return void request.socket.destroy()
    response.writeHead(given.status ?? 200, { 'content-type': 'application/json', ...given.headers })
    response.end(JSON.stringify(given.body ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const waits: string[] = []
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = gitHubClient({
    ...{ token: 'ghs_secret', apiUrl: `${origin}${more.path ?? ''}`, secondMs: 5, onWait: (text) => waits.push(text) },
    ...(more.timeoutMs === undefined ? {} : { timeoutMs: more.timeoutMs }),
  })
  return { client, seen, waits, origin }
}

async function failure(work: Promise<unknown>): Promise<GitHubError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(GitHubError)
  expect(JSON.stringify({ ...(error as object) })).not.toContain('ghs_secret')
  expect((error as GitHubError).describe()).not.toContain('ghs_secret')
  return error as GitHubError
}

const READ = 'GET /repos/{owner}/{repo}/pulls/{number}'
const WRITE = 'POST /repos/{owner}/{repo}/issues/{number}/comments'
const WHERE = { owner: 'o', repo: 'r', number: 7 }
const IN_TWO_HOURS = String(Math.floor(Date.now() / 1000) + 7190)

test('what was read comes back, and the token goes along', async () => {
  const { client, seen } = await rig(() => ({ body: { number: 7 } }))
  expect(await client.request(READ, WHERE)).toEqual({ number: 7 })
  expect(seen).toMatchObject([{ method: 'GET', url: '/repos/o/r/pulls/7', token: 'token ghs_secret' }])
})

describe('an answer that is no success', () => {
  test.each([
    [401, 'unauthorised', {}, 'token that is still valid'],
    [403, 'forbidden', {}, 'permissions'],
    [404, 'not-found', {}, 'still exists'],
    [409, 'conflict', {}, 'again'],
    [422, 'invalid', {}, 'lines above'],
    [403, 'rate-limit', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': IN_TWO_HOURS }, '120 minutes'],
    [429, 'rate-limit', { 'retry-after': '7200' }, '120 minutes'],
  ] as const)('%i is %s, asked for once', async (status, reason, headers, next) => {
    const { client, seen } = await rig(() => ({ status, body: { message: 'no' }, headers }))
    const error = await failure(client.request(WRITE, { ...WHERE, body: 'x' }))
    expect(error).toMatchObject({ status, reason, kind: 'publish', request: 'POST /repos/o/r/issues/7/comments' })
    expect(error.next).toContain(next)
    expect(error.detail).toBe('no')
    expect(seen).toHaveLength(1)
  })

  test('of a read is an input error', async () => {
    const { client } = await rig(() => ({ status: 404, body: { message: 'Not Found' } }))
    expect((await failure(client.request(READ, WHERE))).kind).toBe('input')
  })
})

describe('a fault of the server', () => {
  test('is tried again for what is read', async () => {
    const { client, seen } = await rig((_, count) => (count < 3 ? { status: 502 } : { body: { number: 7 } }))
    expect(await client.request(READ, WHERE)).toEqual({ number: 7 })
    expect(seen).toHaveLength(3)
  })

  test('is not tried again for what is written, unless twice is the same as once', async () => {
    const once = await rig(() => ({ status: 502, body: { message: 'bad' } }))
    expect(await failure(once.client.request(WRITE, { ...WHERE, body: 'x' }))).toMatchObject({ reason: 'server' })
    expect(once.seen).toHaveLength(1)
    const again = await rig((_, count) => (count < 2 ? { status: 502 } : { body: { sha: 'a' } }))
    const blob = { owner: 'o', repo: 'r', content: '' }
    const route = 'POST /repos/{owner}/{repo}/git/blobs'
    expect(await again.client.request(route, blob, { repeatable: true })).toEqual({ sha: 'a' })
    expect(again.seen).toHaveLength(2)
  })

  test('ends after four tries', async () => {
    const { client, seen } = await rig(() => ({ status: 503, body: { message: 'down' } }))
    expect(await failure(client.request(READ, WHERE))).toMatchObject({ reason: 'server', status: 503 })
    expect(seen).toHaveLength(4)
  })
})

describe('a rate limit', () => {
  test.each([
    ['secondary', { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '20' }],
    ['primary', { message: 'API rate limit exceeded' }, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }],
  ])('%s: waits as long as GitHub says, for writes too, and goes on', async (_, body, headers) => {
    const { client, seen, waits } = await rig((__, count) => (count === 1 ? { status: 403, body, headers } : {}))
    await client.request(WRITE, { ...WHERE, body: 'x' })
    expect(seen).toHaveLength(2)
    expect(waits).toHaveLength(1)
  })

  test('that lasts too long is not waited for', async () => {
    const body = { message: 'You have exceeded a secondary rate limit' }
    const { client, seen } = await rig(() => ({ status: 403, body, headers: { 'retry-after': '3600' } }))
    expect(await failure(client.request(READ, WHERE))).toMatchObject({ reason: 'rate-limit', retryAfter: 3600 })
    expect(seen).toHaveLength(1)
  })

  test('that never ends is waited for three times', async () => {
    const body = { message: 'You have exceeded a secondary rate limit' }
    const { client, seen } = await rig(() => ({ status: 403, body, headers: { 'retry-after': '1' } }))
    expect(await failure(client.request(READ, WHERE))).toMatchObject({ reason: 'rate-limit' })
    expect(seen).toHaveLength(4)
  })
})

test('no answer in time, and a connection that is cut', async () => {
  const silent = await rig(() => 'silence', { timeoutMs: 100 })
  expect(await failure(silent.client.request(WRITE, { ...WHERE, body: 'x' }))).toMatchObject({ reason: 'timeout' })
  const cut = await rig(() => 'hang up')
  expect(await failure(cut.client.request(WRITE, { ...WHERE, body: 'x' }))).toMatchObject({ reason: 'network' })
  expect([silent.seen.length, cut.seen.length]).toEqual([1, 1])
})

test('lists are read page by page, up to a number', async () => {
  const pages = await rig((request, count) => {
    const next = `<http://${request.headers.host}/repos/o/r/pulls/7/files?per_page=100&page=${count + 1}>; rel="next"`
    return { body: Array.from({ length: 100 }, (_, at) => ({ at })), ...(count < 4 ? { headers: { link: next } } : {}) }
  })
  const route = 'GET /repos/{owner}/{repo}/pulls/{number}/files'
  expect(await pages.client.list(route, WHERE, 250)).toHaveLength(250)
  expect(pages.seen).toHaveLength(3)
})

test('an Enterprise server: REST below /api/v3, GraphQL beside it', async () => {
  const { client, seen } = await rig(() => ({ body: { data: { viewer: 1 } } }), { path: '/api/v3' })
  await client.request(READ, WHERE)
  expect(await client.graphql('query { viewer }')).toEqual({ viewer: 1 })
  expect(seen.map(({ url }) => url)).toEqual(['/api/v3/repos/o/r/pulls/7', '/api/graphql'])
})

describe('a proxy between here and GitHub', () => {
  async function proxied(network: (proxy: string) => object) {
    const { origin, seen } = await rig(() => ({ body: { number: 7 } }))
    const tunnels: string[] = []
    const proxy = createServer().on('connect', (request: IncomingMessage, socket: Socket) => {
      tunnels.push(request.url ?? '')
      const [host, port] = (request.url ?? '').split(':')
      const onward = connect(Number(port), host)
      onward.on('connect', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      onward.pipe(socket).pipe(onward)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    servers.push(proxy)
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const client = gitHubClient({ token: 'ghs_secret', apiUrl: origin, network: network(address) })
    expect(await client.request(READ, WHERE)).toEqual({ number: 7 })
    expect(seen).toHaveLength(1)
    return tunnels.length
  }

  test('is used', async () => {
    expect(await proxied((httpProxy) => ({ httpProxy }))).toBe(1)
  })

  test('is passed by where no_proxy says so, and where it is for the other scheme', async () => {
    expect(await proxied((httpProxy) => ({ httpProxy, noProxy: '127.0.0.1' }))).toBe(0)
    expect(await proxied((httpsProxy) => ({ httpsProxy }))).toBe(0)
  })
})

test('errors of GraphQL come with status 200', async () => {
  const body = { data: undefined, errors: [{ type: 'NOT_FOUND', message: 'no such thread' }] }
  const { client } = await rig(() => ({ body }))
  expect(await failure(client.graphql('mutation { x }'))).toMatchObject({ reason: 'not-found', kind: 'publish' })
})

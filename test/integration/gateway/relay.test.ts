import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  exchangeRaw,
  journalSite,
  type Rig,
  serveHttp,
  serveOn,
  startRig,
  until,
  type World,
} from '../../support/gateway-rig.ts'

const withModel = (port: number, config: World['config'] = {}) =>
  startRig({ config, routes: { 'model.example:80': port } })

interface Call {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
  readonly agent?: Agent
}

async function begin(rig: Rig, call: Call = {}): Promise<IncomingMessage> {
  const { method = 'POST', path = '/v1/messages', body = '{}', ...rest } = call
  const outgoing = request({ port: rig.relayPort, method, path, ...rest })
  outgoing.end(method === 'GET' ? undefined : body)
  const [response] = await once(outgoing, 'response')
  return response as IncomingMessage
}

async function ask(rig: Rig, call: Call = {}) {
  const response = await begin(rig, call)
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

describe('what passes', () => {
  test.each([
    ['POST', '/v1/messages'],
    ['POST', '/v1/messages?beta=true'],
    ['POST', '/v1/messages/count_tokens?beta=true&x=a%2Fb'],
    ['GET', '/v1/models'],
    ['GET', '/v1/models?limit=1000'],
    ['GET', '/v1/models/claude-sonnet-4-5'],
  ])('%s %s, with its query', async (method, path) => {
    await using model = await journalSite('model')
    await using rig = await withModel(model.port)
    expect(await ask(rig, { method, path })).toMatchObject({ status: 200, body: 'from model' })
    expect(model.seen[0]).toMatchObject({ method, url: path, headers: { host: 'model.example' } })
    expect(JSON.stringify(rig.events)).not.toContain('?')
  })

  test.each([
    ['http://model.example/base', '/base/v1/messages?beta=true'],
    ['http://model.example/base/', '/base/v1/messages?beta=true'],
    ['http://model.example/a/b', '/a/b/v1/messages?beta=true'],
  ])('upstream %s keeps its path', async (upstream, url) => {
    await using model = await journalSite('model')
    await using rig = await withModel(model.port, { upstream })
    await ask(rig, { path: '/v1/messages?beta=true' })
    expect(model.seen[0]?.url).toBe(url)
  })
})

describe('what doesn’t', () => {
  test.each([
    ['GET', '/v1/messages'],
    ['DELETE', '/v1/messages'],
    ['PUT', '/v1/messages'],
    ['OPTIONS', '/v1/messages'],
    ['POST', '/v1/files'],
    ['GET', '/v1/files/file_1/content'],
    ['POST', '/v1/messages/batches'],
    ['POST', '/v1/skills'],
    ['GET', '/v1/organizations/users'],
    ['POST', '/v1/complete'],
    ['POST', '/v1/oauth/token'],
    ['POST', '//v1/messages'],
    ['POST', '/v1//messages'],
    ['POST', '/v1/messages/'],
    ['POST', '/v1/messages/../files'],
    ['POST', '/v1/messages/%2e%2e/files'],
    ['POST', '/v1/messages%2f..%2ffiles'],
    ['POST', '/v1/%6dessages'],
    ['POST', '/V1/messages'],
    ['POST', '/v1/messages;x=/v1/files'],
    ['POST', '/v1/messages#/../files'],
    ['POST', '/v1\\messages'],
    ['GET', '/v1/models/../files'],
    ['GET', '/v1/models/..%2ffiles'],
    ['GET', '/v1/models/a/b'],
    ['GET', '/'],
    ['GET', '/health'],
    ['POST', 'http://model.example/v1/messages'],
    ['POST', 'http://other.example/v1/messages'],
    ['OPTIONS', '*'],
  ])('%s %s', async (method, path) => {
    await using model = await journalSite('model')
    await using rig = await withModel(model.port)
    const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`
    const answer = await exchangeRaw(rig.relayPort, head)
    expect(answer).toMatch(/^HTTP\/1.1 403 /)
    expect(
      JSON.parse(
        answer
          .split('\r\n\r\n')[1]
          ?.replace(/^[0-9a-f]+\r\n/, '')
          .split('\r\n')[0] ?? '',
      ),
    ).toEqual({
      type: 'error',
      error: { type: 'permission_error', message: expect.stringContaining('only the paths') },
    })
    expect(model.seen).toEqual([])
    expect(rig.dialled).toEqual([])
    expect(rig.events).toEqual([expect.objectContaining({ via: 'relay', verdict: 'refused' })])
  })

  test('a tunnel', async () => {
    await using rig = await startRig({ allow: ['site.example'] })
    const answer = await exchangeRaw(rig.relayPort, 'CONNECT site.example:443 HTTP/1.1\r\nHost: site.example\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 405 /)
    expect(rig.dialled).toEqual([])
  })

  test('another protocol: the mark is dropped, and an answer that changes to one is an error', async () => {
    const heads: string[] = []
    await using model = await serveOn(
      createNetServer((socket) => {
        socket.once('data', (chunk) => {
          heads.push(chunk.toString('latin1'))
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
        })
      }),
    )
    await using rig = await withModel(model.port)
    const head = 'GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'
    expect(await exchangeRaw(rig.relayPort, head)).toMatch(/^HTTP\/1.1 502 /)
    expect(heads).toEqual([expect.not.stringMatching(/upgrade/i)])
  })

  test.each([
    ['both lengths', 'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nPOST /v1/files HTTP/1.1\r\n\r\n'],
    ['two lengths', 'Content-Length: 0\r\nContent-Length: 40\r\n\r\nPOST /v1/files HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an encoding with a space', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\nPOST /v1/files HTTP/1.1\r\n\r\n'],
  ])('a head with %s', async (_, rest) => {
    const bytes: string[] = []
    await using model = await serveOn(
      createNetServer((socket) => void socket.on('data', (chunk) => void bytes.push(chunk.toString('latin1')))),
    )
    await using rig = await withModel(model.port)
    expect(await exchangeRaw(rig.relayPort, `POST /v1/messages HTTP/1.1\r\nHost: x\r\n${rest}`)).toMatch(/^HTTP\/1.1 4/)
    expect(bytes.join('')).not.toContain('/v1/files')
  })

  test('a query with odd bytes doesn’t end the gateway', async () => {
    await using model = await journalSite('model')
    await using rig = await withModel(model.port)
    await exchangeRaw(rig.relayPort, Buffer.from('GET /v1/models?\xff\xfe\x7f HTTP/1.1\r\nHost: x\r\n\r\n', 'latin1'))
    expect((await ask(rig)).status).toBe(200)
  })
})

describe('credentials', () => {
  const attack = {
    'x-api-key': 'attacker-1',
    authorization: 'Bearer attacker-2',
    cookie: 'session=attacker-3',
    'anthropic-api-key': 'attacker-4',
    'proxy-authorization': 'Basic attacker-5',
    'anthropic-version': '2023-06-01',
  }

  test('control: the model sees what a client sends straight to it', async () => {
    await using model = await journalSite('model')
    await once(request({ port: model.port, headers: attack }).end(), 'response')
    expect(JSON.stringify(model.seen).match(/attacker-\d/g)).toHaveLength(5)
  })

  test.each([
    ['api-key', { 'x-api-key': 'the-real-one' }],
    ['oauth-token', { authorization: 'Bearer the-real-one', 'anthropic-beta': 'oauth-2025-04-20' }],
  ] as const)('%s: the real one goes out, and nothing of the client’s', async (kind, expected) => {
    await using model = await journalSite('model')
    await using rig = await withModel(model.port, { credential: { kind, value: 'the-real-one' } })
    const answer = await ask(rig, { headers: attack })
    expect(JSON.stringify(model.seen)).not.toContain('attacker')
    expect(model.seen[0]?.headers).toMatchObject({ ...expected, 'anthropic-version': '2023-06-01' })
    expect(JSON.stringify([answer, rig.events])).not.toContain('the-real-one')
  })

  test('nor does an error of the way out name it', async () => {
    await using rig = await withModel(1)
    const answer = await ask(rig)
    expect([answer.status, answer.headers['content-type']]).toEqual([502, 'application/json'])
    expect(JSON.parse(answer.body)).toEqual({
      type: 'error',
      error: { type: 'api_error', message: expect.stringContaining('did not answer') },
    })
    expect(JSON.stringify([answer, rig.events])).not.toContain('the-real-key')
  })
})

describe('streaming', () => {
  /** A model whose answer is in the test's hands. */
  async function openModel() {
    const responses: ServerResponse[] = []
    const site = await serveHttp((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'set-cookie': 'a=b', 'request-id': 'r1' })
      responses.push(response)
    })
    return { ...site, responses, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() }
  }

  test('each event reaches the client while the model goes on', async () => {
    await using model = await openModel()
    await using rig = await withModel(model.port)
    const answering = begin(rig)
    await until(() => model.responses.length === 1)
    model.responses[0]?.flushHeaders()
    const answer = await answering
    expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'request-id': 'r1' })
    expect(answer.headers['set-cookie']).toBeUndefined()
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      model.responses[0]?.write(event)
      const [chunk] = await once(answer, 'data')
      expect(chunk.toString()).toBe(event)
    }
    model.responses[0]?.end()
    await once(answer, 'end')
    await until(() => rig.events.some((event) => event.event === 'closed'))
    expect(rig.events.at(-1)).toMatchObject({ via: 'relay', status: 200, sentBytes: 2, receivedBytes: 18 })
  })

  test('a client that goes away ends the model’s work', async () => {
    await using model = await openModel()
    await using rig = await withModel(model.port)
    const outgoing = request({ port: rig.relayPort, method: 'POST', path: '/v1/messages' }).end('{}')
    outgoing.on('error', () => {})
    await until(() => model.responses.length === 1)
    expect(model.responses[0]?.destroyed).toBe(false)
    outgoing.destroy()
    await until(() => model.responses[0]?.destroyed === true)
    await until(() => rig.events.some((event) => event.event === 'closed'))
  })

  test('a client that goes away in the middle of its own request, too', async () => {
    let ended = false
    await using model = await serveHttp((incoming) => {
      incoming
        .on('error', () => {})
        .on('close', () => {
          ended = true
        })
    })
    await using rig = await withModel(model.port)
    const headers = { 'content-length': '1000000' }
    const outgoing = request({ port: rig.relayPort, method: 'POST', path: '/v1/messages', headers })
    outgoing.on('error', () => {})
    outgoing.write('half')
    await until(() => rig.dialled.length === 1)
    await sleep(50)
    outgoing.destroy()
    await until(() => ended)
  })

  test('an answer that is cut is cut for the client', async () => {
    await using model = await openModel()
    await using rig = await withModel(model.port)
    const answering = begin(rig)
    await until(() => model.responses.length === 1)
    model.responses[0]?.write('data: 1\n\n')
    const answer = await answering
    setTimeout(() => model.responses[0]?.destroy(), 20)
    await expect(text(answer)).rejects.toThrow('aborted')
  })

  test('a client that doesn’t read holds the model back, and the gateway keeps little of it', async () => {
    let written = 0
    await using model = await serveHttp(async (_, response) => {
      const block = randomBytes(64 * 1024)
      while (written < 64 * 1024 * 1024 && !response.destroyed) {
        written += block.length
        if (!response.write(block)) await once(response, 'drain')
      }
      response.end()
    })
    await using rig = await withModel(model.port)
    const answer = await begin(rig)
    answer.pause()
    await sleep(500)
    const held = written
    await sleep(300)
    expect(written).toBe(held)
    expect(held).toBeLessThan(32 * 1024 * 1024)
    expect((await buffer(answer)).length).toBe(64 * 1024 * 1024)
  })

  test('a large request arrives whole', async () => {
    await using model = await serveHttp(async (incoming, response) => {
      response.end(
        createHash('sha256')
          .update(await buffer(incoming))
          .digest('hex'),
      )
    })
    await using rig = await withModel(model.port)
    const body = randomBytes(24 * 1024 * 1024)
    expect((await ask(rig, { body })).body).toBe(createHash('sha256').update(body).digest('hex'))
  })
})

describe('connections', () => {
  test('to the model are used again', async () => {
    await using model = await journalSite('model')
    await using rig = await withModel(model.port)
    const agent = new Agent({ keepAlive: true })
    for (let turn = 0; turn < 3; turn += 1) expect((await ask(rig, { agent })).status).toBe(200)
    agent.destroy()
    expect(rig.dialled).toEqual(['model.example:80'])
  })

  test('answers of the model pass with their status and headers', async () => {
    await using model = await serveHttp((_, response) => {
      response
        .writeHead(429, { 'retry-after': '7', 'anthropic-ratelimit-requests-remaining': '0' })
        .end('{"type":"error"}')
    })
    await using rig = await withModel(model.port)
    const answer = await ask(rig)
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '7' }, body: '{"type":"error"}' })
  })
})

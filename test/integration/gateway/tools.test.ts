// Claude's MCP servers on real sockets: what they answer, and what somebody else on the same network can do with them.
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { TOOL_LIMITS } from '../../../src/gateway/tool-server.ts'
import { toolServers } from '../../../src/github/tool-servers.ts'
import { PULL } from '../../support/frozen.ts'
import { dial, exchangeRaw, type Rig, startRig, until } from '../../support/gateway-rig.ts'

const BEARER = 'a-bearer-of-this-run'
const start = (names: Record<string, string[]> = {}) =>
  startRig({ config: { tools: { bearer: BEARER, servers: toolServers(PULL) } }, names })

interface Asked {
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string | undefined>
  readonly body?: string | object
}

interface Answered {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly body: string
}

function ask(
  rig: Rig,
  { path = '/github_comment', method = 'POST', headers = {}, body = '' }: Asked,
): Promise<Answered> {
  const all = { authorization: `Bearer ${BEARER}`, 'content-type': 'application/json', ...headers }
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port: rig.toolsPort,
      path,
      method,
      headers: given as never,
      agent: false,
    })
    outgoing.on('error', reject).on('response', async (response) => {
      const said = await text(response).catch(() => '(cut)')
      resolve({ status: response.statusCode, type: response.headers['content-type'], body: said })
    })
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
}

const message = (method: string, params?: object, id: unknown = 1) => ({ jsonrpc: '2.0', id, method, params })
const noteCall = (body: unknown) => message('tools/call', { name: 'update_claude_comment', arguments: { body } })
const calls = (rig: Rig) => rig.events.filter((event) => event.event === 'call')
const refusals = (rig: Rig) =>
  rig.events.flatMap((event) => (event.event === 'decision' && event.via === 'tools' ? [event.reason] : []))

async function result(rig: Rig, asked: Asked): Promise<Record<string, unknown>> {
  const { status, type, body } = await ask(rig, asked)
  expect([status, type]).toEqual([200, 'application/json'])
  return JSON.parse(body) as Record<string, unknown>
}

describe('Claude', () => {
  test('shakes hands, in its own version of the protocol where that is known', async () => {
    await using rig = await start()
    const hello = (protocolVersion: string) => ({ body: message('initialize', { protocolVersion, capabilities: {} }) })
    expect(await result(rig, hello('2025-03-26'))).toEqual({
      ...{ jsonrpc: '2.0', id: 1 },
      result: {
        ...{ protocolVersion: '2025-03-26', capabilities: { tools: {} } },
        serverInfo: { name: 'github_comment', version: '1' },
      },
    })
    expect(await result(rig, hello('2099-01-01'))).toMatchObject({ result: { protocolVersion: '2025-06-18' } })
    const note = await ask(rig, { body: { jsonrpc: '2.0', method: 'notifications/initialized' } })
    expect([note.status, note.body]).toEqual([202, ''])
    expect(await result(rig, { body: message('ping') })).toMatchObject({ result: {} })
    // No stream of the server's own, and no sessions to end.
    expect((await ask(rig, { method: 'GET' })).status).toBe(405)
    expect((await ask(rig, { method: 'DELETE' })).status).toBe(405)
    expect(refusals(rig)).toEqual([])
  })

  test('finds its tools by server, and what they note is in the log', async () => {
    await using rig = await start()
    const listed = await result(rig, { path: '/github_inline_comment', body: message('tools/list') })
    expect(listed).toMatchObject({
      result: { tools: [{ name: 'create_inline_comment', inputSchema: { required: ['path', 'body', 'line'] } }] },
    })
    expect(JSON.stringify(listed)).not.toContain('"answer"')
    const given = { path: 'src/total.ts', line: 1, body: 'Why “2”?\n', unknown: 1 }
    const params = { name: 'create_inline_comment', arguments: given }
    const answer = await result(rig, { path: '/github_inline_comment', body: message('tools/call', params, 'a') })
    expect(answer).toMatchObject({
      id: 'a',
      result: { content: [{ type: 'text', text: expect.stringContaining('Noted') }] },
    })
    const { unknown: _dropped, ...kept } = given
    expect(calls(rig)).toEqual([
      expect.objectContaining({ server: 'github_inline_comment', tool: 'create_inline_comment', arguments: kept }),
    ])
  })

  test('is told what is wrong with a call, and nothing of it is noted', async () => {
    await using rig = await start()
    const inline = (given: unknown) =>
      result(rig, {
        path: '/github_inline_comment',
        body: message('tools/call', { name: 'create_inline_comment', arguments: given }),
      })
    const wrong = async (given: unknown) =>
      ((await inline(given)).result as { content: { text: string }[] }).content[0]?.text
    expect(await wrong({ line: '3', body: 5, side: 'UP' })).toBe(
      'Error: path is missing; body has to be a string; line has to be an integer; side has to be one of LEFT, RIGHT',
    )
    expect(await wrong({ path: 'a', body: 'x', line: 0 })).toBe('Error: line has to be 1 or more')
    expect(await wrong([])).toBe('Error: the arguments have to be an object')
    expect(await wrong(null)).toBe('Error: the arguments have to be an object')
    expect(calls(rig)).toEqual([])
  })
})

describe('a service of the project that found the port', () => {
  test.each([
    ['no bearer', undefined],
    ['another', 'Bearer a-bearer-of-another'],
    ['a shorter one', 'Bearer a'],
    ['the bearer in another scheme', `Basic ${BEARER}`],
  ])('can post nothing with %s; control: with the bearer it can', async (_, authorization) => {
    await using rig = await start()
    const { status, body } = await ask(rig, { headers: { authorization }, body: noteCall('posted by db') })
    expect([status, body, calls(rig)]).toEqual([401, 'airlock: these tools are for Claude only\n', []])
    expect(refusals(rig)).toEqual(['these tools are for Claude only'])
    await ask(rig, { body: noteCall('posted by Claude') })
    expect(calls(rig)).toHaveLength(1)
  })

  test('can try without end, and does not fill the log', async () => {
    await using rig = await start()
    for (let at = 0; at < TOOL_LIMITS.refusals + 20; at += 1) await ask(rig, { headers: { authorization: undefined } })
    expect(refusals(rig)).toHaveLength(TOOL_LIMITS.refusals)
  })

  test('gets nothing out of the proxy for it either: it is no destination', async () => {
    await using rig = await start({ 'airlock-gateway': ['172.18.0.2'] })
    const target = `airlock-gateway:${rig.toolsPort}`
    const answer = await exchangeRaw(rig.proxyPort, `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
    expect([answer.split('\r\n')[0], rig.dialled]).toEqual(['HTTP/1.1 403 Forbidden', []])
  })
})

describe('whoever has the bearer', () => {
  test.each([
    '/',
    '/github_comment/',
    '/github_comment?x=1',
    '/../github_comment',
    '/__proto__',
    '/github_ops',
    '//',
  ])('finds nothing at %s', async (path) => {
    await using rig = await start()
    expect((await ask(rig, { path, body: noteCall('x') })).status).toBe(404)
    expect(calls(rig)).toEqual([])
  })

  test.each([
    ['text', 'hello', -32600],
    ['a batch', [noteCall('a'), noteCall('b')], -32600],
    ['another version', { ...noteCall('x'), jsonrpc: '1.0' }, -32600],
    ['an id that is an object', { ...noteCall('x'), id: {} }, -32600],
    ['an unknown method', message('resources/list'), -32601],
    ['an unknown tool', message('tools/call', { name: 'constructor', arguments: {} }), -32602],
    ['no tool', message('tools/call'), -32602],
    ['deep nesting', '['.repeat(200_000), -32600],
  ])('gets a JSON-RPC error for %s', async (_, body, code) => {
    await using rig = await start()
    expect(await result(rig, { body })).toMatchObject({ error: { code } })
    expect(calls(rig)).toEqual([])
  })

  test('can send only JSON, and only so much of it', async () => {
    await using rig = await start()
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await ask(rig, { headers: form, body: noteCall('x') })).status).toBe(415)
    const large = noteCall('x'.repeat(TOOL_LIMITS.requestBytes))
    expect((await ask(rig, { body: large })).status).toBe(413)
    const chunked = { 'transfer-encoding': 'chunked' }
    expect((await ask(rig, { headers: chunked, body: large })).status).toBe(413)
    expect(calls(rig)).toEqual([])
    // Control: one below the limit is taken.
    await result(rig, { body: noteCall('x'.repeat(TOOL_LIMITS.requestBytes - 200)) })
    expect(calls(rig)).toHaveLength(1)
  })

  test('can have only so much noted', async () => {
    await using rig = await start()
    const last = async (body: string) => JSON.stringify(await result(rig, { body: noteCall(body) }))
    for (let at = 0; at < TOOL_LIMITS.calls; at += 1) await last(`text ${at}`)
    expect(await last('one more')).toMatch(/too much was noted.*"isError":true/)
    expect(calls(rig)).toHaveLength(TOOL_LIMITS.calls)
    await using other = await start()
    const half = 'x'.repeat(400_000)
    for (let at = 0; at < 12; at += 1) await result(other, { body: noteCall(half) })
    expect(calls(other)).toHaveLength(10)
  })

  test('can break off, open a tunnel or speak no HTTP, and the next is served all the same', async () => {
    await using rig = await start()
    const head = `POST /github_comment HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${BEARER}\r\nContent-Type: application/json\r\n`
    const socket = await dial(rig.toolsPort)
    socket.write(`${head}Content-Length: 100\r\n\r\n{"jsonrpc"`)
    socket.resetAndDestroy()
    expect(await exchangeRaw(rig.toolsPort, `CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n`)).not.toContain(' 200 ')
    expect(await exchangeRaw(rig.toolsPort, '\x16\x03\x01\r\n\r\n')).toContain('400')
    await result(rig, { body: noteCall('still there') })
    await until(() => calls(rig).length === 1)
    expect(rig.dialled).toEqual([])
  })
})

test('without tools nothing listens', async () => {
  await using rig = await startRig({})
  expect(rig.toolsPort).toBe(0)
})

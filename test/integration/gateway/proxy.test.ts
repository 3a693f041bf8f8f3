import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  exchangeRaw,
  journalSite,
  PUBLIC,
  type Rig,
  serveHttp,
  serveOn,
  startRig,
  tunnel,
  until,
} from '../../support/gateway-rig.ts'

const names = { 'site.example': [PUBLIC], 'other.example': ['93.184.216.35'] }

async function get(rig: Rig, url: string, options: { headers?: Record<string, string>; agent?: Agent } = {}) {
  const outgoing = request({ host: '127.0.0.1', port: rig.proxyPort, path: url, ...options })
  outgoing.end()
  const [response] = await once(outgoing, 'response')
  return { status: response.statusCode as number, body: await text(response), socket: outgoing.socket }
}

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const verdicts = (rig: Rig) =>
  rig.events.flatMap((event) => (event.event === 'decision' ? [`${event.verdict} ${event.host}:${event.port}`] : []))

describe('plain HTTP', () => {
  test('a listed site answers, another is not even looked up', async () => {
    await using site = await journalSite('site')
    await using rig = await startRig({ allow: ['site.example'], names, routes: { [`${PUBLIC}:80`]: site.port } })
    expect(await get(rig, 'http://site.example/a%20b/c?d=e')).toMatchObject({ status: 200, body: 'from site' })
    expect(site.seen[0]).toMatchObject({ url: '/a%20b/c?d=e', headers: { host: 'site.example' } })
    const refused = await get(rig, 'http://other.example/')
    expect(refused).toMatchObject({ status: 403, body: expect.stringContaining('not on the allowlist') })
    expect(rig.dialled).toEqual([`${PUBLIC}:80`])
    expect(rig.questions).toEqual(['site.example'])
    expect(verdicts(rig)).toEqual(['allowed site.example:80', 'refused other.example:80'])
  })

  test('each request of a kept connection is judged', async () => {
    await using site = await journalSite('site')
    await using rig = await startRig({ allow: ['site.example'], names, routes: { [`${PUBLIC}:80`]: site.port } })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const first = await get(rig, 'http://site.example/', { agent })
    const again = await get(rig, 'http://site.example/2', { agent })
    const second = await get(rig, 'http://other.example/', { agent })
    agent.destroy()
    expect([first.status, again.status, second.status]).toEqual([200, 200, 403])
    expect(again.socket).toBe(first.socket)
    expect(second.socket).toBe(first.socket)
  })

  test('the Host header can’t name another site, and what was for the proxy stays there', async () => {
    await using site = await journalSite('site')
    await using rig = await startRig({ allow: ['site.example'], names, routes: { [`${PUBLIC}:80`]: site.port } })
    const headers = {
      ...{ host: 'other.example', 'proxy-authorization': 'Basic eA==', 'proxy-connection': 'keep-alive' },
      ...{ connection: 'x-once', 'x-once': '1', 'x-mine': '2', upgrade: 'websocket' },
    }
    await get(rig, 'http://site.example/', { headers })
    expect(Object.keys(site.seen[0]?.headers ?? {}).sort()).toEqual(['connection', 'host', 'x-mine'])
    expect(site.seen[0]?.headers).toMatchObject({ host: 'site.example', 'x-mine': '2' })
  })

  test.each([
    ['origin form', '/', 400],
    ['another scheme', 'https://site.example/', 400],
    ['a file', 'file:///etc/passwd', 400],
    ['user info', 'http://site.example@other.example/', 400],
    ['user info before a listed site', 'http://user@site.example/', 400],
    ['a backslash', 'http://site.example\\@other.example/', 400],
    ['an escape in the host', 'http://site%2eexample/', 400],
    ['no host', 'http:///site.example', 400],
    ['a port that is none', 'http://site.example:99999/', 400],
    ['another port', 'http://site.example:8080/', 403],
    ['loopback in decimal', 'http://2130706433/', 403],
    ['loopback in hex', 'http://0x7f.1/', 403],
    ['loopback mapped', 'http://[::ffff:127.0.0.1]/', 403],
  ])('%s is refused', async (_, url, status) => {
    await using rig = await startRig({ allow: ['site.example'], names })
    const answer = await exchangeRaw(rig.proxyPort, `GET ${url} HTTP/1.1\r\nHost: site.example\r\n\r\n`)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(rig.dialled).toEqual([])
  })

  test('a site that can’t be reached is a 502 that says so', async () => {
    await using rig = await startRig({ allow: ['site.example'], names })
    const { status, body } = await get(rig, 'http://site.example/')
    expect([status, body]).toEqual([502, expect.stringContaining('site.example did not answer')])
    expect(rig.events.at(-1)).toMatchObject({ event: 'closed', error: expect.stringContaining('ECONNREFUSED') })
  })

  test('large bodies arrive whole, both ways', async () => {
    await using site = await serveHttp((incoming, response) => void incoming.pipe(response))
    await using rig = await startRig({ allow: ['site.example'], names, routes: { [`${PUBLIC}:80`]: site.port } })
    const body = randomBytes(16 * 1024 * 1024)
    const outgoing = request({ port: rig.proxyPort, method: 'POST', path: 'http://site.example/' })
    outgoing.end(body)
    const [response] = await once(outgoing, 'response')
    expect(hash(await buffer(response))).toBe(hash(body))
    await until(() => rig.events.some((event) => event.event === 'closed'))
    expect(rig.events.at(-1)).toMatchObject({ status: 200, sentBytes: body.length, receivedBytes: body.length })
  })

  test('an answer that breaks off breaks off for the client too', async () => {
    await using site = await serveHttp((_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half')
      setTimeout(() => response.destroy(), 20)
    })
    await using rig = await startRig({ allow: ['site.example'], names, routes: { [`${PUBLIC}:80`]: site.port } })
    await expect(get(rig, 'http://site.example/')).rejects.toThrow('aborted')
    await until(() => rig.events.some((event) => event.event === 'closed'))
    expect(rig.events.at(-1)).toMatchObject({ event: 'closed', status: 200, error: expect.any(String) })
  })

  test('a client that goes away takes its request with it', async () => {
    let gone = false
    await using site = await serveHttp((_, response) => {
      response.write('first')
      response.on('close', () => {
        gone = true
      })
    })
    await using rig = await startRig({ allow: ['site.example'], names, routes: { [`${PUBLIC}:80`]: site.port } })
    const outgoing = request({ port: rig.proxyPort, path: 'http://site.example/' }).end()
    const [response] = await once(outgoing, 'response')
    response.on('error', () => {})
    await once(response, 'data')
    expect(gone).toBe(false)
    outgoing.destroy()
    await until(() => gone)
  })

  test.each([
    ['a status of 99', 'HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['a status of 101 nobody asked for', 'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    ['no HTTP', 'hello\r\n\r\n'],
    ['nothing', ''],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a header with a control character', 'HTTP/1.1 200 OK\r\nx-a: a\x01b\r\ncontent-length: 0\r\n\r\n'],
  ])('a site that answers with %s doesn’t end the gateway', async (_, bytes) => {
    await using odd = await serveOn(createNetServer((socket) => void socket.once('data', () => socket.end(bytes))))
    await using site = await journalSite('other')
    const routes = { [`${PUBLIC}:80`]: odd.port, '93.184.216.35:80': site.port }
    await using rig = await startRig({ allow: ['site.example', 'other.example'], names, routes })
    expect((await get(rig, 'http://site.example/')).status).toBe(502)
    expect((await get(rig, 'http://other.example/')).status).toBe(200)
  })
})

describe('heads that two parsers could read differently', () => {
  const smuggled = 'GET http://other.example/smuggled HTTP/1.1\r\nHost: other.example\r\n\r\n'
  const start = 'POST http://site.example/ HTTP/1.1\r\nHost: site.example\r\n'

  test('control: a plain head passes', async () => {
    await using site = await journalSite('site')
    await using rig = await startRig({ allow: ['site.example'], names, routes: { [`${PUBLIC}:80`]: site.port } })
    expect(await exchangeRaw(rig.proxyPort, `${start}Content-Length: 2\r\n\r\nab`)).toContain('from site')
    expect(site.seen[0]?.body).toBe('ab')
  })

  test.each([
    ['both lengths', `${start}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['two lengths', `${start}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
    ['a length with a sign', `${start}Content-Length: +6\r\n\r\nabcdef`],
    ['an unknown encoding', `${start}Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n${smuggled}`],
    ['an encoding with a space', `${start}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['a folded header', `${start}X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n${smuggled}`],
    ['bare line feeds', `${start.replaceAll('\r', '')}Content-Length: 0\n\n`],
    ['a null byte', `${start}X: a\0b\r\nContent-Length: 0\r\n\r\n`],
    ['a broken chunk', `${start}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['no Host', 'GET http://site.example/ HTTP/1.1\r\n\r\n'],
    ['two Hosts', `${start}Host: other.example\r\nContent-Length: 0\r\n\r\n`],
    ['a space in the target', 'GET http://site.example/ x HTTP/1.1\r\nHost: site.example\r\n\r\n'],
    ['no HTTP', 'SSH-2.0-x\r\n\r\n'],
    ['an endless head', `${start}X: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['an endless target', `GET http://site.example/${'a'.repeat(20_000)} HTTP/1.1\r\nHost: site.example\r\n\r\n`],
  ])('%s: nothing reaches another site', async (_, bytes) => {
    await using site = await journalSite('site')
    await using other = await journalSite('other')
    const routes = { [`${PUBLIC}:80`]: site.port, '93.184.216.35:80': other.port }
    await using rig = await startRig({ allow: ['site.example'], names, routes })
    const answer = await exchangeRaw(rig.proxyPort, bytes)
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /)
    expect(answer).not.toContain('from ')
    expect(site.seen.filter((seen) => seen.body !== '(cut)')).toEqual([])
    expect(other.seen).toEqual([])
  })

  test('a second request behind the first is judged like the first', async () => {
    await using site = await journalSite('site')
    await using rig = await startRig({ allow: ['site.example'], names, routes: { [`${PUBLIC}:80`]: site.port } })
    const answer = await exchangeRaw(rig.proxyPort, `${start}Content-Length: 0\r\n\r\n${smuggled}`)
    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403'])
  })
})

describe('CONNECT', () => {
  test('bytes pass both ways, those sent along with the request included', async () => {
    await using echo = await serveOn(createNetServer((socket) => void socket.pipe(socket)))
    await using rig = await startRig({
      allow: ['site.example:9000'],
      names,
      routes: { [`${PUBLIC}:9000`]: echo.port },
    })
    const { status, socket } = await tunnel(rig.proxyPort, 'site.example:9000', 'early ')
    expect(status).toBe(200)
    socket.end('late')
    expect(await text(socket)).toBe('early late')
    await until(() => rig.events.some((event) => event.event === 'closed'))
    expect(rig.events.at(-1)).toMatchObject({ via: 'connect', sentBytes: 10, receivedBytes: 10 })
  })

  test.each([
    ['not listed', 'other.example:443', 403],
    ['another port', 'site.example:22', 403],
    ['its address', `${PUBLIC}:443`, 403],
    ['look-alike', 'evilsite.example:443', 403],
    ['loopback', '127.0.0.1:443', 403],
    ['loopback in octal', '0177.0.0.1:443', 403],
    ['metadata', '169.254.169.254:80', 403],
    ['the model', 'model.example:80', 403],
    ['no port', 'site.example', 400],
    ['user info', 'x@site.example:443', 400],
    ['a path', 'site.example:443/x', 400],
    ['an escape', 'site%2eexample:443', 400],
    ['a zone', '[fe80::1%25eth0]:443', 400],
  ])('%s is refused', async (_, target, status) => {
    await using rig = await startRig({ allow: ['site.example'], names })
    const answer = await tunnel(rig.proxyPort, target)
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(/airlock|must be/)])
    expect(rig.dialled).toEqual([])
    expect(verdicts(rig)).toEqual([expect.stringMatching(/^refused /)])
  })

  test('nothing behind the address is a 502 that says so', async () => {
    await using rig = await startRig({ allow: ['site.example'], names })
    const answer = await tunnel(rig.proxyPort, 'site.example:443')
    expect([answer.status, answer.text]).toEqual([502, expect.stringContaining('site.example did not answer')])
  })

  test('a large download arrives whole at a slow reader, after the site has closed', async () => {
    const body = randomBytes(8 * 1024 * 1024)
    await using site = await serveOn(createNetServer((socket) => void socket.end(body)))
    await using rig = await startRig({ allow: ['site.example:9000'], names, routes: { [`${PUBLIC}:9000`]: site.port } })
    const { socket } = await tunnel(rig.proxyPort, 'site.example:9000')
    await sleep(300)
    const chunks: Buffer[] = []
    for await (const chunk of socket) {
      chunks.push(chunk as Buffer)
      if (chunks.length % 50 === 0) await sleep(5)
    }
    expect(hash(Buffer.concat(chunks))).toBe(hash(body))
  })

  test('an end on one side reaches the other', async () => {
    const ends: string[] = []
    await using site = await serveOn(
      createNetServer((socket) => void socket.resume().on('close', () => void ends.push('site'))),
    )
    await using rig = await startRig({ allow: ['site.example:9000'], names, routes: { [`${PUBLIC}:9000`]: site.port } })
    const first = await tunnel(rig.proxyPort, 'site.example:9000')
    first.socket.resetAndDestroy()
    await until(() => ends.length === 1)
    const second = await tunnel(rig.proxyPort, 'site.example:9000')
    second.socket.resume()
    const closed = once(second.socket, 'close')
    await site[Symbol.asyncDispose]()
    await closed
  })
})

describe('DNS rebinding', () => {
  const rebinding = { 'site.example': [[PUBLIC], ['127.0.0.1']] }

  test('one question, and the connection goes to its answer', async () => {
    await using site = await journalSite('site')
    await using rig = await startRig({
      allow: ['site.example'],
      names: rebinding,
      routes: { [`${PUBLIC}:80`]: site.port },
    })
    expect((await get(rig, 'http://site.example/')).body).toBe('from site')
    expect(rig.questions).toEqual(['site.example'])
    expect(rig.dialled).toEqual([`${PUBLIC}:80`])
  })

  test('the second answer is judged anew, and refused', async () => {
    await using inside = await journalSite('inside')
    const routes = { [`${PUBLIC}:80`]: inside.port, '127.0.0.1:80': inside.port }
    await using rig = await startRig({ allow: ['site.example+private'], names: rebinding, routes })
    expect((await get(rig, 'http://site.example/')).status).toBe(200)
    expect(await get(rig, 'http://site.example/')).toMatchObject({ status: 403 })
    expect(rig.dialled).toEqual([`${PUBLIC}:80`])
  })

  test('control: an entry marked private does reach a private address', async () => {
    await using inside = await journalSite('inside')
    const world = { names: { 'site.example': ['10.0.0.5'] }, routes: { '10.0.0.5:80': inside.port } }
    await using open = await startRig({ ...world, allow: ['site.example+private'] })
    expect((await get(open, 'http://site.example/')).body).toBe('from inside')
    await using closed = await startRig({ ...world, allow: ['site.example'] })
    expect((await get(closed, 'http://site.example/')).status).toBe(403)
    await using own = await startRig({ ...world, allow: ['site.example+private'], own: ['10.0.0.5'] })
    expect((await get(own, 'http://site.example/')).status).toBe(403)
    expect([closed.dialled, own.dialled]).toEqual([[], []])
  })
})

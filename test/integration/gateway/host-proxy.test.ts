// People sit behind company proxies, some of which open TLS: the gateway goes out as the host would.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as tlsConnect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { makeCertificates } from '../../support/certificates.ts'
import { PUBLIC, type Rig, type Site, serveOn, startRig, tunnel } from '../../support/gateway-rig.ts'

const certificates = makeCertificates('model.example', 'site.example', 'proxy.corp')
const others = makeCertificates('other.example')
const answerSite: RequestListener = (incoming, response) =>
  response.end(`${incoming.url} ${incoming.headers['x-api-key']}`)
const tlsSite = (made = certificates) => serveOn(createHttpsServer(made, answerSite))
const TLS = { upstream: 'https://model.example', extraCa: certificates.ca }

async function ask(rig: Rig): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const outgoing = request({ port: rig.relayPort, method: 'POST', path: '/v1/messages' }).end('{}')
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: response.statusCode, body: await text(response) }
}

interface CompanyProxy extends Site {
  /** Method, target and login of each request. */
  readonly asked: string[]
}

/** Takes CONNECT and absolute-form requests, and sends all of them to one local port. */
async function companyProxy(destination: number, kind: 'http' | 'https' = 'http'): Promise<CompanyProxy> {
  const asked: string[] = []
  const note = (incoming: IncomingMessage) => {
    const login = incoming.headers['proxy-authorization']?.replace('Basic ', '')
    asked.push([incoming.method, incoming.url, ...(login ? [atob(login)] : [])].join(' '))
  }
  const server = kind === 'https' ? createHttpsServer(certificates) : createServer()
  server.on('connect', (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    note(incoming)
    const remote = connect({ host: '127.0.0.1', port: destination })
    remote
      .on('error', () => client.destroy())
      .on('connect', () => {
        client.write('HTTP/1.1 200 Connection established\r\nX-Proxy: company\r\n\r\n')
        remote.write(head)
        client.pipe(remote).pipe(client)
      })
  })
  server.on('request', (incoming, response) => {
    note(incoming)
    const { 'proxy-authorization': _, ...headers } = incoming.headers
    const url = new URL(incoming.url ?? '')
    const outgoing = request({ port: destination, method: incoming.method, path: url.pathname, headers })
    outgoing.on('response', (remote) => void remote.pipe(response.writeHead(remote.statusCode ?? 0)))
    incoming.pipe(outgoing)
  })
  return { ...(await serveOn(server)), asked }
}

describe('TLS to the model', () => {
  test('control: with the authority that made its certificate, it answers', async () => {
    await using model = await tlsSite()
    await using rig = await startRig({ config: TLS, routes: { 'model.example:443': model.port } })
    expect(await ask(rig)).toEqual({ status: 200, body: '/v1/messages the-real-key' })
  })

  test.each([
    ['an unknown authority', certificates, {}],
    ['another authority', certificates, { extraCa: others.ca }],
    ['a certificate of another host', others, { extraCa: others.ca }],
  ])('%s: the key is not sent', async (_, made, config) => {
    await using model = await tlsSite(made)
    const keys: unknown[] = []
    model.server.on('request', (incoming: IncomingMessage) => void keys.push(incoming.headers['x-api-key']))
    const upstream = { upstream: 'https://model.example', ...config }
    await using rig = await startRig({ config: upstream, routes: { 'model.example:443': model.port } })
    expect(await ask(rig)).toMatchObject({ status: 502, body: expect.stringContaining('certificate') })
    expect(keys).toEqual([])
  })

  test('a bundle of several authorities is read whole', async () => {
    await using model = await tlsSite()
    const config = { ...TLS, extraCa: `# company\n${others.ca}\n${certificates.ca}` }
    await using rig = await startRig({ config, routes: { 'model.example:443': model.port } })
    expect((await ask(rig)).status).toBe(200)
  })
})

describe('through the host’s proxy', () => {
  const login = 'user:p%40ss'

  test.each(['http', 'https'] as const)('to the model, over a proxy that speaks %s', async (kind) => {
    await using model = await tlsSite()
    await using proxy = await companyProxy(model.port, kind)
    const config = { ...TLS, httpsProxy: `${kind}://${login}@proxy.corp:3128` }
    await using rig = await startRig({ config, routes: { 'proxy.corp:3128': proxy.port } })
    expect(await ask(rig)).toEqual({ status: 200, body: '/v1/messages the-real-key' })
    expect(proxy.asked).toEqual(['CONNECT model.example:443 user:p@ss'])
    expect(rig.dialled).toEqual(['proxy.corp:3128'])
  })

  test('a tunnel of the sandbox, by a name that only the proxy knows', async () => {
    await using site = await tlsSite()
    await using proxy = await companyProxy(site.port)
    const world = { allow: ['site.example'], routes: { 'proxy.corp:3128': proxy.port } }
    await using rig = await startRig({ ...world, config: { httpsProxy: `http://${login}@proxy.corp:3128` } })
    const { status, socket } = await tunnel(rig.proxyPort, 'site.example:443')
    expect(status).toBe(200)
    const secure = tlsConnect({ socket, servername: 'site.example', ca: certificates.ca })
    secure.write('GET /a HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n')
    expect(await text(secure)).toContain('/a undefined')
    expect((await tunnel(rig.proxyPort, 'other.example:443')).status).toBe(403)
    expect(proxy.asked).toEqual(['CONNECT site.example:443 user:p@ss'])
    await using control = await startRig(world)
    expect((await tunnel(control.proxyPort, 'site.example:443')).status).toBe(403)
  })

  test('a plain request of the sandbox, as such, with the host’s login and not the client’s', async () => {
    await using site = await serveOn(createServer(answerSite))
    await using proxy = await companyProxy(site.port)
    const config = { httpProxy: `http://${login}@proxy.corp:3128` }
    const names = { 'site.example': [PUBLIC] }
    await using rig = await startRig({
      config,
      names,
      allow: ['site.example'],
      routes: { 'proxy.corp:3128': proxy.port },
    })
    const headers = { 'proxy-authorization': `Basic ${btoa('the:sandbox')}` }
    const outgoing = request({ port: rig.proxyPort, path: 'http://site.example/b', headers }).end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    expect(await text(response)).toBe('/b undefined')
    expect(proxy.asked).toEqual(['GET http://site.example/b user:p@ss'])
  })

  test('not for what NO_PROXY names, nor for this machine', async () => {
    await using model = await tlsSite()
    const httpsProxy = 'http://proxy.corp:3128'
    const routes = { 'model.example:443': model.port }
    await using named = await startRig({ config: { ...TLS, httpsProxy, noProxy: '.example' }, routes })
    expect((await ask(named)).status).toBe(200)
    await using here = await startRig({ config: { httpsProxy, upstream: 'http://127.0.0.1:4010' } })
    await ask(here)
    expect([named.dialled, here.dialled]).toEqual([['model.example:443'], ['host.docker.internal:4010']])
  })

  test.each([
    ['refuses', 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n', 'answered 407'],
    ['speaks something else', 'SSH-2.0-x\r\n\r\n', 'answered no HTTP'],
    ['talks without end', 'x'.repeat(20_000), 'sent no reply'],
    ['closes', '', 'closed the connection'],
  ])('a proxy that %s is named in the error, without its password', async (_, bytes, why) => {
    await using proxy = await serveOn(createServer())
    proxy.server.on('connect', (_incoming, socket) => void socket.end(bytes))
    const config = { ...TLS, httpsProxy: `http://${login}@proxy.corp:3128` }
    await using rig = await startRig({ config, routes: { 'proxy.corp:3128': proxy.port } })
    const { status, body } = await ask(rig)
    expect([status, body]).toEqual([502, expect.stringContaining(`the proxy proxy.corp:3128 ${why}`)])
    expect(body + JSON.stringify(rig.events)).not.toMatch(/p@ss|p%40ss/)
  })
})

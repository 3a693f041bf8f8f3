// A content network serves many sites at one address and tells them apart by the name that TLS asks for. A tunnel to
// one of them must not lead to another.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer as createNetServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createServer, connect as tlsConnect } from 'node:tls'
import { afterAll, describe, expect, test } from 'vitest'
import { dial, PUBLIC, type Rig, serveOn, startRig, tunnel, until } from '../../support/gateway-rig.ts'

const folder = mkdtempSync(join(tmpdir(), 'airlock-fronting-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string) => join(folder, name)
execFileSync('openssl', [
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
  ...['-subj', '/CN=network', '-keyout', file('key'), '-out', file('cert')],
])

/** Answers with the name it was asked for, whichever that is. */
const contentNetwork = () =>
  serveOn(
    createServer({ key: readFileSync(file('key')), cert: readFileSync(file('cert')) }, (socket) => {
      socket.on('error', () => {})
      socket.end(`the page of ${socket.servername}`)
    }),
  )

async function pageOver(socket: Socket, servername: string | undefined): Promise<string> {
  const named = servername === undefined ? {} : { servername }
  const client = tlsConnect({ socket, rejectUnauthorized: false, ...named })
  await once(client, 'secureConnect')
  return text(client)
}

const startWith = (port: number, routed = 443): Promise<Rig> =>
  startRig({
    allow: ['site.example', 'site.example:8443', PUBLIC],
    names: { 'site.example': [PUBLIC] },
    routes: { [`${PUBLIC}:${routed}`]: port },
  })

test('control: at its address, the network serves whoever is asked for', async () => {
  await using network = await contentNetwork()
  expect(await pageOver(await dial(network.port), 'evil.example')).toBe('the page of evil.example')
})

describe.each([443, 8443])('TLS in a tunnel to port %i', (port) => {
  test.each(['site.example', 'SITE.example', 'site.example.'])('for %s is served', async (servername) => {
    await using network = await contentNetwork()
    await using rig = await startWith(network.port, port)
    const { status, socket } = await tunnel(rig.proxyPort, `site.example:${port}`)
    expect([status, await pageOver(socket, servername)]).toEqual([200, `the page of ${servername}`])
  })

  test.each(['evil.example', 'model.example', 'sub.site.example', undefined])('for %s is not', async (servername) => {
    await using network = await contentNetwork()
    let served = false
    network.server.on('secureConnection', () => {
      served = true
    })
    await using rig = await startWith(network.port, port)
    const { socket } = await tunnel(rig.proxyPort, `site.example:${port}`)
    await expect(pageOver(socket, servername)).rejects.toThrow(/unrecognized.name|disconnected/)
    expect(served).toBe(false)
    await until(() => rig.events.some((event) => event.event === 'closed'))
    const reason =
      servername === undefined ? expect.stringContaining('names no host') : expect.stringContaining(servername)
    expect(rig.events).toContainEqual(expect.objectContaining({ event: 'decision', verdict: 'refused', reason }))
    expect(rig.events.at(-1)).toMatchObject({ event: 'closed', sentBytes: 0 })
  })
})

test('a tunnel to a listed address needs no name', async () => {
  await using network = await contentNetwork()
  await using rig = await startWith(network.port)
  const { socket } = await tunnel(rig.proxyPort, `${PUBLIC}:443`)
  expect(await pageOver(socket, undefined)).toBe('the page of false')
})

test('a hello in pieces is put together before it is judged', async () => {
  await using network = await contentNetwork()
  await using rig = await startWith(network.port)
  const { socket } = await tunnel(rig.proxyPort, 'site.example:443')
  const write = socket.write.bind(socket) as (chunk: Buffer) => boolean
  let first = true
  // The client's own first write, a byte at a time.
  socket.write = ((chunk: Buffer, ...rest: never[]) => {
    if (!first) return (write as (...args: unknown[]) => boolean)(chunk, ...rest)
    first = false
    for (const byte of chunk.subarray(0, -1)) write(Buffer.from([byte]))
    return (write as (...args: unknown[]) => boolean)(chunk.subarray(-1), ...rest)
  }) as typeof socket.write
  socket.setNoDelay(true)
  expect(await pageOver(socket, 'site.example')).toBe('the page of site.example')
})

describe('plain HTTP in a tunnel', () => {
  test.each([80, 443, 8443])('to port %i is refused: it could name any host', async (port) => {
    const said: string[] = []
    await using site = await serveOn(
      createNetServer((socket) => void socket.on('data', (chunk) => said.push(chunk.toString()))),
    )
    await using rig = await startWith(site.port, port)
    const { socket } = await tunnel(
      rig.proxyPort,
      `site.example:${port}`,
      'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    )
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 .*send http:\/\/ URLs to the proxy itself/s)
    expect(said).toEqual([])
  })

  test('a request line in pieces does not arrive whole', async () => {
    const said: string[] = []
    await using site = await serveOn(
      createNetServer((socket) => void socket.on('data', (chunk) => said.push(chunk.toString()))),
    )
    await using rig = await startWith(site.port, 8443)
    const { socket } = await tunnel(rig.proxyPort, 'site.example:8443', '\r\nGET / ')
    await until(() => said.length > 0)
    socket.write('HTTP/1.1\r\nHost: evil.example\r\n\r\n')
    expect(await text(socket)).toContain('403 Forbidden')
    expect(said.join('')).toBe('\r\nGET / ')
  })
})

describe('other protocols', () => {
  test('a server that speaks first is heard', async () => {
    await using site = await serveOn(
      createNetServer((socket) => {
        socket.write('220 hello\r\n')
        socket.once('data', (chunk) => socket.end(`you said ${chunk}`))
      }),
    )
    await using rig = await startWith(site.port, 8443)
    const { socket } = await tunnel(rig.proxyPort, 'site.example:8443')
    expect(String((await once(socket, 'data'))[0])).toBe('220 hello\r\n')
    socket.write('EHLO a\r\n')
    expect(await text(socket)).toBe('you said EHLO a\r\n')
  })

  test('a client that ends without a word ends the tunnel', async () => {
    await using site = await serveOn(createNetServer((socket) => void socket.resume()))
    await using rig = await startWith(site.port)
    const { socket } = await tunnel(rig.proxyPort, 'site.example:443')
    socket.end()
    expect(await text(socket)).toBe('')
    await until(() => rig.events.some((event) => event.event === 'closed'))
  })
})

test('refused clients that never hang up leave room for others', async () => {
  await using network = await contentNetwork()
  await using rig = await startWith(network.port)
  const held = Array.from({ length: 600 }, () => {
    const socket = connect({ host: '127.0.0.1', port: rig.proxyPort, allowHalfOpen: true })
    socket.on('error', () => {}).resume()
    socket.write('CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n')
    return socket
  })
  await until(() => held.every((socket) => socket.readableEnded || socket.destroyed))
  let status = 0
  while (status !== 200) ({ status } = await tunnel(rig.proxyPort, 'site.example:443'))
  for (const socket of held) socket.destroy()
})

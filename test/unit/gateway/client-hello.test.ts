import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { type ConnectionOptions, connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { readClientHello } from '../../../src/gateway/client-hello.ts'

/** What Node's own TLS client says first. */
async function realHello(options: ConnectionOptions): Promise<Buffer> {
  const said: Buffer[] = []
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      said.push(chunk)
      done()
      this.emit('said')
    },
  })
  const client = connect({ ...options, socket: wire })
  client.on('error', () => {})
  if (said.length === 0) await once(wire, 'said')
  client.destroy()
  return Buffer.concat(said)
}

/** The same handshake bytes in records of `size` bytes. */
function inRecords(hello: Buffer, size: number): Buffer {
  const message = hello.subarray(5)
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size)
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part)
  }
  return Buffer.concat(records)
}

const vector = (size: 1 | 2 | 3, body: Buffer) => {
  const length = Buffer.alloc(size)
  length.writeUIntBE(body.length, 0, size)
  return Buffer.concat([length, body])
}
const extension = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type >> 8, type & 255]), vector(2, body)])
const serverName = (...names: string[]) =>
  extension(
    0,
    vector(2, Buffer.concat(names.map((name) => Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(name))])))),
  )

function helloWith(...extensions: Buffer[]): Buffer {
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    vector(1, Buffer.alloc(0)),
    vector(2, Buffer.from([19, 1])),
    vector(1, Buffer.from([0])),
    vector(2, Buffer.concat(extensions)),
  ])
  return Buffer.concat([Buffer.from([22, 3, 1]), vector(2, Buffer.concat([Buffer.from([1]), vector(3, body)]))])
}

describe('a real client', () => {
  test.each<[string, ConnectionOptions]>([
    ['TLS 1.3', {}],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
    ['with protocols', { ALPNProtocols: ['h2', 'http/1.1'] }],
  ])('%s', async (_, options) => {
    const hello = await realHello({ ...options, servername: 'site.example' })
    expect(readClientHello(hello)).toEqual({ kind: 'hello', names: ['site.example'], encrypted: false })
  })

  test('without a name', async () => {
    expect(readClientHello(await realHello({}))).toEqual({ kind: 'hello', names: [], encrypted: false })
  })

  test('every part of it is incomplete, none is malformed', async () => {
    const hello = await realHello({ servername: 'site.example' })
    const kinds = new Set(
      Array.from({ length: hello.length }, (_, end) => readClientHello(hello.subarray(0, end)).kind),
    )
    expect([...kinds]).toEqual(['incomplete'])
  })

  test.each([1, 3, 100])('cut into records of %i bytes', async (size) => {
    const hello = inRecords(await realHello({ servername: 'site.example' }), size)
    expect(readClientHello(hello)).toMatchObject({ names: ['site.example'] })
    expect(readClientHello(hello.subarray(0, -1)).kind).toBe('incomplete')
  })

  test('what follows the hello is not looked at', async () => {
    const hello = await realHello({ servername: 'site.example' })
    expect(readClientHello(Buffer.concat([hello, Buffer.from([23, 9, 9])]))).toMatchObject({ kind: 'hello' })
  })
})

describe('made by hand', () => {
  test('control: the builder makes a hello', () => {
    expect(readClientHello(helloWith(serverName('a.example')))).toEqual({
      ...{ kind: 'hello', names: ['a.example'], encrypted: false },
    })
  })

  test('all names are seen', () => {
    const names = ['a.example', 'b.example']
    expect(readClientHello(helloWith(serverName(...names)))).toMatchObject({ names })
    expect(readClientHello(helloWith(...names.map((name) => serverName(name))))).toMatchObject({ names })
  })

  test('an encrypted hello inside is seen', () => {
    const hello = helloWith(serverName('a.example'), extension(0xfe0d, Buffer.alloc(20)))
    expect(readClientHello(hello)).toMatchObject({ encrypted: true })
  })

  test.each([
    ['no TLS', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['another record', Buffer.from([23, 3, 3, 0, 1, 0])],
    ['another record in the middle', Buffer.from([22, 3, 1, 0, 1, 1, 23, 3, 3, 0, 1, 0])],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
    ['another message', Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
    ['an endless message', Buffer.from([22, 3, 1, 0, 4, 1, 255, 255, 255])],
    ['another version', Buffer.from([22, 2, 0, 0, 4, 1, 0, 0, 0])],
    ['nothing in it', Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0])],
    ['a name that is longer than its list', helloWith(extension(0, Buffer.from([0, 4, 0, 0, 200, 97])))],
    ['more after the list of names', helloWith(extension(0, Buffer.from([0, 0, 1])))],
    ['a name of another type', helloWith(extension(0, vector(2, Buffer.from([1, 0, 1, 97]))))],
    ['an extension that ends too early', helloWith(Buffer.from([0, 0, 0]))],
  ])('%s is malformed', (_, bytes) => {
    expect(readClientHello(bytes)).toEqual({ kind: 'malformed' })
  })
})

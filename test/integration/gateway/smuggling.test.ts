// A request hidden in another one's body: it must stay a body for whoever reads it next.
import { createServer, type RequestListener, request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { exchangeRaw, PUBLIC, serveHttp, startRig } from '../../support/gateway-rig.ts'

const hidden = 'POST /v1/files HTTP/1.1\r\nhost: model.example\r\nx-api-key: the-attackers\r\ncontent-length: 0\r\n\r\n'
const chunked = `transfer-encoding: chunked\r\n\r\n${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`
const sized = `content-length: ${hidden.length}\r\n\r\n${hidden}`

interface Arrived {
  readonly line: string
  readonly key: unknown
  body: string
}

function journal(): { readonly arrived: Arrived[]; readonly listener: RequestListener } {
  const arrived: Arrived[] = []
  return {
    arrived,
    listener: (incoming, response) => {
      const entry = { line: `${incoming.method} ${incoming.url}`, key: incoming.headers['x-api-key'], body: '' }
      arrived.push(entry)
      incoming.on('data', (chunk: Buffer) => {
        entry.body += chunk.toString('latin1')
      })
      incoming.on('end', () => response.end('ok'))
    },
  }
}

test('control: a proxy that leaves the frame to Node passes two requests on', async () => {
  const { arrived, listener } = journal()
  await using site = await serveHttp(listener)
  const naive = createServer((incoming, response) => {
    const outgoing = request({ port: site.port, method: incoming.method, path: incoming.url }, (answer) =>
      answer.pipe(response),
    )
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => naive.listen(0, '127.0.0.1', resolve))
  const address = naive.address()
  await exchangeRaw(
    typeof address === 'object' ? (address?.port ?? 0) : 0,
    `GET /v1/models HTTP/1.1\r\nhost: a\r\n${chunked}`,
  )
  naive.close()
  expect(arrived.map(({ line, key }) => [line, key])).toEqual([
    ['GET /v1/models', undefined],
    ['POST /v1/files', 'the-attackers'],
  ])
})

describe('to the model', () => {
  test.each([
    ['chunked', 'GET /v1/models', chunked],
    ['with a length', 'GET /v1/models', sized],
    ['with a length that ends with the connection', 'GET /v1/models', `connection: content-length\r\n${sized}`],
    ['chunked, in a POST', 'POST /v1/messages', chunked],
  ])('a body %s stays a body', async (_, line, rest) => {
    const { arrived, listener } = journal()
    await using model = await serveHttp(listener)
    await using rig = await startRig({ routes: { 'model.example:80': model.port } })
    expect(await exchangeRaw(rig.relayPort, `${line} HTTP/1.1\r\nhost: a\r\n${rest}`)).toContain('200 OK')
    expect(arrived).toEqual([{ line, key: 'the-real-key', body: hidden }])
  })

  test('a coding that is not understood goes nowhere', async () => {
    const { arrived, listener } = journal()
    await using model = await serveHttp(listener)
    await using rig = await startRig({ routes: { 'model.example:80': model.port } })
    const answer = await exchangeRaw(
      rig.relayPort,
      'POST /v1/messages HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1.1 501 .*only chunked is understood/s)
    expect(arrived).toEqual([])
  })
})

describe('through the proxy', () => {
  test.each([
    ['chunked', 'DELETE', chunked],
    ['chunked', 'OPTIONS', chunked],
    ['with a length', 'GET', sized],
    ['with a length that ends with the connection', 'GET', `connection: content-length\r\n${sized}`],
  ])('a body %s of a %s stays a body', async (_, method, rest) => {
    const { arrived, listener } = journal()
    await using site = await serveHttp(listener)
    const names = { 'site.example': [PUBLIC] }
    await using rig = await startRig({ allow: ['site.example'], names, routes: { [`${PUBLIC}:80`]: site.port } })
    await exchangeRaw(rig.proxyPort, `${method} http://site.example/a HTTP/1.1\r\nhost: site.example\r\n${rest}`)
    expect(arrived).toEqual([{ line: `${method} /a`, key: undefined, body: hidden }])
  })
})

// Images from GitHub's own hosts and nowhere else, within limits, by what they are and not what they are called.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FrozenContext } from '../../../src/github/context.ts'
import { fetchImages } from '../../../src/github/fetch-images.ts'
import { fakeGitHub } from '../../unit/github/fake.ts'

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100)])
const ANSWERS: Readonly<Record<string, { status?: number; headers?: Record<string, string>; body?: Buffer }>> = {
  '/user-attachments/assets/good': { body: PNG },
  '/user-attachments/assets/text': { body: Buffer.from('<svg onload="x">'), headers: { 'content-type': 'image/png' } },
  '/user-attachments/assets/large': { body: Buffer.concat([PNG, Buffer.alloc(6 * 1024 * 1024)]) },
  '/user-attachments/assets/away': { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } },
  '/user-attachments/assets/on': { status: 302, headers: { location: '/user-attachments/assets/good' } },
  '/user-attachments/assets/round': { status: 302, headers: { location: '/user-attachments/assets/round' } },
  '/user-attachments/assets/page': { status: 302, headers: { location: '/logout' } },
}

const asked: string[] = []
const server = createServer((request, response) => {
  asked.push(`${request.url} ${request.headers.authorization ?? ''}`)
  const { status = 200, headers = {}, body } = ANSWERS[request.url ?? ''] ?? { status: 404 }
  response.writeHead(status, headers).end(body)
})
let origin = ''
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function imagesOf(body: string) {
  asked.length = 0
  const leftOut: string[] = []
  const context = { body, said: [] as unknown } as FrozenContext
  const place = { owner: 'o', repo: 'r', number: 1 }
  const images = await fetchImages(context, place, { serverUrl: origin }, fakeGitHub({}), leftOut)
  return { images, leftOut }
}

const image = (path: string) => `![x](${origin}/user-attachments/assets/${path})`

test('are taken, redirects within GitHub followed, without a token', async () => {
  const { images, leftOut } = await imagesOf(`${image('good')}\n<img src="${origin}/user-attachments/assets/on">`)
  expect(images.map(({ name, data }) => [name, data.length])).toEqual([
    ['images/1.png', PNG.length],
    ['images/2.png', PNG.length],
  ])
  expect(leftOut).toEqual([])
  for (const line of asked) expect(line).toMatch(/ $/)
})

test.each([
  ['text', /no PNG/],
  ['large', /larger than 5 MiB/],
  ['away', /leads elsewhere/],
  ['page', /leads elsewhere/],
  ['round', /leads elsewhere/],
  ['missing', /status 404/],
])('%s is left out, with its reason', async (path, reason) => {
  const { images, leftOut } = await imagesOf(image(path))
  expect(images).toEqual([])
  expect(leftOut).toEqual([expect.stringMatching(reason)])
})

test('nothing else is asked: other hosts, other pages, other ports, addresses with a login', async () => {
  const { port } = server.address() as AddressInfo
  const urls = [
    `${origin}/logout`,
    `http://localhost:${port}/user-attachments/assets/good`,
    `http://a:b@127.0.0.1:${port}/user-attachments/assets/good`,
    'http://127.0.0.1:9/user-attachments/assets/good',
    'https://example.com/user-attachments/assets/good',
  ]
  const { images, leftOut } = await imagesOf(urls.map((url) => `![x](${url})`).join('\n'))
  expect([images, asked]).toEqual([[], []])
  expect(leftOut).toEqual(['5 images from elsewhere than GitHub'])
})

test('no more than twenty', async () => {
  const { images, leftOut } = await imagesOf(Array.from({ length: 25 }, (_, at) => image(`good?${at}`)).join('\n'))
  expect(images.length + leftOut.filter((text) => text.includes('404')).length).toBe(20)
  expect(leftOut).toContain('images beyond the first 20')
})

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { ProbeTarget } from '../../../src/gateway/gateway-config.ts'
import { probe, strongest } from '../../../src/gateway/probe.ts'
import { probeTargets } from '../../../src/gateway/probe-targets.ts'

const tcp = (direction: 'in' | 'out', host: string, port: number, waitMs?: number): ProbeTarget => ({
  ...{ kind: 'tcp', name: 'it', direction, host, port },
  ...(waitMs === undefined ? {} : { waitMs }),
})

async function listening(port = 0) {
  const server = createServer((socket) => void socket.destroy())
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

async function freePort(): Promise<number> {
  const { port, close } = await listening()
  close()
  return port
}

const one = async (target: ProbeTarget, ready: Promise<unknown> = Promise.resolve()) =>
  (await probe([target], ready))[0]

describe('a way out', () => {
  test('is open where something listens', async () => {
    const { port, close } = await listening()
    expect(await one(tcp('out', '127.0.0.1', port))).toMatchObject({ result: 'open', detail: 'connected', ok: false })
    close()
  })

  test('is open where something refuses: packets got there', async () => {
    const port = await freePort()
    expect(await one(tcp('out', '127.0.0.1', port))).toMatchObject({
      result: 'open',
      detail: 'ECONNREFUSED',
      ok: false,
    })
  })

  test.each([
    ['a name nobody has', 'no-such-host.invalid', 80],
    ['no address', '255.255.255.255', 80],
  ])('is closed: %s', async (_, host, port) => {
    expect(await one(tcp('out', host, port))).toMatchObject({ result: 'closed', ok: true })
  })

  test.each([
    [['timeout', 'timeout'], 'timeout'],
    [['ECONNREFUSED', 'timeout'], 'ECONNREFUSED'],
    [['timeout', 'ECONNREFUSED'], 'ECONNREFUSED at port 22'],
    [['ENETUNREACH', 'timeout', 'connected'], 'connected at port 80'],
    [['timeout', 'ECONNRESET', 'connected'], 'ECONNRESET at port 22'],
  ])('of several ports the first that answers counts: %j', (details, said) => {
    expect(strongest([1, 22, 80], details)).toBe(said)
  })
})

describe('a way in', () => {
  test('is waited for', async () => {
    const port = await freePort()
    const row = one(tcp('in', '127.0.0.1', port, 10_000))
    await new Promise((resolve) => setTimeout(resolve, 150))
    const { close } = await listening(port)
    expect(await row).toMatchObject({ result: 'open', ok: true })
    close()
  })

  test('is closed when its time is over, with what was seen last', async () => {
    const port = await freePort()
    const row = await one(tcp('in', '127.0.0.1', port, 50), new Promise(() => {}))
    expect(row).toMatchObject({ result: 'closed', detail: 'ECONNREFUSED', ok: false, target: `127.0.0.1:${port}` })
  })
})

test('the list names every way out of the promise, and every port of a service', () => {
  const services = [{ service: 'db', port: 5432 }]
  const targets = probeTargets({ addresses: ['172.17.0.1'], gateway: 'airlock-gateway', tools: false, services })
  const lines = targets.map((target) =>
    target.kind === 'tcp'
      ? `${target.direction} ${target.host} ${target.port}`
      : `${target.kind} ${target.kind === 'dns' ? target.query : ''}`.trim(),
  )
  expect(lines).toEqual([
    'out 169.254.169.254 80',
    'out fd00:ec2::254 80',
    'out 1.1.1.1 443',
    'out 8.8.8.8 53',
    'out 2606:4700:4700::1111 443',
    'out host.docker.internal 80',
    'dns example.com',
    'ipv6',
    'out 172.17.0.1 1',
    'in airlock-gateway 8081',
    'in airlock-gateway 8080',
    'in db 5432',
  ])
  const host = targets.find((target) => target.kind === 'tcp' && target.host === '172.17.0.1')
  expect(host).toMatchObject({ orPorts: expect.arrayContaining([22, 80, 443]) })
})

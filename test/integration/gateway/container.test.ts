// The gateway's image as runs use it: its control stream, what can be seen of its secrets, and the probe.
import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllowedDomain } from '../../../src/gateway/domains.ts'
import type { GatewayConfig, ProbeTarget } from '../../../src/gateway/gateway-config.ts'
import { dockerClient } from '../../../src/ports/docker.ts'
import { installation } from '../../../src/ports/installation.ts'
import { allowedEnvironment, hostProcess } from '../../../src/ports/process.ts'
import { ensureGatewayImage } from '../../../src/sandbox/gateway-image.ts'
import { openGateway } from '../../../src/sandbox/gateway-link.ts'
import { createProbe, runProbe } from '../../../src/sandbox/probe.ts'
import { ROOT } from '../../support/steps.ts'

const id = `airlock-test-${randomUUID().slice(0, 8)}`
const label = `airlock.test=${id}`
const engine = dockerClient(hostProcess(allowedEnvironment(process.env)))
const SECRET = 'sk-the-real-secret'
const [OPEN, HALF, CLOSED] = [`${id}-open`, `${id}-half`, `${id}-closed`]
let image = ''

/** Never in a blocking way: the servers that containers talk to are in this process. */
const docker = (...args: readonly string[]) => engine.expect('a test’s docker command', args)
const show = async (...args: readonly string[]) => {
  const { stdout, stderr } = await engine.run(args)
  return stdout.toString('utf8') + stderr
}

beforeAll(async () => {
  image = await ensureGatewayImage(engine, installation(ROOT))
  await docker('network', 'create', '--label', label, OPEN)
  await docker('network', 'create', '--label', label, '--internal', HALF)
  const noAddress = 'com.docker.network.bridge.inhibit_ipv4=true'
  await docker('network', 'create', '--label', label, '--internal', '--opt', noAddress, CLOSED)
})

afterAll(async () => {
  const listed = async (...args: readonly string[]) =>
    (await docker(...args, '--quiet', '--filter', `label=${label}`)).split('\n').filter(Boolean)
  const containers = await listed('ps', '--all')
  if (containers.length > 0) await docker('rm', '--force', ...containers)
  const networks = await listed('network', 'ls')
  if (networks.length > 0) await docker('network', 'rm', ...networks)
})

const HARDENED = ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--read-only', '--label', label]
const TMPFS = '/run/airlock:mode=0700,uid=65532,gid=65532,size=1m,noexec'

async function startContainer(...networks: readonly string[]): Promise<string> {
  const [first = 'none', ...rest] = networks
  const options = [...HARDENED, '--init', '--tmpfs', TMPFS, '--add-host', 'host.docker.internal:host-gateway']
  const container = await docker('create', ...options, '--network', first, image, 'serve')
  for (const network of rest) await docker('network', 'connect', network, container)
  await docker('start', container)
  return container
}

const addressIn = (container: string, network: string) =>
  docker('inspect', '--format', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, container)

/** A gateway with its configuration given, listening. */
async function startGatewayContainer(config: Partial<GatewayConfig>, ...networks: readonly string[]) {
  const container = await startContainer(...networks)
  const link = openGateway(engine, container, {
    ...{ credential: { kind: 'api-key', value: SECRET }, upstream: 'http://127.0.0.1:9', allow: [] },
    ...config,
  })
  await link.ready
  return { container, link }
}

/** Runs a few lines of JavaScript where the sandbox would be; what they return is the result. */
async function inNetwork(network: string, script: string): Promise<unknown> {
  const program = `(async () => { ${script} })().then((value) => console.log(JSON.stringify(value)))`
  const options = [...HARDENED, '--rm', '--network', network, '--entrypoint', 'node']
  return JSON.parse(await docker('run', ...options, image, '-e', program))
}

const GET = `const get = (host, port, path, headers = {}, method = 'GET') => new Promise((resolve) =>
  require('http').request({ host, port, path, method, headers, timeout: 1500 }, (response) => {
    let body = ''
    response.on('data', (chunk) => { body += chunk }).on('end', () => resolve([response.statusCode, body]))
  }).on('timeout', function () { this.destroy() }).on('error', (error) => resolve(error.code)).end());`

const MODEL_CALL = `return await get(gateway, 8081, '/v1/messages', { 'x-api-key': 'attacker' }, 'POST')`

async function onHost(name: string): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => response.end(`${name} ${request.headers['x-api-key'] ?? '-'}`))
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

describe('a sandbox on the closed network', () => {
  test('reaches what is listed and the model, through the gateway and in no other way', async () => {
    const [site, secret, model] = [await onHost('site'), await onHost('secret'), await onHost('model')]
    const config = {
      upstream: `http://127.0.0.1:${model.port}`,
      allow: [parseAllowedDomain(`host.docker.internal:${site.port}+private`)],
    }
    const { container, link } = await startGatewayContainer(config, OPEN, CLOSED)
    const gateway = `const gateway = '${await addressIn(container, CLOSED)}';`
    const hostAddress = await docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', OPEN)
    const attempt = (network: string, script: string) => inNetwork(network, `${GET} ${gateway} ${script}`)
    const through = (url: string) => `return await get(gateway, 8080, '${url}')`
    const direct = `return await get('${hostAddress}', ${secret.port}, '/')`

    expect(await attempt(CLOSED, through(`http://host.docker.internal:${site.port}/`))).toEqual([200, 'site -'])
    expect(await attempt(CLOSED, through(`http://host.docker.internal:${secret.port}/`))).toEqual([
      403,
      expect.any(String),
    ])
    expect(await attempt(CLOSED, through(`http://${hostAddress}:${site.port}/`))).toEqual([403, expect.any(String)])
    expect(await attempt(CLOSED, MODEL_CALL)).toEqual([200, `model ${SECRET}`])
    expect(await attempt(OPEN, direct)).toEqual([200, 'secret -'])
    expect(await attempt(CLOSED, direct)).toBe('ENETUNREACH')

    link.close()
    expect(await docker('wait', container)).toBe('0')
    expect(await attempt(CLOSED, MODEL_CALL)).not.toContain(200)
    for (const { server } of [site, secret, model]) server.close()
  })
})

describe('the key', () => {
  test('is in nothing that the engine shows, nor in what a process shows', async () => {
    const { container, link } = await startGatewayContainer({}, OPEN)
    const shown = await Promise.all([
      show('inspect', container),
      show('logs', container),
      show('top', container),
      show('image', 'inspect', image),
      show('history', '--no-trunc', image),
      show('exec', container, 'sh', '-c', 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; ls -lR /run/airlock'),
    ])
    expect(shown.join('\n')).toContain('gateway.cjs')
    expect(shown.join('\n')).not.toContain(SECRET)
    link.close()
    expect(await docker('wait', container)).toBe('0')
  })

  test.each([
    ['no JSON', `{"credential":{"value":"${SECRET}`],
    ['JSON of another shape', `"${SECRET}"`],
    ['no upstream', JSON.stringify({ credential: { kind: 'api-key', value: SECRET }, allow: [] })],
    [
      'a key no header can carry',
      JSON.stringify({ credential: { kind: 'api-key', value: `${SECRET}\n` }, upstream: 'http://a', allow: [] }),
    ],
    [
      'a proxy that is none',
      JSON.stringify({
        ...{ credential: { kind: 'api-key', value: SECRET }, upstream: 'http://a', allow: [] },
        httpsProxy: `socks5://user:${SECRET}@proxy`,
      }),
    ],
  ])('is in no message about a broken configuration: %s', async (_, line) => {
    const container = await startContainer(OPEN)
    const wait = 'until [ -p /run/airlock/control ]; do sleep 0.02; done; exec cat > /run/airlock/control'
    const control = engine.start(['exec', '-i', container, 'sh', '-c', wait])
    control.stdin.write(`${line}\n`)
    expect(await docker('wait', container)).toBe('1')
    control.stdin.end()
    await control.done
    const log = await engine.run(['logs', container])
    expect(log.stderr).toMatch(/^airlock gateway: .+\n$/)
    expect(log.stderr + log.stdout).not.toContain(SECRET)
  })
})

describe('the gateway', () => {
  test('stops when airlock is killed: the control stream ends with its process', async () => {
    const container = await startContainer(OPEN)
    const wait = 'until [ -p /run/airlock/control ]; do sleep 0.02; done; exec cat > /run/airlock/control'
    const control = engine.start(['exec', '-i', container, 'sh', '-c', wait])
    const config = { credential: { kind: 'api-key', value: SECRET }, upstream: 'http://a', allow: [] }
    control.stdin.write(`${JSON.stringify(config)}\n`)
    while (!(await show('logs', container)).includes('"ready"')) await new Promise((resolve) => setTimeout(resolve, 20))
    control.stdin.destroy()
    expect(await docker('wait', container)).toBe('0')
  })

  test('runs as nobody with nothing to write to', async () => {
    const { container, link } = await startGatewayContainer({}, OPEN)
    const inside = (script: string) => docker('exec', container, 'sh', '-c', script)
    expect(await inside('id -u; grep CapEff /proc/1/status; touch /x 2>&1 || true')).toMatch(
      /^65532\nCapEff:\s0000000000000000\n.*Read-only file system$/,
    )
    link.close()
    await docker('wait', container)
  })
})

describe('its log, as the host has it', () => {
  const bearer = 'a-bearer-of-this-run'
  const tool = { name: 'say', description: '', inputSchema: { type: 'object', properties: {}, required: [] } } as const
  const tools = {
    bearer,
    servers: [{ name: 'notes', tools: [{ ...tool, answer: { kind: 'note', text: 'noted' } }] }],
  } as const
  const NOTE = `const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'say' } });
    const headers = { authorization: 'Bearer ${bearer}', 'content-type': 'application/json' };
    for (let at = 0; at < 20; at += 1) await fetch('http://' + gateway + ':8082/notes', { method: 'POST', headers, body });`

  test('is complete when the gateway says so', async () => {
    const { container, link } = await startGatewayContainer({ tools }, OPEN)
    await inNetwork(OPEN, `const gateway = '${await addressIn(container, OPEN)}'; ${NOTE} return 0`)
    expect(await link.caughtUp()).toBe(true)
    expect(link.events.filter((event) => event.event === 'call')).toHaveLength(20)
    expect(await link.caughtUp()).toBe(true)
    link.close()
    await docker('wait', container)
  })

  test('is known to be cut when the gateway is gone', async () => {
    const { container, link } = await startGatewayContainer({ tools }, OPEN)
    await docker('kill', container)
    expect(await link.caughtUp()).toBe(false)
    link.close()
  })
})

describe('the probe', () => {
  const ways = (hostAddress: string): readonly ProbeTarget[] => [
    { kind: 'tcp', direction: 'out', name: 'the host', host: hostAddress, port: 1 },
    { kind: 'tcp', direction: 'out', name: 'metadata', host: '169.254.169.254', port: 80 },
    { kind: 'ipv6', direction: 'out', name: 'IPv6' },
  ]

  async function probed(network: string, targets: readonly ProbeTarget[], options: readonly string[] = []) {
    const container = await docker(
      'run',
      '--detach',
      ...HARDENED,
      ...options,
      '--network',
      network,
      '--entrypoint',
      'sleep',
      image,
      '60',
    )
    const prober = await createProbe(engine, image, container, id)
    const how = { container: prober, signal: AbortSignal.timeout(30_000), healthy: Promise.resolve() }
    const rows = await runProbe(engine, how, targets)
    await docker('rm', '--force', container)
    return Object.fromEntries(rows.map((row) => [row.name, row.result]))
  }

  const gatewayOf = (network: string) =>
    docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', network)

  test('control: on an ordinary network the host answers', async () => {
    expect(await probed(OPEN, ways(await gatewayOf(OPEN)))).toMatchObject({ 'the host': 'open' })
  })

  test('control: on an internal network the host still answers', async () => {
    expect(await probed(HALF, ways(await gatewayOf(HALF)))).toMatchObject({ 'the host': 'open', metadata: 'closed' })
  })

  test('on an internal network without an address on the host, nothing does', async () => {
    const own = await probed(CLOSED, ways(await gatewayOf(CLOSED)))
    const other = await probed(CLOSED, ways(await gatewayOf(OPEN)))
    expect([own, other]).toEqual([
      { 'the host': 'closed', metadata: 'closed', IPv6: 'closed' },
      { 'the host': 'closed', metadata: 'closed', IPv6: 'closed' },
    ])
  })

  test('control: with an IPv6 address, which a sysctl gives, the host answers on the closed network all the same', async () => {
    const bridge = `br-${(await docker('network', 'inspect', '--format', '{{.Id}}', CLOSED)).slice(0, 12)}`
    const sysctl = ['--sysctl', 'net.ipv6.conf.all.disable_ipv6=0']
    const container = await docker(
      ...['run', '--detach', ...HARDENED, ...sysctl, '--network', CLOSED, '--entrypoint', 'sleep', image, '60'],
    )
    const knock = `const [host] = process.argv.slice(1), socket = require('net').connect({ host, port: 1 })
socket.on('error', ({ code }) => console.log(code)).on('connect', () => console.log('connected'))`
    // Each end takes a second to make sure that nobody else has its address.
    let seen = ''
    for (let tries = 0; tries < 40 && seen !== 'ECONNREFUSED'; tries += 1) {
      await sleep(200)
      const own = networkInterfaces()[bridge]?.find(({ family }) => family === 'IPv6')
      if (own) seen = await docker('exec', container, 'node', '-e', knock, `${own.address}%eth0`)
    }
    await docker('rm', '--force', container)
    expect(seen).toBe('ECONNREFUSED')
    expect(await probed(CLOSED, ways(await gatewayOf(CLOSED)), sysctl)).toMatchObject({ IPv6: 'open' })
  })
})

// Promise 1, from a shell as root inside the sandbox: its services answer, and nothing else does. The control is the same
// sandbox on one network more, made without the options that airlock generates.
import { spawn } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, runIdOf, sandboxContainer, startRun, temporaryFolder } from '../support/airlock.ts'
import { docker } from '../support/engine-state.ts'
import { type Model, startModel } from '../support/model.ts'
import { ROOT } from '../support/steps.ts'

const NAME = `airlock-test-closed-${process.pid}`
const LABEL = 'airlock.test=closed-network'

let folder: ReturnType<typeof temporaryFolder>
let model: Model
let site: Server
let running: Running
let sandbox: string
let otherPort: number
let otherAddress: string

beforeAll(async () => {
  folder = temporaryFolder('closed')
  model = await startModel({ scenario: { kind: 'bash', commands: ['tail -f /dev/null'] } })
  site = createServer((_, response) => response.end('the site answers')).listen(0, '0.0.0.0')
  await new Promise((resolve) => site.once('listening', resolve))
  const allowed = `host.docker.internal:${sitePort()}+private`
  const flags = ['--allowed-domains', allowed]
  running = startRun(join(ROOT, 'examples/orders'), join(folder.path, 'out'), flags, { model: model.url })
  await running.says('tail -f /dev/null')
  sandbox = sandboxContainer(runIdOf(running))
  startOtherProject()
})

afterAll(async () => {
  running?.child.kill('SIGINT')
  await running?.done
  docker('rm', '-f', NAME)
  docker('network', 'rm', '-f', NAME)
  await model?.stop()
  site?.close()
  folder?.[Symbol.dispose]()
})

const sitePort = () => (site.address() as AddressInfo).port

// Somebody else's web application, on its own network, with a published port: what a developer's machine is full of.
function startOtherProject(): void {
  const image =
    docker('image', 'ls', '--filter', 'label=airlock.image=gateway', '--format', '{{.ID}}').split('\n')[0] ?? ''
  docker('network', 'create', '--label', LABEL, NAME)
  const server = 'require("http").createServer((q, s) => s.end("other")).listen(8000)'
  const options = ['--detach', '--name', NAME, '--label', LABEL, '--network', NAME, '--publish', '0.0.0.0::8000']
  docker('run', ...options, '--entrypoint', 'node', image, '-e', server)
  otherPort = Number(docker('port', NAME, '8000').split('\n')[0]?.split(':').at(-1))
  otherAddress = docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', NAME)
}

async function asRoot(script: string, container = sandbox): Promise<string> {
  const child = spawn('docker', ['exec', '-u', '0', container, 'bash', '-c', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr.resume()
  return (await text(child.stdout)).trim()
}

/** Every address that this machine has, on whatever interface, and the first of each of Docker's networks. */
function machineAddresses(): readonly string[] {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  const mine = own.filter((entry) => !entry.internal).map((entry) => entry.address)
  const gateways = docker(
    'network',
    'inspect',
    '--format',
    '{{range .IPAM.Config}}{{.Gateway}} {{end}}',
    ...docker('network', 'ls', '-q', '--filter', 'driver=bridge').split('\n'),
  )
  return [...new Set([...mine, ...gateways.split(/\s+/).filter((word) => word !== '')])]
}

/** Those of the targets that accept a connection. */
async function reachable(container = sandbox): Promise<readonly string[]> {
  const targets = [
    ...machineAddresses().flatMap((address) => [
      `${address} ${otherPort}`,
      `${address} ${sitePort()}`,
      `${address} ${model.port}`,
    ]),
    `${otherAddress} 8000`,
    '169.254.169.254 80',
    '1.1.1.1 443',
    '8.8.8.8 53',
    'host.docker.internal 80',
  ]
  const knock = `while read -r host port; do (timeout 2 bash -c "</dev/tcp/$host/$port" 2>/dev/null && echo "$host $port") & done <<< '${targets.join('\n')}'; wait`
  const output = await asRoot(knock, container)
  return output === '' ? [] : output.split('\n')
}

const resolves = (name: string) => asRoot(`getent hosts ${name} || echo none`)

describe('inside the sandbox', () => {
  test('the shell is root, and the services answer by name', async () => {
    expect(await asRoot('id -u')).toBe('0')
    expect(await asRoot(`ruby -rpg -e 'puts PG.connect(ENV["DATABASE_URL"]).server_version'`)).toMatch(/^1\d{5}$/)
    expect(await asRoot(`ruby -rredis -e 'puts Redis.new(url: ENV["REDIS_URL"]).ping'`)).toBe('PONG')
  })

  test('no address of the machine, of another project or of the outside answers', async () => {
    expect(await reachable()).toEqual([])
  })

  // An agent gets a shell in the database by COPY … TO PROGRAM.
  test.each(['db', 'redis'])('nor from the service %s', async (service) => {
    const container = sandbox.replace(/-[a-z]+-1$/, `-${service}-1`)
    expect(await asRoot('id -u', container)).toBe('0')
    expect(await reachable(container)).toEqual([])
    expect(await asRoot('getent hosts example.com || echo none', container)).toBe('none')
  })

  test('not with a route of one’s own making either: the container may not make any', async () => {
    expect(await asRoot('ip route add default via 172.17.0.1 2>&1; echo $?')).not.toMatch(/^0$/)
  })

  test('names of the outside do not resolve', async () => {
    expect(await resolves('example.com')).toBe('none')
    expect(await resolves('db')).toContain('db')
  })

  test('an allowed site answers through the proxy, another one is refused with a reason', async () => {
    const curl = 'curl --silent --show-error --max-time 5'
    expect(await asRoot(`${curl} http://host.docker.internal:${sitePort()}/`)).toBe('the site answers')
    expect(await asRoot(`${curl} http://host.docker.internal:${otherPort}/`)).toContain('not on the allowlist')
    expect(await asRoot(`${curl} http://169.254.169.254/`)).toContain('not on the allowlist')
    expect(await asRoot(`${curl} --output /dev/null --write-out '%{http_connect}' https://example.com/`)).toBe('403')
    // Without the proxy the allowed site is as far away as any other.
    expect(await asRoot(`${curl} --noproxy '*' http://host.docker.internal:${sitePort()}/ 2>&1`)).toMatch(/not resolve/)
  })
})

test('control: on a network without the generated options, the same attacks succeed', async () => {
  const open = `${NAME}-open`
  docker('network', 'create', '--label', LABEL, open)
  try {
    docker('network', 'connect', open, sandbox)
    const gateway = docker('network', 'inspect', '--format', '{{range .IPAM.Config}}{{.Gateway}}{{end}}', open)
    const found = await reachable()
    expect(found).toContain(`${gateway} ${otherPort}`)
    expect(found).toContain(`${gateway} ${sitePort()}`)
    expect(found).toContain(`${gateway} ${model.port}`)
  } finally {
    docker('network', 'disconnect', '-f', open, sandbox)
    docker('network', 'rm', open)
  }
  expect(await reachable()).toEqual([])
})

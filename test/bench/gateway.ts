// A request and a download through the gateway's container, against the same without it, from containers both.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { parseAllowedDomain } from '../../src/gateway/domains.ts'
import { dockerClient } from '../../src/ports/docker.ts'
import { installation } from '../../src/ports/installation.ts'
import { allowedEnvironment, hostProcess } from '../../src/ports/process.ts'
import { ensureGatewayImage } from '../../src/sandbox/gateway-image.ts'
import { openGateway } from '../../src/sandbox/gateway-link.ts'
import { docker } from '../support/engine-state.ts'
import { ROOT } from '../support/steps.ts'
import { alternate, median, type Row, timeRow } from './row.ts'

const NAME = `airlock-bench-${process.pid}`
const LABEL = ['--label', 'airlock.test=bench']
const MIB = 512
const ROUNDS = 5

// Answers a small POST with a small answer, and any GET with many bytes.
const SERVER = `const chunk = Buffer.alloc(1 << 20, 1)
require('http').createServer(async (request, response) => {
  for await (const _ of request);
  if (request.method === 'POST') return response.end('{"ok":true}')
  response.writeHead(200, { 'content-length': ${MIB} << 20 })
  for (let at = 0; at < ${MIB}; at += 1) if (!response.write(chunk)) await new Promise((go) => response.once('drain', go))
  response.end()
}).listen(0, '0.0.0.0', function () { console.log(this.address().port) })`

// Says the median of 400 requests on one connection, and how long the download took; milliseconds.
const CLIENT = `const http = require('http'), [small, large] = JSON.parse(process.argv[1])
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const once = (options, body) => new Promise((resolve, reject) => {
  const began = performance.now()
  const request = http.request({ agent, ...options }, (response) => {
    if (response.statusCode !== 200) reject(new Error('status ' + response.statusCode))
    response.on('data', () => {}).on('end', () => resolve(performance.now() - began))
  }).on('error', reject)
  request.end(body)
})
;(async () => {
  const times = []
  for (let at = 0; at < 500; at += 1) times.push(await once({ method: 'POST', ...small }, '{"model":"x"}'))
  const latency = times.slice(100).sort((a, b) => a - b)[200]
  console.log(JSON.stringify({ latency, download: await once({ method: 'GET', ...large }) }))
})()`

interface Measured {
  readonly latency: number
  readonly download: number
}

export async function benchGateway(): Promise<readonly Row[]> {
  const engine = dockerClient(hostProcess(allowedEnvironment(process.env)))
  const image = await ensureGatewayImage(engine, installation(ROOT))
  // The model's own address is closed to the proxy, so that the download needs another.
  const [model, site] = await Promise.all([startServer(), startServer()])
  docker('network', 'create', ...LABEL, NAME)
  const host = docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', NAME)
  const tmpfs = ['--tmpfs', '/run/airlock:mode=0700,uid=65532,gid=65532,size=1m,noexec']
  const named = ['--name', NAME, '--network', NAME, '--add-host', 'host.docker.internal:host-gateway']
  docker('run', '--detach', ...LABEL, ...named, ...tmpfs, '--init', '--cap-drop', 'ALL', '--read-only', image, 'serve')
  const link = openGateway(engine, NAME, {
    credential: { kind: 'api-key', value: 'sk-bench' },
    upstream: `http://127.0.0.1:${model.port}`,
    allow: [parseAllowedDomain(`host.docker.internal:${site.port}+private`)],
  })
  try {
    await link.ready
    const measure = async (small: object, large: object): Promise<Measured> => {
      const options = ['run', '--rm', ...LABEL, '--network', NAME, '--entrypoint', 'node', image]
      const child = spawn('docker', [...options, '-e', CLIENT, JSON.stringify([small, large])], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      return JSON.parse(await text(child.stdout)) as Measured
    }
    const direct: Measured[] = []
    const through: Measured[] = []
    const url = `http://host.docker.internal:${site.port}/large`
    await alternate(
      ROUNDS,
      async () =>
        direct.push(
          await measure({ host, port: model.port, path: '/v1/messages' }, { host, port: site.port, path: '/large' }),
        ),
      async () =>
        through.push(
          await measure({ host: NAME, port: 8081, path: '/v1/messages' }, { host: NAME, port: 8080, path: url }),
        ),
    )
    return rows(direct, through, memory())
  } finally {
    link.close()
    for (const { child } of [model, site]) child.kill()
    docker('rm', '--force', NAME)
    docker('network', 'rm', NAME)
  }
}

async function startServer() {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, port: Number(line.toString()) }
}

function rows(direct: readonly Measured[], through: readonly Measured[], mib: number): readonly Row[] {
  const medians = (name: keyof Measured) => [through, direct].map((all) => median(all.map((one) => one[name])))
  const [latency = 0, directLatency = 0] = medians('latency')
  const [download = 0, directDownload = 0] = medians('download')
  const rate = (ms: number) => `${(MIB / 1024 / (ms / 1000)).toFixed(2)} GiB/s`
  return [
    timeRow(
      { what: 'gateway, latency of a request', comparedWith: 'without it', ms: [latency, directLatency] },
      '+ 1 ms p50',
      (ms, comparedMs) => ms - comparedMs <= 1,
    ),
    {
      ...{ what: 'gateway, throughput', comparedWith: 'without it', budget: '≥ 0.5×' },
      figures: `${rate(download)} against ${rate(directDownload)}: ${(directDownload / download).toFixed(2)}×`,
      kept: directDownload / download >= 0.5,
    },
    {
      ...{ what: 'gateway, memory', comparedWith: 'after the load above', budget: '≤ 80 MB' },
      figures: `${((mib * 1024 ** 2) / 1e6).toFixed(0)} MB`,
      kept: mib * 1024 ** 2 <= 80e6,
    },
  ]
}

/** MiB, as the engine counts it. */
function memory(): number {
  const used = docker('stats', '--no-stream', '--format', '{{.MemUsage}}', NAME)
  const [, amount = '', unit = ''] = /^([\d.]+)(KiB|MiB|GiB)/.exec(used) ?? []
  return Number(amount) * ({ KiB: 1 / 1024, MiB: 1, GiB: 1024 }[unit] ?? Number.NaN)
}

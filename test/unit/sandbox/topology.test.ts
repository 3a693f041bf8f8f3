import { describe, expect, test } from 'vitest'
import type { JsonObject, ResolvedConfig } from '../../../src/config/resolved-config.ts'
import { mergeMetadata } from '../../../src/sandbox/metadata.ts'
import { runNames } from '../../../src/sandbox/names.ts'
import { topology } from '../../../src/sandbox/topology.ts'

const LIMITS = { timeoutMs: 1, memory: 1024, cpus: 2, pids: 100, outputBytes: 1, patchFiles: 1, patchBytes: 1 }

function build(
  services: Record<string, JsonObject>,
  options: { metadata?: JsonObject; kind?: ResolvedConfig['kind']; briefed?: boolean } = {},
) {
  const metadataEntries = [options.metadata ?? {}]
  const config: ResolvedConfig = {
    kind: options.kind ?? 'compose',
    directory: '/src/orders',
    composeFiles: [],
    compose: { name: 'x', services },
    service: 'app',
    services: Object.keys({ app: 0, ...services }),
    base: { kind: 'image', image: 'base' },
    features: {},
    claudeFeature: {},
    settings: {},
    workspace: { target: '/workspaces/orders', folder: '/workspaces/orders' },
    notes: [],
  }
  const result = topology({
    config,
    names: runNames('abcd1234'),
    runId: 'abcd1234',
    image: {
      name: 'airlock-sandbox:1',
      id: 'sha256:1',
      uid: 1000,
      gid: 1000,
      user: 'dev',
      env: [],
      exposedPorts: [],
      entrypoint: ['/entry'],
      command: ['serve', '$HOME'],
      metadataEntries,
      metadata: mergeMetadata(metadataEntries),
    },
    briefed: options.briefed ?? false,
    gatewayImage: 'airlock-gateway:1',
    builtImages: new Map([['web', 'airlock-image:1']]),
    limits: LIMITS,
    upstreamOnHost: false,
    inCopy: (path) => path === 'db/init.sql',
  })
  const compose = result.compose as {
    services: Record<string, JsonObject>
    networks: Record<string, JsonObject>
    volumes: Record<string, JsonObject>
  }
  return { ...result, ...compose }
}

describe('services', () => {
  const dangerous: JsonObject = {
    image: 'postgres',
    privileged: true,
    network_mode: 'host',
    pid: 'host',
    ports: [{ target: 5432, published: '5432' }],
    container_name: 'my-db',
    devices: ['/dev/kvm'],
    extra_hosts: ['x:1.2.3.4'],
    dns: ['8.8.8.8'],
    restart: 'always',
    unknown_new_key: 'x',
    environment: { POSTGRES_PASSWORD: 'x' },
  }

  test('only known harmless keys pass', () => {
    const { db } = build({ db: dangerous }).services
    expect(Object.keys(db ?? {}).sort()).toEqual(
      ['cap_drop', 'depends_on', 'environment', 'image', 'labels', 'networks', 'restart', 'volumes'].sort(),
    )
    expect(db).toMatchObject({ cap_drop: ['NET_RAW'], restart: 'on-failure:10', labels: { 'airlock.run': 'abcd1234' } })
  })

  test('no parameter of IPv6 passes, whatever was allowed: it could be a way to the host', () => {
    const sysctls = { 'net.ipv6.conf.all.disable_ipv6': '0', 'net/ipv6/conf/eth0/x': '1', 'net.core.somaxconn': '1024' }
    const { app, db } = build({ app: { image: 'x', sysctls }, db: { image: 'x', sysctls } }).services
    for (const service of [app, db]) expect(service?.sysctls).toEqual({ 'net.core.somaxconn': '1024' })
  })

  test('a built service uses the image that was built, and nothing pulls it', () => {
    expect(build({ web: { build: { context: '/src/orders' } } }).services.web).toMatchObject({
      image: 'airlock-image:1',
      pull_policy: 'never',
    })
  })

  test.each([
    [
      'a bind of a copied file',
      '/src/orders/db/init.sql',
      { source: 'airlock-workspace', volume: { nocopy: true, subpath: 'db/init.sql' } },
    ],
    ['a bind of the whole project', '/src/orders', { source: 'airlock-workspace', volume: { nocopy: true } }],
    ['a bind of an ignored data folder', '/src/orders/pgdata', { type: 'volume' }],
  ])('%s', (_, source, expected) => {
    const { db } = build({ db: { image: 'x', volumes: [{ type: 'bind', source, target: '/t' }] } }).services
    expect(db?.volumes).toEqual([expect.objectContaining({ ...expected, target: '/t' })])
  })

  test.each(['/etc', '/src/orders-other', '/src'])('a bind of %s outside the project is not in the file', (source) => {
    const { db } = build({ db: { image: 'x', volumes: [{ type: 'bind', source, target: '/t' }] } }).services
    expect(db?.volumes).toEqual([])
  })

  test('named volumes are the run’s own and labelled', () => {
    const { volumes, services } = build({
      db: { image: 'x', volumes: [{ type: 'volume', source: 'data', target: '/d' }] },
    })
    expect(services.db?.volumes).toEqual([{ type: 'volume', source: 'data', target: '/d' }])
    expect(volumes.data).toEqual({ labels: { 'airlock.run': 'abcd1234' } })
  })

  test('files on the copy mean that it has to be there first', () => {
    const app = { entrypoint: ['sleep'], command: ['infinity'] }
    expect(build({ app, db: { image: 'x' } }).needsFilesAtStart).toBe(false)
    const bound = { image: 'x', volumes: [{ type: 'bind', source: '/src/orders/db/init.sql', target: '/t' }] }
    expect(build({ app, db: bound }).needsFilesAtStart).toBe(true)
  })

  test.each([
    [{ entrypoint: ['sleep', 'infinity'] }, false],
    [{ entrypoint: ['/bin/sh', '-c', 'sleep infinity'] }, false],
    [{ entrypoint: ['tail'], command: ['-f', '/dev/null'] }, false],
    [{ entrypoint: ['sh', 'start.sh', 'sleep infinity'] }, true],
    [{ entrypoint: ['bin/rails', 'server'] }, true],
  ])('a sandbox whose own process is %j has to have its files first: %s', (app, expected) => {
    const bind = { type: 'bind', source: '/src/orders', target: '/workspaces/orders' }
    expect(build({ app: { ...app, volumes: [bind] } }).needsFilesAtStart).toBe(expected)
  })
})

describe('networks', () => {
  test('every network of the project is closed, only egress is not, and only the gateway is on that', () => {
    const { networks, services } = build({
      db: { image: 'x', networks: { back: { aliases: ['pg'], ipv4_address: '10.0.0.2' } } },
      app: { image: 'y', networks: { back: null, front: null } },
    })
    const { 'airlock-egress': egress, ...closed } = networks
    expect(Object.keys(closed).sort()).toEqual(['back', 'front'])
    for (const network of Object.values(closed)) {
      expect(network).toMatchObject({
        internal: true,
        enable_ipv6: false,
        driver_opts: { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
      })
    }
    expect(egress).not.toHaveProperty('internal')
    const onEgress = Object.entries(services).filter(([, service]) => 'airlock-egress' in (service.networks as object))
    expect(onEgress.map(([name]) => name)).toEqual(['airlock-gateway'])
    expect(services.db?.networks).toEqual({ back: { aliases: ['pg'] } })
  })
})

describe('the sandbox', () => {
  test('has limits, the proxy in both spellings, and no direct way for its services only', () => {
    const { app } = build({ db: { image: 'x' } }).services
    expect(app).toMatchObject({ image: 'airlock-sandbox:1', mem_limit: '1024', cpus: 2, pids_limit: 100, init: true })
    const env = app?.environment as Record<string, string>
    expect(env.HTTPS_PROXY).toBe('http://airlock-gateway:8080')
    expect(env.https_proxy).toBe(env.HTTPS_PROXY)
    expect(env.no_proxy?.split(',')).toEqual(expect.arrayContaining(['db', 'app', 'airlock-gateway', 'localhost']))
  })

  test('a compose service keeps its own command, with dollars kept from compose', () => {
    expect(build({}).services.app?.entrypoint).toEqual(['/entry', 'serve', '$$HOME'])
    expect(build({ app: { command: ['sleep', '$$X'] } }).services.app?.entrypoint).toEqual(['/entry', 'sleep', '$$X'])
  })

  test.each(['dockerfile', 'image', 'compose-only'] as const)('%s: idles', (kind) => {
    expect(build({}, { kind }).services.app?.entrypoint).toEqual(['sleep', 'infinity'])
  })

  test('entrypoints of features come first', () => {
    const { app } = build({}, { metadata: { entrypoint: '/start.sh', overrideCommand: true } }).services
    expect(app?.entrypoint).toEqual(['/bin/sh', '-c', '/start.sh\nexec "$$@"', '-', 'sleep', 'infinity'])
  })

  test('the bind of the checkout becomes the workspace volume, once', () => {
    const bind = { type: 'bind', source: '/src/orders', target: '/workspaces/orders' }
    expect(build({ app: { image: 'x', volumes: [bind] } }).services.app?.volumes).toEqual([
      { type: 'volume', source: 'airlock-workspace', target: '/workspaces/orders', volume: { nocopy: true } },
    ])
  })

  test('volumes of features are the run’s own, whatever id they carry', () => {
    const metadata = { mounts: [{ type: 'volume', source: 'claude-config-${devcontainerId}', target: '/c' }] }
    const { services, volumes } = build({}, { metadata })
    expect(services.app?.volumes).toContainEqual({ type: 'volume', source: 'claude-config-abcd1234', target: '/c' })
    expect(volumes).toHaveProperty('claude-config-abcd1234')
  })

  test.each([
    'airlock-baseline',
    'airlock baseline',
    'airlock-workspace',
    '.baseline',
    'baseline',
  ])('no name of a volume leads to the baseline: %s', (source) => {
    const own: JsonObject = { type: 'volume', source, target: '/stolen' }
    const { volumes } = build({ app: { image: 'x', volumes: [own] } }, { metadata: { mounts: [own] } })
    const { baselineVolume, workspaceVolume, project } = runNames('abcd1234')
    const resolved = Object.entries(volumes).map(([key, volume]) => String(volume.name ?? `${project}_${key}`))
    expect(resolved).not.toContain(baselineVolume)
    expect(resolved.filter((name) => name === workspaceVolume)).toHaveLength(1)
  })
})

test('the gateway has no capabilities, a read-only root and no secret in its description', () => {
  const gateway = build({}).services['airlock-gateway']
  expect(gateway).toMatchObject({ cap_drop: ['ALL'], read_only: true, security_opt: ['no-new-privileges:true'] })
  expect(gateway).not.toHaveProperty('environment')
  expect(gateway).not.toHaveProperty('ports')
})

test('with a briefing, the sandbox and nothing else gets it, read-only, and an outbox beside it', () => {
  const { services, volumes } = build({ db: { image: 'x' } }, { briefed: true })
  const common = { type: 'volume', volume: { nocopy: true } }
  expect(services.app?.volumes).toEqual([
    expect.objectContaining({ source: 'airlock-workspace' }),
    { ...common, source: 'airlock-abcd1234.context', target: '/airlock/context', read_only: true },
    { ...common, source: 'airlock-abcd1234.outbox', target: '/airlock/outbox' },
  ])
  const { app: _sandbox, ...others } = services
  expect(JSON.stringify(others)).not.toMatch(/\.(context|outbox)/)
  expect(volumes).toMatchObject({
    'airlock-abcd1234.context': { name: 'airlock-abcd1234.context', external: true },
    'airlock-abcd1234.outbox': { name: 'airlock-abcd1234.outbox', external: true },
  })
})

// What the sandbox does in another way than the project asks for is told, each with its place, and stops nothing.
import { describe, expect, it } from 'vitest'
import { audit, isRefused } from '../../../src/audit/audit.ts'
import { SERVICE_KEYS } from '../../../src/audit/rules/unknown.ts'
import { RULES } from '../../../src/audit/rules.ts'
import type { ResolvedConfig, RewriteKind } from '../../../src/config/resolved-config.ts'
import { PASSED } from '../../../src/sandbox/service.ts'
import { composeConfig, devcontainerConfig } from './config-of.ts'

const told = (config: ResolvedConfig) => audit(config, { allow: [] })
const service = (lines: string) => `services:\n  db:\n    image: postgres\n${lines.replaceAll(/^/gm, '    ')}\n`

// [rule, rewritten, message, untouched]
const SERVICE_CASES: readonly (readonly [string, string, string, string])[] = [
  ['AL701', 'ports: [{target: 5432, published: "5432"}]', 'ports of service db are not published', 'expose: ["5432"]'],
  ['AL702', 'post_start: [{command: x}]', 'post_start of service db is not run', 'command: x'],
  ['AL702', 'develop: {watch: []}', 'develop of service db is not used: nobody watches files', 'develop: {}'],
  ['AL703', 'container_name: db', 'container_name of service db is not used', 'hostname: db'],
  [
    'AL703',
    'networks: {default: {ipv4_address: 10.0.0.2}}',
    'fixed address in network default is left out on service db',
    'networks: {default: {aliases: [x]}}',
  ],
  [
    'AL703',
    'build: {context: /home/me/shop}',
    'image name postgres is not given to the built image on service db',
    'build: null',
  ],
  [
    'AL706',
    'volumes: [{type: bind, source: /home/me/shop/init, target: /init}]',
    "bind of init in service db is the workspace's copy, at /init",
    'volumes: [{type: volume, source: data, target: /init}]',
  ],
  [
    'AL706',
    'volumes: [{type: bind, source: /home/me/shop, target: /app}]',
    "bind of . in service db is the workspace's copy, at /app",
    'volumes: [{type: tmpfs, target: /app}]',
  ],
  [
    'AL708',
    'extra_hosts: ["api:1.2.3.4"]',
    'extra_hosts of service db are left out: no host can be reached but the services',
    'extra_hosts: []',
  ],
  ['AL708', 'dns: [1.1.1.1]', 'dns of service db is left out: names are resolved by the closed network', 'dns: []'],
  ['AL710', 'logging: {driver: syslog}', 'logging of service db is left out', 'init: true'],
  ['AL710', 'restart: always', 'restart: always is restart: on-failure on service db', 'restart: on-failure'],
  ['AL710', 'deploy: {replicas: 3}', 'deploy is left out on service db', 'deploy: {mode: replicated}'],
  ['AL710', 'ipc: shareable', 'ipc: shareable is left out on service db', 'shm_size: "64"'],
]

describe('of a compose service', () => {
  it.each(SERVICE_CASES)('%s tells of %s', (rule, rewritten, message, untouched) => {
    const [finding, ...others] = told(composeConfig(service(rewritten)))
    expect(others).toEqual([])
    expect(finding).toMatchObject({ rule, severity: 'rewrite', message, source: { file: 'compose.yaml' } })
    expect(finding?.source.line).toBeGreaterThanOrEqual(3)
    expect(told(composeConfig(service(untouched)))).toEqual([])
  })

  it('a bind of what git ignores is a fresh volume', () => {
    const config = composeConfig(service('volumes: [{type: bind, source: /home/me/shop/data, target: /d}]'))
    const [finding] = told({ ...config, notInCopy: ['/home/me/shop/data'] })
    expect(finding?.message).toBe('bind of data in service db is a fresh volume because git ignores it, at /d')
  })

  it('AL714: a config whose content is in the compose file is not mounted', () => {
    const config = (text: string) => `${service('configs: [{source: c, target: /c}]')}configs: {c: {${text}}}`
    expect(told(composeConfig(config('content: hi')))).toMatchObject([
      { rule: 'AL714', message: 'config c is not mounted on service db', source: { file: 'compose.yaml', line: 4 } },
    ])
    expect(told(composeConfig(config('file: /home/me/shop/c.txt')))).toEqual([])
  })

  it('AL712: volumes and networks with a fixed name are fresh, unless nobody uses them', () => {
    const used = `${service('volumes: [{type: volume, source: d, target: /d}]')}volumes: {d: {name: other_d}, e: {name: e}}`
    expect(told(composeConfig(used))).toMatchObject([
      {
        rule: 'AL712',
        message: 'volume d (named other_d) is a fresh one in each run',
        source: { line: 5, column: 21 },
      },
    ])
    const own = `${service('volumes: [{type: volume, source: d, target: /d}]')}volumes: {d: {name: shop_d}}`
    expect(told(composeConfig(own))).toEqual([])
  })
})

const DEVCONTAINER_CASES: readonly (readonly [string, string, string, string])[] = [
  ['AL701', '"forwardPorts": [3000]', 'forwardPorts are not forwarded', '"forwardPorts": []'],
  ['AL701', '"appPort": 3000', 'appPort is not published', '"portsAttributes": {"3000": {}}'],
  [
    'AL702',
    '"initializeCommand": "x"',
    'initializeCommand is not run: it would run on the host',
    '"onCreateCommand": "x"',
  ],
  [
    'AL706',
    '"mounts": ["type=bind,source=/home/me/shop/cache,target=/c"]',
    "bind of cache in devcontainer.json is the workspace's copy, at /c",
    '"mounts": ["type=volume,source=cache,target=/c"]',
  ],
  [
    'AL708',
    '"runArgs": ["--add-host=x:1.2.3.4"]',
    'extra_hosts of devcontainer.json are left out: no host can be reached but the services',
    '"runArgs": ["--hostname=x"]',
  ],
  ['AL713', '"build": {"cacheFrom": "type=local,src=/x"}', 'build.cacheFrom is left out', '"build": {"args": {}}'],
  ['AL713', '"hostRequirements": {"gpu": true}', 'hostRequirements are not used', '"hostRequirements": {}'],
]

describe('of devcontainer.json', () => {
  it.each(DEVCONTAINER_CASES)('%s tells of %s', (rule, rewritten, message, untouched) => {
    const of = (key: string) => told(devcontainerConfig(`{\n  "image": "debian",\n  ${key}\n}`))
    expect(of(rewritten)).toMatchObject([
      { rule, severity: 'rewrite', message, source: { file: '.devcontainer/devcontainer.json', line: 3 } },
    ])
    expect(of(untouched)).toEqual([])
  })
})

describe('of what was resolved', () => {
  it.each<[RewriteKind, string]>([
    ['host variables', 'AL704'],
    ['environment files', 'AL705'],
    ['narrowed binds', 'AL707'],
    ['protections', 'AL709'],
    ['no meaning', 'AL711'],
    ['binds of the host', 'AL715'],
  ])('%s: %s, at its place', (kind, rule) => {
    const config = composeConfig(service('environment:\n  OTHER: x\n  TOKEN: "${TOKEN}"'))
    const place = { in: 'compose', path: [], near: '${TOKEN' } as const
    const [finding] = told({ ...config, rewrites: [{ kind, message: 'it was changed', place }] })
    expect(finding).toMatchObject({ rule, message: 'it was changed', source: { file: 'compose.yaml', line: 6 } })
    expect(told({ ...config, rewrites: [] })).toEqual([])
  })
})

it('stop nothing, and there is nothing to allow about them', () => {
  const config = composeConfig(service('ports: [{target: 1}]'))
  const findings = audit(config, { allow: [{ rule: 'AL701', reason: 'x' }] })
  expect(findings.map(({ rule }) => rule)).toEqual(['AL701', 'AL000'])
  expect(findings.filter(isRefused)).toEqual([])
})

// Resolved before, of no effect outside an engine, or what airlock itself uses.
const SAID_NOTHING_ABOUT = new Set([
  ...['attach', 'depends_on', 'expose', 'extends', 'links', 'profiles', 'pull_refresh_after', 'label_file'],
  ...['image', 'build', 'volumes', 'networks', 'configs', 'secrets', 'env_file', 'cap_drop'],
])

it('every key of a service is passed on, used, judged or told', () => {
  const values: Readonly<Record<string, string>> = { restart: 'always', ipc: 'host', pid: 'host', cgroup: 'host' }
  const silent = [...SERVICE_KEYS].filter((key) => {
    if ((PASSED as readonly string[]).includes(key) || SAID_NOTHING_ABOUT.has(key)) return false
    const text = values[key] ?? '[{ replicas: 1, source: x }]'
    const plain = key === 'deploy' ? '{ replicas: 1 }' : text
    const asked = key === 'use_api_socket' || key === 'privileged' ? 'true' : plain
    return told(composeConfig(service(`${key}: ${asked}`))).length === 0
  })
  expect(silent).toEqual([])
})

it('the rules that rewrite are not refusals', () => {
  for (const rule of RULES) expect(rule.whenAllowed !== undefined, rule.id).toBe(rule.severity === 'refuse')
})

import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import type { Policy } from '../../../src/audit/rule.ts'
import type { ResolvedConfig } from '../../../src/config/resolved-config.ts'
import { composeConfig } from './config-of.ts'
import { SERVICE_CASES, service } from './service-cases.ts'

const judged = (...[config, policy = { allow: [] }]: [ResolvedConfig, Policy?]) =>
  audit(config, policy).filter(({ severity }) => severity !== 'rewrite')

const rulesOf = (yaml: string, links?: Readonly<Record<string, string>>) =>
  judged(composeConfig(yaml, links)).map(({ rule }) => rule)

// [rule, refused, harmless]: whole files.
const FILE_CASES: readonly (readonly [string, string, string])[] = [
  [
    'AL205',
    `${service('volumes: [{type: volume, source: d, target: /d}]')}volumes: {d: {external: true, name: x}}`,
    `${service('volumes: [{type: volume, source: d, target: /d}]')}volumes: {d: {name: x}, unused: {external: true}}`,
  ],
  [
    'AL205',
    `${service('volumes: [{type: volume, source: d, target: /d}]')}volumes: {d: {driver: rclone}}`,
    `${service('volumes: [{type: volume, source: d, target: /d}]')}volumes: {d: {driver: local}}`,
  ],
  [
    'AL205',
    `${service('volumes: [{type: volume, source: d, target: /d}]')}volumes: {d: {driver_opts: {type: none, o: bind, device: /}}}`,
    `${service('volumes: [{type: volume, source: d, target: /d}]')}volumes: {d: {driver_opts: {type: tmpfs, device: tmpfs}}}`,
  ],
  [
    'AL301',
    `${service('secrets: [{source: s}]')}secrets: {s: {environment: TOKEN}}`,
    `${service('secrets: [{source: s}]')}secrets: {s: {file: /home/me/shop/s.txt}}`,
  ],
  [
    'AL301',
    `${service('secrets: [{source: s}]')}secrets: {s: {file: /home/me/.token}}`,
    `${service('')}secrets: {s: {file: /home/me/.token}}`,
  ],
  [
    'AL301',
    `${service('configs: [{source: c}]')}configs: {c: {external: true}}`,
    `${service('configs: [{source: c}]')}configs: {c: {content: "a=b"}}`,
  ],
  [
    'AL401',
    `${service('networks: {proxy: null}')}networks: {proxy: {external: true, name: traefik}}`,
    `${service('networks: {back: null}')}networks: {back: {ipam: {}}, proxy: {external: true}}`,
  ],
  [
    'AL401',
    `${service('networks: {lan: null}')}networks: {lan: {driver: macvlan}}`,
    `${service('networks: {lan: null}')}networks: {lan: {driver: bridge}}`,
  ],
  ['AL403', 'services: {airlock-gateway: {image: x}}', 'services: {gateway: {image: x}}'],
  [
    'AL403',
    'services: {a: {image: x}}\nnetworks: {airlock-egress: null}',
    'services: {a: {image: x}}\nnetworks: {egress: null}',
  ],
  ['AL601', 'services: {a: {image: x}}\nmodels: {llm: {model: x}}', 'services: {a: {image: x}}\nx-more: {model: x}'],
]

describe('rules about a service', () => {
  it.each(SERVICE_CASES)('%s refuses %s and lets %s pass', (rule, refused, harmless) => {
    expect(rulesOf(service(refused))).toContain(rule)
    expect(rulesOf(service(harmless))).toEqual([])
  })
})

describe('rules about a compose file', () => {
  it.each(FILE_CASES)('%s refuses, and lets the like pass', (rule, refused, harmless) => {
    expect(rulesOf(refused)).toContain(rule)
    expect(rulesOf(harmless)).toEqual([])
  })
})

describe('links', () => {
  const bind = service('volumes: [{type: bind, source: /home/me/shop/data, target: /data}]')

  it('a bind in the project passes, and through a link that leads out it does not', () => {
    expect(rulesOf(bind)).toEqual([])
    expect(rulesOf(bind, { '/home/me/shop/data': '/etc' })).toEqual(['AL202'])
  })

  it('a compose file that is a link out of the project is refused', () => {
    expect(rulesOf(bind, { '/home/me/shop/compose.yaml': '/home/me/compose.yaml' })).toEqual(['AL303'])
  })

  it('a project folder that is a link itself is the project', () => {
    const links = { '/home/me/shop': '/data/shop', '/home/me/shop/data': '/data/shop/data' }
    expect(rulesOf(bind, { ...links, '/home/me/shop/compose.yaml': '/data/shop/compose.yaml' })).toEqual([])
  })
})

describe('what does not run is not judged', () => {
  it('a service that is not selected', () => {
    const config = composeConfig('services: {a: {image: x}, b: {image: x, privileged: true}}')
    expect(judged(config).map(({ message }) => message)).toEqual(['privileged: true on service b'])
    expect(judged({ ...config, services: ['a'] })).toEqual([])
  })
})

describe('env_file', () => {
  it('outside the project is refused', () => {
    const config = composeConfig(service('env_file: []'))
    const entry = { service: 'db', path: '/home/me/.env', use: 'outside' } as const
    expect(judged({ ...config, envFiles: [entry] }).map(({ rule }) => rule)).toEqual(['AL302'])
    expect(judged({ ...config, envFiles: [{ ...entry, use: 'withheld' }] })).toEqual([])
  })
})

describe('secrets that git ignores', () => {
  it('are refused, because they are not in the copy', () => {
    const config = composeConfig(`${service('secrets: [{source: s}]')}secrets: {s: {file: /home/me/shop/s.txt}}`)
    const [finding] = judged({ ...config, notInCopy: ['/home/me/shop/s.txt'] })
    expect(finding).toMatchObject({ rule: 'AL301', message: 'secret s is /home/me/shop/s.txt, which git ignores' })
  })
})

describe('names of hosts outside', () => {
  const outside = ['api.anthropic.com', 'llm', '.example.org']
  const found = (yaml: string) => judged(composeConfig(yaml), { allow: [], outside }).map(({ rule }) => rule)

  it.each([
    service('hostname: API.anthropic.com'),
    service('networks: {default: {aliases: [db, api.anthropic.com.]}}'),
    service('networks: {default: {aliases: [deep.example.org]}}'),
    'services: {llm: {image: x}}',
  ])('%j is refused', (yaml) => expect(found(yaml)).toEqual(['AL405']))

  it.each([
    service('hostname: api.anthropic.com.test'),
    service('networks: {default: {aliases: [example.org, api]}}'),
    'services: {llm-proxy: {image: x}}',
  ])('%j passes', (yaml) => expect(found(yaml)).toEqual([]))
})

describe('engine', () => {
  it.each([
    ['20.10.24', false],
    ['23.0.10', false],
    ['23.0.11', true],
    ['24.0.9', false],
    ['25.0.4', false],
    ['25.0.5', true],
    ['26.1.5+dfsg1', true],
    ['28.0.0-rc.1', true],
  ])('%s keeps DNS inside: %s', (engineVersion, keeps) => {
    const found = judged(composeConfig(service('')), { allow: [], engineVersion })
    expect(found.map(({ rule }) => rule)).toEqual(keeps ? [] : ['AL404'])
  })
})

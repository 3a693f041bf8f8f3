import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import type { Policy } from '../../../src/audit/rule.ts'
import type { ResolvedConfig } from '../../../src/config/resolved-config.ts'
import { composeConfig } from './config-of.ts'

const judged = (...[config, policy = { allow: [] }]: [ResolvedConfig, Policy?]) =>
  audit(config, policy).filter(({ severity }) => severity !== 'rewrite')

const rulesOf = (yaml: string, links?: Readonly<Record<string, string>>) =>
  judged(composeConfig(yaml, links)).map(({ rule }) => rule)

const service = (lines: string) => `services:\n  db:\n    image: postgres\n${lines.replaceAll(/^/gm, '    ')}\n`

// [rule, refused, harmless]: keys of a service in compose's canonical form.
const SERVICE_CASES: readonly (readonly [string, string, string])[] = [
  ['AL101', 'privileged: true', 'privileged: false'],
  ['AL102', 'network_mode: host', 'network_mode: service:app'],
  ['AL102', 'network_mode: container:other_db_1', 'network_mode: none'],
  ['AL102', 'network_mode: other_network', 'network_mode: bridge'],
  ['AL102', 'pid: host', 'pid: service:app'],
  ['AL102', 'ipc: host', 'ipc: shareable'],
  ['AL102', 'ipc: container:x', 'ipc: private'],
  ['AL102', 'uts: host', 'hostname: db'],
  ['AL102', 'userns_mode: host', 'user: "1000"'],
  ['AL102', 'cgroup: host', 'cgroup: private'],
  ['AL103', 'cap_add: [NET_ADMIN]', 'cap_add: [SYS_PTRACE]'],
  ['AL103', 'cap_add: [CAP_SYS_ADMIN]', 'cap_add: [CAP_IPC_LOCK]'],
  ['AL103', 'cap_add: [net_raw]', 'cap_add: [sys_nice]'],
  ['AL103', 'cap_add: [ALL]', 'cap_drop: [ALL]'],
  ['AL104', 'security_opt: ["systempaths=unconfined"]', 'security_opt: ["no-new-privileges:true"]'],
  ['AL105', 'devices: [{source: /dev/kvm, target: /dev/kvm}]', 'devices: []'],
  ['AL105', 'device_cgroup_rules: ["c 1:3 mr"]', 'tty: true'],
  ['AL105', 'gpus: [{count: -1}]', 'init: true'],
  [
    'AL105',
    'deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}',
    'deploy: {resources: {reservations: {memory: "1"}}}',
  ],
  ['AL106', 'runtime: sysbox-runc', 'platform: linux/amd64'],
  ['AL106', 'cgroup_parent: /system.slice', 'pids_limit: 100'],
  ['AL106', 'oom_kill_disable: true', 'oom_kill_disable: false'],
  ['AL107', 'sysctls: {net.ipv4.ip_forward: "1"}', 'sysctls: {net.core.somaxconn: "1024"}'],
  ['AL107', 'sysctls: {net.ipv6.conf.all.forwarding: "1"}', 'sysctls: {net.ipv6.conf.all.disable_ipv6: "1"}'],
  [
    'AL201',
    'volumes: [{type: bind, source: /var/run/docker.sock, target: /var/run/docker.sock}]',
    'volumes: [{type: volume, source: run, target: /var/run/docker}]',
  ],
  ['AL201', 'volumes: [{type: bind, source: /run/user/1000/podman/podman.sock, target: /s}]', 'tmpfs: [/run]'],
  ['AL201', 'use_api_socket: true', 'use_api_socket: false'],
  [
    'AL202',
    'volumes: [{type: bind, source: /home/me/.ssh, target: /root/.ssh}]',
    'volumes: [{type: bind, source: /home/me/shop/init, target: /init}]',
  ],
  [
    'AL202',
    'volumes: [{type: bind, source: /home/me/shop-other, target: /x}]',
    'volumes: [{type: bind, source: /home/me/shop, target: /x}]',
  ],
  ['AL203', 'volumes_from: [web]', 'volumes: []'],
  ['AL204', 'volumes: [{type: npipe, source: //./pipe/x, target: //./pipe/x}]', 'volumes: [{type: tmpfs, target: /x}]'],
  [
    'AL204',
    'volumes: [{type: volume, source: /etc, target: /x}]',
    'volumes: [{type: volume, source: data, target: /x, volume: {}}]',
  ],
  ['AL402', 'external_links: [other_db_1]', 'links: []'],
  ['AL403', 'hostname: airlock-gateway', 'hostname: gateway'],
  ['AL403', 'networks: {default: {aliases: [Airlock-Gateway]}}', 'networks: {default: {aliases: [database]}}'],
  ['AL502', 'build: {context: /home/me/shop, ssh: [default]}', 'build: {context: /home/me/shop}'],
  ['AL502', 'build: {context: /home/me/shop, secrets: [{source: t}]}', 'build: {context: /home/me/shop, secrets: []}'],
  ['AL502', 'build: {context: /home/me/shop, privileged: true}', 'build: {context: /home/me/shop, privileged: false}'],
  [
    'AL502',
    'build: {context: /home/me/shop, entitlements: [network.host]}',
    'build: {context: /home/me/shop, args: {A: b}}',
  ],
  ['AL502', 'build: {context: /home/me/shop, network: host}', 'build: {context: /home/me/shop, network: none}'],
  [
    'AL502',
    'build: {context: /home/me/shop, cache_to: ["type=local,dest=/x"]}',
    'build: {context: /home/me/shop, target: dev}',
  ],
  [
    'AL502',
    'build: {context: /home/me/shop, cache_from: ["type=local,src=/x"]}',
    'build: {context: /home/me/shop, cache_from: ["org/app:cache"]}',
  ],
  [
    'AL502',
    'build: {context: /home/me/shop, additional_contexts: {home: /home/me}}',
    'build: {context: /home/me/shop, additional_contexts: {base: "docker-image://alpine", lib: /home/me/shop/lib}}',
  ],
  ['AL503', 'build: {context: /home/me}', 'build: {context: /home/me/shop/docker}'],
  [
    'AL503',
    'build: {context: "https://example.com/x.git"}',
    'build: {context: /home/me/shop, dockerfile: dev.Dockerfile}',
  ],
  ['AL503', 'build: {context: /home/me/shop, dockerfile: /home/me/Dockerfile}', 'build: {context: /home/me/shop}'],
  ['AL601', 'provider: {type: awesomecloud}', 'x-note: text'],
  ['AL601', 'models: {llm: {}}', 'command: null'],
]

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

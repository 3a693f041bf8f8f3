import { describe, expect, it } from 'vitest'
import { audit, auditMetadata } from '../../../src/audit/audit.ts'
import type { Finding } from '../../../src/audit/finding.ts'
import { DIRECTORY, devcontainerConfig, withPaths } from './config-of.ts'

const findingsOf = (key: string) =>
  audit(devcontainerConfig(`{\n  "image": "debian",\n  ${key}\n}`), { allow: [] }).filter(isJudgement)
const isJudgement = ({ severity }: Finding) => severity !== 'rewrite'

const CASES: readonly (readonly [string, string, string])[] = [
  ['AL101', '"privileged": true', '"privileged": false'],
  ['AL101', '"runArgs": ["--privileged"]', '"runArgs": ["--init"]'],
  ['AL102', '"runArgs": ["--network=host"]', '"runArgs": ["--network=bridge"]'],
  ['AL102', '"runArgs": ["--net", "other"]', '"runArgs": ["--net", "default"]'],
  ['AL102', '"runArgs": ["--pid=host"]', '"runArgs": ["--pids-limit=100"]'],
  ['AL102', '"runArgs": ["--userns=host"]', '"runArgs": ["--user=1000"]'],
  ['AL103', '"capAdd": ["SYS_ADMIN"]', '"capAdd": ["SYS_PTRACE"]'],
  ['AL103', '"runArgs": ["--cap-add=NET_ADMIN"]', '"runArgs": ["--cap-drop=NET_ADMIN"]'],
  ['AL104', '"securityOpt": ["systempaths=unconfined"]', '"securityOpt": ["no-new-privileges"]'],
  ['AL105', '"runArgs": ["--gpus", "all"]', '"runArgs": ["--cpus", "2"]'],
  ['AL105', '"runArgs": ["--device=/dev/kvm"]', '"runArgs": ["--shm-size=1g"]'],
  ['AL106', '"runArgs": ["--runtime=sysbox-runc"]', '"runArgs": ["--rm"]'],
  [
    'AL201',
    '"mounts": ["source=/var/run/docker.sock,target=/var/run/docker.sock,type=bind"]',
    '"mounts": ["source=cache,target=/cache,type=volume"]',
  ],
  ['AL201', '"runArgs": ["-v", "/var/run/docker.sock:/s"]', '"runArgs": ["-v", "data:/data"]'],
  [
    'AL202',
    '"mounts": [{"type": "bind", "source": "/home/me/.aws", "target": "/aws"}]',
    '"mounts": [{"type": "bind", "source": "/home/me/shop/cache", "target": "/c"}]',
  ],
  ['AL202', '"runArgs": ["--volume=/etc:/host"]', '"runArgs": ["--volume=./cache:/c"]'],
  [
    'AL202',
    '"runArgs": ["--mount", "type=bind,src=/,dst=/host"]',
    '"runArgs": ["--mount", "type=tmpfs,target=/x,tmpfs-size=1m"]',
  ],
  ['AL203', '"runArgs": ["--volumes-from=other"]', '"runArgs": ["--label=a=b"]'],
  [
    'AL204',
    '"mounts": ["type=volume,target=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/"]',
    '"mounts": ["type=volume,target=/x"]',
  ],
  ['AL204', '"mounts": ["what is this"]', '"mounts": []'],
  ['AL302', '"runArgs": ["--env-file", "/home/me/.env"]', '"runArgs": ["--env-file", "dev.env"]'],
  ['AL501', '"build": {"options": ["--secret=id=x,src=/etc/shadow"]}', '"build": {"options": []}'],
  ['AL602', '"runArgs": ["--cidfile=/etc/x"]', '"runArgs": ["--name=x"]'],
  ['AL602', '"runArgs": ["debian"]', '"runArgs": []'],
  ['AL603', '"remoteuser": "x"', '"remoteUser": "x"'],
]

describe('rules about devcontainer.json', () => {
  it.each(CASES)('%s finds %s and lets %s pass', (rule, refused, harmless) => {
    expect(findingsOf(refused).map((finding) => finding.rule)).toContain(rule)
    expect(findingsOf(harmless)).toEqual([])
  })

  it('names the place in the file', () => {
    const [cap, mount] = findingsOf(
      '"runArgs": [\n    "--init",\n    "--cap-add=SYS_ADMIN"\n  ],\n  "mounts": ["type=bind,source=/,target=/host"]',
    )
    expect(cap?.source).toEqual({ file: '.devcontainer/devcontainer.json', line: 5, column: 5 })
    expect(mount?.source).toEqual({ file: '.devcontainer/devcontainer.json', line: 7, column: 14 })
  })
})

describe('AL604', () => {
  const rules = (id: string) =>
    audit(devcontainerConfig(JSON.stringify({ image: 'x', features: { [id]: {} } })), { allow: [] })

  it.each([
    'ghcr.io/devcontainers/features/docker-in-docker:2',
    'docker-from-docker',
    'a/b/docker-outside-of-docker',
  ])('says that %s is left out', (id) =>
    expect(rules(id)).toMatchObject([{ rule: 'AL604', severity: 'rewrite', message: `feature ${id} is left out` }]))

  it.each(['ghcr.io/devcontainers/features/docker-lint:2', 'ghcr.io/devcontainers/features/go:1'])('lets %s be', (id) =>
    expect(rules(id)).toEqual([]))
})

describe('AL503 for a devcontainer on a Dockerfile', () => {
  const at = (context: string) => {
    const base = { kind: 'build', context, dockerfile: `${DIRECTORY}/Dockerfile`, args: {} } as const
    const config = {
      ...devcontainerConfig('{"build": {"dockerfile": "Dockerfile"}}'),
      kind: 'dockerfile',
      base,
    } as const
    return audit(withPaths(config), { allow: [] }).map(({ rule }) => rule)
  }

  it('refuses a context around the project, and lets the project itself pass', () => {
    expect(at('/home/me')).toEqual(['AL503'])
    expect(at(DIRECTORY)).toEqual([])
  })
})

describe("the image's metadata", () => {
  const FILE = '{\n  "image": "debian",\n  "features": {\n    "./own": {}\n  }\n}'
  const rulesOf = (...entries: Parameters<typeof auditMetadata>[0]) =>
    auditMetadata(entries, devcontainerConfig(FILE), { allow: [] }).map(({ rule }) => rule)

  it.each([
    ['AL101', { id: 'docker-in-docker', privileged: true }],
    ['AL103', { capAdd: ['NET_ADMIN'] }],
    ['AL104', { securityOpt: ['systempaths=unconfined'] }],
    ['AL201', { mounts: [{ type: 'bind', source: '/var/run/docker.sock', target: '/var/run/docker-host.sock' }] }],
    ['AL202', { mounts: ['source=${localEnv:HOME}/.ssh,target=/root/.ssh,type=bind'] }],
    ['AL202', { mounts: ['source=${localWorkspaceFolder}/..,target=/all,type=bind'] }],
    ['AL204', { mounts: ['type=volume,source=x,target=/x,volume-opt=device=/'] }],
  ])('%s refuses %j', (rule, entry) => expect(rulesOf(entry)).toEqual([rule]))

  it('lets what ordinary features ask for pass', () => {
    expect(
      rulesOf(
        {
          id: 'ghcr.io/devcontainers/features/go:1',
          capAdd: ['SYS_PTRACE'],
          securityOpt: ['seccomp=unconfined'],
          init: true,
        },
        { mounts: [{ type: 'volume', source: 'claude-${devcontainerId}', target: '/claude' }], entrypoint: '/x.sh' },
        { remoteUser: 'vscode', onCreateCommand: 'true' },
      ),
    ).toEqual([])
  })

  it('is told at the feature or image that brings it', () => {
    const found = auditMetadata([{ privileged: true }, { id: './own', privileged: true }], devcontainerConfig(FILE), {
      allow: [],
    })
    expect(found.map(({ source }) => source.line)).toEqual([2, 4])
  })

  it('an allowed finding stays listed', () => {
    const found = auditMetadata([{ privileged: true }], devcontainerConfig(FILE), {
      allow: [{ rule: 'AL101', reason: 'a VM of its own' }],
    })
    expect(found).toMatchObject([{ rule: 'AL101', allowed: 'a VM of its own' }])
  })
})

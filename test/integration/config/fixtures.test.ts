// Ordinary projects of many kinds: all of them resolve, and the audit has nothing against them.
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { formatFindings } from '../../../src/audit/format.ts'
import type { ConfigRequest } from '../../../src/config/resolve.ts'
import { resolved } from './deps.ts'

const ROOT = fileURLToPath(new URL('../../fixtures/projects/', import.meta.url))

interface Expected {
  readonly request?: Partial<ConfigRequest>
  readonly kind: string
  readonly service: string
  readonly services: readonly string[]
  readonly target: string
  readonly folder?: string
}

const PROJECTS: Readonly<Record<string, Expected>> = {
  cpp: { kind: 'image', service: 'sandbox', services: [], target: '/workspaces/cpp' },
  django: { kind: 'compose', service: 'app', services: ['app', 'db'], target: '/workspaces/django' },
  dotnet: { kind: 'compose', service: 'app', services: ['app', 'azurite', 'db'], target: '/workspace' },
  go: { kind: 'dockerfile', service: 'sandbox', services: [], target: '/workspaces/go' },
  java: {
    kind: 'compose',
    service: 'app',
    services: ['app', 'db', 'elasticsearch', 'kafka', 'minio'],
    target: '/workspace',
  },
  laravel: {
    request: { service: 'laravel.test' },
    kind: 'compose-only',
    service: 'laravel.test',
    services: ['laravel.test', 'mailpit', 'meilisearch', 'mysql', 'redis'],
    target: '/var/www/html',
  },
  nextjs: { kind: 'compose', service: 'web', services: ['cache', 'postgres', 'web'], target: '/app' },
  node: { kind: 'image', service: 'sandbox', services: [], target: '/workspaces/node' },
  phoenix: {
    request: { project: { kind: 'auto', base: { kind: 'image', image: 'elixir:1.18' } } },
    kind: 'compose-only',
    service: 'sandbox',
    services: ['db', 'redis'],
    target: '/workspaces/phoenix',
  },
  rails: {
    kind: 'compose',
    service: 'rails-app',
    services: ['postgres', 'rails-app', 'redis', 'selenium'],
    target: '/workspaces/rails',
  },
  rust: { kind: 'dockerfile', service: 'sandbox', services: [], target: '/code' },
  symfony: {
    request: { service: 'php' },
    kind: 'compose-only',
    service: 'php',
    services: ['database', 'nginx', 'php'],
    target: '/app',
  },
  wordpress: {
    request: { service: 'wordpress' },
    kind: 'compose-only',
    service: 'wordpress',
    services: ['db', 'wordpress'],
    target: '/workspaces/wordpress',
    folder: '/workspaces/wordpress/wp-content/themes/mine',
  },
}

describe('ordinary projects', () => {
  it('all have an expectation', () => expect(readdirSync(ROOT).sort()).toEqual(Object.keys(PROJECTS).sort()))

  it.each(Object.entries(PROJECTS))('%s', async (name, { request, kind, service, services, target, folder }) => {
    const config = await resolved(`${ROOT}${name}`, request)
    const judged = audit(config, { allow: [] }).filter(({ severity }) => severity !== 'rewrite')
    expect(formatFindings(judged)).toEqual([])
    expect(config).toMatchObject({ kind, service, services, workspace: { target, folder: folder ?? target } })
    expect(basename(config.directory)).toBe(name)
  })
})

describe('details', () => {
  it('java: two compose files, of which the second takes the build away', async () => {
    const config = await resolved(`${ROOT}java`)
    expect(config.base).toEqual({ kind: 'image', image: 'mcr.microsoft.com/devcontainers/java:1-21' })
    expect(config.settings.remoteEnv).toEqual({ PATH: '${containerEnv:PATH}:/opt/maven/bin' })
  })

  it('node: variables, mounts and harmless runArgs', async () => {
    const { settings, container } = await resolved(`${ROOT}node`)
    const [modules] = settings.mounts as string[]
    expect(modules).toBe('source=node-node_modules,target=/workspaces/node/node_modules,type=volume')
    expect(container).toEqual({ init: true, shm_size: '1g', ulimits: { nofile: { soft: 65536, hard: 65536 } } })
  })

  it('symfony: the override, the extended and the included file are all in', async () => {
    const { compose, composeParts } = await resolved(`${ROOT}symfony`, { service: 'php' })
    expect(compose?.services.php).toMatchObject({ user: '1000:1000', environment: { XDEBUG_MODE: 'debug' } })
    expect(compose?.services).toHaveProperty('database')
    expect(composeParts?.map(({ file }) => file).sort()).toEqual(['docker/base.yaml', 'docker/services.yaml'])
  })

  it('phoenix: a dollar stays doubled as in all of compose', async () => {
    const { compose } = await resolved(`${ROOT}phoenix`, PROJECTS.phoenix?.request)
    expect(compose?.services.redis?.command).toContain('s3cr$$t')
  })

  it('nextjs: what runs on the host and what the host knows stay out', async () => {
    const config = await resolved(`${ROOT}nextjs`)
    const { settings } = config
    expect(settings).not.toHaveProperty('initializeCommand')
    expect(settings.remoteEnv).toEqual({ NPM_TOKEN: '', EDITOR: 'vim' })
    const told = audit(config, { allow: [] }).map(({ message }) => message)
    expect(told).toContain('initializeCommand is not run: it would run on the host')
    expect(told).toContain("NPM_TOKEN of the host's environment is not handed on")
  })
})

import { describe, expect, it } from 'vitest'
import { baseOfDevcontainer, baseOfService } from '../../../src/config/base-image.ts'
import { redact } from '../../../src/config/env-files.ts'
import { keptMounts } from '../../../src/config/host-binds.ts'
import type { ComposeModel, Json, JsonObject } from '../../../src/config/resolved-config.ts'
import { selectServices } from '../../../src/config/services.ts'
import { featuresOf, settingsOf } from '../../../src/config/settings.ts'
import { tidyModel } from '../../../src/config/tidy.ts'
import { substitute } from '../../../src/config/variables.ts'

const model = (services: Record<string, JsonObject>): ComposeModel => ({ name: 'shop', services })

describe('which services run', () => {
  const shop = model({
    web: { depends_on: { db: { required: true }, debug: { required: false } }, links: ['cache:redis'] },
    db: {},
    cache: {},
    mail: { network_mode: 'service:db' },
    debug: { profiles: ['tools'] },
    admin: { profiles: ['tools'], depends_on: { debug: {} } },
  })

  it.each([
    [undefined, ['web', 'db', 'cache', 'mail']],
    [['web'], ['web', 'db', 'cache']],
    [['mail'], ['db', 'mail']],
    [['admin'], ['debug', 'admin']],
    [[], []],
  ])('%j', (asked, expected) => expect(selectServices(shop, asked)).toEqual(expected))
})

describe('variables', () => {
  const values = { localWorkspaceFolder: '/p', containerWorkspaceFolder: '/w' }

  it.each([
    ['${localWorkspaceFolder}/x', '/p/x'],
    ['${localEnv:TOKEN}', ''],
    ['${env:TOKEN:none}', 'none'],
    ['${localEnv:URL:http://x:1}', 'http://x:1'],
    ['${containerEnv:PATH}:/x', '${containerEnv:PATH}:/x'],
    ['${unknown} $HOME ${constructor}', '${unknown} $HOME ${constructor}'],
    [{ a: ['${containerWorkspaceFolder}', 1, null] }, { a: ['/w', 1, null] }],
  ] satisfies [Json, Json][])('%j', (value, expected) => {
    expect(substitute<Json>(value, { values, askedOfHost: () => {} })).toEqual(expected)
  })

  it('tells which variables of the host are asked for', () => {
    const asked: string[] = []
    substitute(['${localEnv:A}', '${localEnv:B:x}'], { values, askedOfHost: (name) => void asked.push(name) })
    expect(asked).toEqual(['A', 'B'])
  })
})

describe('base images', () => {
  it.each([
    [{ image: 'ruby:3' }, { kind: 'image', image: 'ruby:3' }],
    [
      {
        image: 'x',
        build: { context: '/p/a$$b', dockerfile: 'dev/Dockerfile', target: 'dev', args: { A: '$$1', B: null } },
      },
      { kind: 'build', context: '/p/a$b', dockerfile: '/p/a$b/dev/Dockerfile', target: 'dev', args: { A: '$1' } },
    ],
    [
      { build: { context: '/p', dockerfile_inline: 'FROM x\nRUN echo $$HOME\n' } },
      { kind: 'build', context: '/p', dockerfile: '-', inline: 'FROM x\nRUN echo $HOME\n', args: {} },
    ],
    [{}, undefined],
  ])('of the service %j', (service, expected) => expect(baseOfService(service)).toEqual(expected))

  it.each([
    [{ image: 'x' }, { kind: 'image', image: 'x' }],
    [
      { build: { dockerfile: 'Dockerfile', context: '..', target: 't' } },
      { kind: 'build', context: '/p', dockerfile: '/p/.devcontainer/Dockerfile', target: 't', args: {} },
    ],
    [
      { dockerFile: 'D', context: '.', build: { args: { A: '1' } } },
      { kind: 'build', context: '/p/.devcontainer', dockerfile: '/p/.devcontainer/D', args: { A: '1' } },
    ],
  ])('of devcontainer.json %j', (value, expected) => {
    expect(baseOfDevcontainer(value, '/p/.devcontainer')).toEqual(expected)
  })
})

describe('settings and features', () => {
  it('never passes initializeCommand on', () => {
    const value = { initializeCommand: 'x', updateRemoteUserUID: true, remoteUser: 'me', image: 'x', capAdd: [] }
    expect(settingsOf(value)).toEqual({ remoteUser: 'me', capAdd: [] })
  })

  it.each([
    ['ghcr.io/someone/airlock/claude-code:1', { channel: 'x' }],
    ['ghcr.io/anthropics/devcontainer-features/claude-code:1.0', {}],
    ['./claude-code', { channel: 'x' }],
    ['localhost:5000/airlock/claude-code', { channel: 'x' }],
  ])('takes %s out', (id, options) => {
    const value = {
      features: { [id]: { version: '2', channel: 'x' }, './tools': {}, 'a/b/claude-code-helper:1': true },
    }
    const { features, claudeFeature, leftOut } = featuresOf(value)
    expect(features).toEqual({ './tools': {}, 'a/b/claude-code-helper:1': true })
    expect(claudeFeature).toEqual(options)
    expect(leftOut).toEqual([id])
  })

  it("keeps the order of features without Claude Code's", () => {
    const order = ['a/b/node', 'ghcr.io/anthropics/devcontainer-features/claude-code']
    expect(settingsOf({ overrideFeatureInstallOrder: order })).toEqual({ overrideFeatureInstallOrder: ['a/b/node'] })
  })
})

describe('small changes to the model', () => {
  const tidied = (services: Record<string, JsonObject>) => {
    const notes: string[] = []
    const context = { directory: '/home/me/shop', surroundings: '/home/me', service: 'app', home: '/home/me' }
    return { notes, ...tidyModel(model(services), { ...context, note: (text) => void notes.push(text) }) }
  }
  const bind = (source: string, target: string) => ({ type: 'bind', source, target })

  it.each([
    ['/home/me/.m2', '/home/vscode/.m2'],
    ['/home/me/.ssh/id_rsa', '/root/key'],
    ['/.aws', '/root/.aws'],
    ['/srv/pg', '/var/lib/postgresql/data'],
    ['/photos', '/data/photos'],
  ])('a container does without %s at %s', (source, target) => {
    const { services, notes } = tidied({ app: { volumes: [bind(source, target)] } })
    expect(services.app?.volumes).toEqual([])
    expect(notes).toEqual([`${source} of the host is not mounted into service app: ${target} starts empty`])
  })

  it.each([
    ['/home/me', '/home'],
    ['/home/me/Music', '/music'],
    ['/home/other/.ssh', '/data'],
    ['/etc', '/data'],
    ['/', '/data'],
    ['/home/me/shop/.cache', '/data'],
    ['/var/lib/mysql', '/var/lib/mysql'],
    ['/srv/sources', '/app'],
  ])('%s at %s stays, for the audit to judge', (source, target) => {
    const { services, notes } = tidied({ web: { volumes: [bind(source, target)] } })
    expect(services.web?.volumes).toEqual([bind(source, target)])
    expect(notes).toEqual([])
  })

  it('gives a browser shared memory of its own', () => {
    const shm = bind('/dev/shm', '/dev/shm')
    const { services, notes } = tidied({ chrome: { volumes: [shm] }, other: { volumes: [shm], shm_size: '1' } })
    expect(services).toMatchObject({
      chrome: { volumes: [], shm_size: '2147483648' },
      other: { volumes: [], shm_size: '1' },
    })
    expect(notes).toHaveLength(2)
  })

  it.each<[Json, readonly Json[]]>([
    ['type=bind,source=~/.ssh,target=/root/.ssh', []],
    ['type=bind,source=/.aws,target=/root/.aws', []],
    ['type=bind,source=,target=/ssh-agent', []],
    ['type=bind,source=/srv/x,target=/data', ['type=bind,source=/srv/x,target=/data']],
    ['type=volume,target=/x', ['type=volume,target=/x']],
    [{ type: 'bind', source: './x', target: '/x' }, [{ type: 'bind', source: '/home/me/shop/x', target: '/x' }]],
    [{ type: 'bind', source: '../x', target: '/x' }, [{ type: 'bind', source: '/home/me/x', target: '/x' }]],
  ])('of the mount %j stays %j', (mount, kept) => {
    expect(keptMounts([mount], '/home/me/shop', { home: '/home/me', note: () => {} })).toEqual(kept)
  })

  it("narrows the sandbox's bind of the folder around the project to the project", () => {
    const { services, notes } = tidied({ app: { volumes: [bind('/home/me', '/workspaces')] } })
    expect(services.app?.volumes).toEqual([bind('/home/me/shop', '/workspaces/shop')])
    expect(notes).toHaveLength(1)
  })

  it.each([
    ['another service', 'db', '/home/me'],
    ['a folder further out', 'app', '/home'],
    ['the root', 'app', '/'],
    ['a neighbour', 'app', '/home/me/other'],
  ])('leaves the bind of %s to the audit', (_name, service, source) => {
    const { services } = tidied({ app: {}, [service]: { volumes: [bind(source, '/x')] } })
    expect(services[service]?.volumes).toEqual([bind(source, '/x')])
  })

  it('turns links into aliases', () => {
    const { services } = tidied({ app: { links: ['db:database', 'db'] }, db: {}, q: { links: ['db:pg'] } })
    expect(services.app).toEqual({})
    expect(services.db?.networks).toEqual({ default: { aliases: ['database', 'pg'] } })
  })

  it("leaves out the clock, loosened profiles and variables that would take the host's values", () => {
    const { services, notes } = tidied({
      app: {
        volumes: [bind('/etc/localtime', '/etc/localtime')],
        security_opt: ['seccomp=unconfined', 'apparmor:unconfined', 'label=disable', 'no-new-privileges:true'],
        environment: { A: '1', TOKEN: null },
      },
    })
    expect(services.app).toEqual({ volumes: [], security_opt: ['no-new-privileges:true'], environment: { A: '1' } })
    expect(notes).toHaveLength(5)
  })
})

describe('messages of compose', () => {
  it('lose the values of environment files, but for very short ones', () => {
    const env = 'TOKEN=sk-12345\nexport URL="postgres://me:pass@db"\nA=b\nbroken secret line\n'
    expect(redact('bad: sk-12345, postgres://me:pass@db and broken secret line, A=b', [env])).toBe(
      'bad: ***, *** and ***, A=b',
    )
  })
})

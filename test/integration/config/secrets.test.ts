// Secrets of the host that a configuration asks for must not be in what is resolved. Each has a control that shows
// that compose would give them away.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { allowedEnvironment } from '../../../src/ports/process.ts'
import { project } from '../../support/projects.ts'
import { deps, refusal, resolved } from './deps.ts'

const SECRET = 'hunter2-planted'
const planted = { ...allowedEnvironment(process.env), PLANTED: SECRET }
const image = { project: { kind: 'auto', base: { kind: 'image', image: 'debian' } } } as const
/** What compose prints when it is asked directly. */
const plainCompose = async (directory: string) => {
  const { docker } = deps(planted)
  const { exitCode, stdout } = await docker.run(['compose', '-f', 'compose.yaml', 'config'], { cwd: directory })
  return exitCode === 0 ? stdout.toString('utf8') : ''
}
const findings = (config: Parameters<typeof audit>[0]) =>
  audit(config, { allow: [] }).flatMap(({ rule, severity }) => (severity === 'rewrite' ? [] : [rule]))

describe("the host's environment", () => {
  const compose = `services:
  web:
    image: "web:\${PLANTED:-none}"
    environment: [PLANTED, "COPY=\${PLANTED}"]
`

  it('control: with the whole environment the secret is in the model', async () => {
    using shop = project({ 'compose.yaml': compose })
    expect(JSON.stringify((await resolved(shop.directory, image, deps(planted))).compose)).toContain(SECRET)
  })

  it('with the allow-listed one it is not', async () => {
    using shop = project({ 'compose.yaml': compose })
    const config = await resolved(shop.directory, image, deps(allowedEnvironment(planted)))
    expect(JSON.stringify(config)).not.toContain(SECRET)
    expect(config.compose?.services.web?.environment).toEqual({ COPY: '' })
    expect(JSON.stringify(config.rewrites)).toContain('PLANTED')
  })

  it('localEnv in devcontainer.json is not given the value either', async () => {
    using shop = project({
      '.devcontainer.json':
        '{ "image": "x", "containerEnv": { "T": "${localEnv:PLANTED}" }, "name": "${env:PLANTED:no}" }',
    })
    const config = await resolved(shop.directory, {}, deps(planted))
    expect(JSON.stringify(config)).not.toContain(SECRET)
    expect(config.settings.containerEnv).toEqual({ T: '' })
  })
})

describe('.env and env_file', () => {
  const files = {
    '.gitignore': '.env\nsecret.env\n',
    'compose.yaml': `services:
  web:
    image: web
    env_file: [open.env, { path: "\${WHICH:-secret}.env", required: true }]
    environment: { KEY: "\${KEY:-none}" }
`,
    'open.env': 'OPEN=yes\n',
  }
  const shop = () => {
    const made = project(files)
    writeFileSync(join(made.directory, '.env'), `KEY=${SECRET}-1\nCOMPOSE_PROJECT_NAME=evil\n`)
    writeFileSync(join(made.directory, 'secret.env'), `TOKEN=${SECRET}-2\n`)
    return made
  }

  it('control: files that are included by name are read', async () => {
    using made = shop()
    const config = await resolved(made.directory, { ...image, include: ['.env', 'secret.env'] })
    const environment = { OPEN: 'yes', TOKEN: `${SECRET}-2`, KEY: `${SECRET}-1` }
    expect(config.compose?.services.web?.environment).toEqual(environment)
    expect(config.compose?.name).toBe('project')
  })

  it('files that git ignores are not', async () => {
    using made = shop()
    const config = await resolved(made.directory, image)
    expect(JSON.stringify(config)).not.toContain(SECRET)
    expect(config.compose?.services.web?.environment).toEqual({ OPEN: 'yes', KEY: 'none' })
    expect(config.rewrites?.map(({ message }) => message)).toEqual([
      ".env is not read for the compose files' variables: it is ignored by git (include: .env brings it in)",
      'env_file secret.env of service web is left out: git ignores it (include: secret.env brings it in)',
    ])
  })

  it('a file outside the project is not read, and refused by the audit', async () => {
    using made = project({ 'compose.yaml': 'services: { web: { image: x, env_file: [../outside.env, link.env] } }' })
    const outside = join(dirname(made.directory), 'outside.env')
    writeFileSync(outside, `TOKEN=${SECRET}\n`)
    symlinkSync(outside, join(made.directory, 'link.env'))
    const config = await resolved(made.directory, image)
    expect(JSON.stringify(config)).not.toContain(SECRET)
    expect(findings(config)).toEqual(['AL302', 'AL302'])
  })

  it('a link that git tracks does not bring in what it ignores', async () => {
    using made = project({
      '.gitignore': 'local/\n',
      '.env': { link: 'local/env' },
      'compose.yaml': 'services: { web: { image: "x:${KEY:-none}", env_file: [linked.env] } }',
      'linked.env': { link: 'local/env' },
    })
    mkdirSync(join(made.directory, 'local'))
    writeFileSync(join(made.directory, 'local/env'), `KEY=${SECRET}\n`)
    expect(await plainCompose(made.directory)).toContain(SECRET)
    expect(JSON.stringify(await resolved(made.directory, image))).not.toContain(SECRET)
  })

  it('in a submodule, what the submodule ignores is not read', async () => {
    using part = project({ '.gitignore': 'secret.env\n', 'open.env': 'OPEN=yes\n' })
    using made = project({
      'compose.yaml': 'services: { web: { image: x, env_file: [part/secret.env, part/open.env] } }',
    })
    made.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', part.directory, 'part')
    writeFileSync(join(made.directory, 'part/secret.env'), `KEY=${SECRET}\n`)
    expect(await plainCompose(made.directory)).toContain(SECRET)
    const config = await resolved(made.directory, image)
    expect(config.compose?.services.web?.environment).toEqual({ OPEN: 'yes' })
  })

  it('the .env of an included file is a reason to stop', async () => {
    using made = project({
      '.gitignore': '.env\n',
      'compose.yaml': 'include:\n  - sub/compose.yaml\n',
      'sub/compose.yaml': 'services: { web: { image: "x:${KEY:-none}" } }\n',
    })
    expect((await resolved(made.directory, image)).compose?.services.web?.image).toBe('x:none')
    writeFileSync(join(made.directory, 'sub/.env'), `KEY=${SECRET}\n`)
    const text = await refusal(made.directory, image)
    expect(text).toContain('compose.yaml:2:5')
    expect(text).toContain('include: sub/.env')
    expect(text).not.toContain(SECRET)
  })

  it("a broken environment file's error does not show its values", async () => {
    using made = project({
      '.env': `GOOD=${SECRET}\nBAD LINE ${SECRET}\n`,
      'compose.yaml': 'services: { a: { image: x } }',
    })
    const text = await refusal(made.directory, image)
    expect(text).toContain('input')
    expect(text).not.toContain(SECRET)
  })

  it("settings of compose's own in .env do not steer the command", async () => {
    using made = project({
      '.env':
        'COMPOSE_FILE=other.yaml\nexport COMPOSE_PROFILES=x\nCOMPOSE_PARALLEL_LIMIT=x\nDOCKER_HOST=tcp://192.0.2.1:1\nTAG=1\n',
      'compose.yaml': 'services: { a: { image: "x:${TAG}${DOCKER_HOST}${COMPOSE_PROFILES}" } }',
      'other.yaml': 'services: { evil: { image: x } }',
    })
    // Control: asked directly, compose is steered, here so far that it fails.
    expect(await plainCompose(made.directory)).toBe('')
    const { compose } = await resolved(made.directory, image)
    expect(compose?.services).toHaveProperty('a')
    expect(compose?.services).not.toHaveProperty('evil')
    expect(compose?.services.a?.image).toBe('x:1')
  })
})

describe('files outside the project', () => {
  it.each([
    'services: { a: { extends: { file: ../outside.yaml, service: a } } }',
    'include: [link.yaml]',
  ])('control: compose follows %s', async (compose) => {
    using made = project({ 'compose.yaml': compose, 'link.yaml': { link: '../outside.yaml' } })
    writeFileSync(join(dirname(made.directory), 'outside.yaml'), `services: { a: { image: ${SECRET} } }`)
    expect(await plainCompose(made.directory)).toContain(SECRET)
  })

  it.each([
    ['extends', 'services: { a: { extends: { file: ../outside.yaml, service: a } } }'],
    ['include', 'include: [../outside.yaml]'],
    ['include through a link', 'include: [link.yaml]'],
    ['include through a project_directory', 'include: [{ path: in.yaml, project_directory: .. }]'],
    ['a git remote', 'include: ["https://example.com/x.git"]'],
    ['a git remote over ssh', 'services: { a: { extends: { file: "git@example.com:x.git", service: a } } }'],
    ['an OCI artifact', 'include: ["oci://example.com/x"]'],
    ['a variable', 'include: ["${PLANTED}/x.yaml"]'],
  ])('are not followed by %s', async (_name, compose) => {
    using made = project({ 'compose.yaml': compose, 'in.yaml': 'services: {}' })
    const outside = join(dirname(made.directory), 'outside.yaml')
    writeFileSync(outside, `services: { a: { image: ${SECRET} } }`)
    symlinkSync(outside, join(made.directory, 'link.yaml'))
    const text = await refusal(made.directory, image)
    expect(text).toMatch(/compose\.yaml:1:\d+/)
    expect(text).not.toContain(SECRET)
  })

  it('a bind through a link is refused by where it leads', async () => {
    using made = project({ 'compose.yaml': 'services: { a: { image: x, volumes: ["./data:/data"] } }' })
    mkdirSync(join(made.directory, 'data'))
    expect(findings(await resolved(made.directory, image))).toEqual([])
    using linked = project({
      'compose.yaml': 'services: { a: { image: x, volumes: ["./data:/data"] } }',
      data: { link: '/etc' },
    })
    expect(findings(await resolved(linked.directory, image))).toEqual(['AL202'])
  })
})

// What a path in a repository can lead to: nothing outside the project is read, and nothing is waited for.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FileMap, project } from '../../support/projects.ts'
import { deps, refusal, resolved } from './deps.ts'

const SECRET = 'hunter2-planted'
const image = { project: { kind: 'auto', base: { kind: 'image', image: 'debian' } } } as const

/** A project beside which a file with the secret lies. */
function besides(files: FileMap, outside: string, name = 'outside.yaml') {
  const made = project(files)
  writeFileSync(join(dirname(made.directory), name), outside)
  return made
}

const plainCompose = async (directory: string, ...files: string[]) => {
  const args = ['compose', ...files.flatMap((file) => ['-f', file]), 'config']
  return (await deps().docker.run(args, { cwd: directory })).stdout.toString('utf8')
}

describe('links that lead out', () => {
  it.each<[string, FileMap, string]>([
    ['devcontainer.json', { '.devcontainer.json': { link: '../outside.yaml' } }, '.devcontainer.json'],
    ['its folder', { '.devcontainer': { link: '../out' } }, '.devcontainer/devcontainer.json'],
    ['a compose file', { 'compose.yaml': { link: '../outside.yaml' } }, 'compose.yaml'],
    [
      'an override',
      { 'compose.yaml': 'services: {}', 'compose.override.yaml': { link: '../outside.yaml' } },
      'override',
    ],
    ['two links', { 'compose.yaml': { link: 'a/b' }, 'a/b': { link: '../../outside.yaml' } }, 'compose.yaml'],
    ['an absolute one', { 'compose.yaml': { link: '/etc/hostname' } }, 'compose.yaml'],
  ])('%s', async (_name, files, expected) => {
    using made = besides({ README: 'x', ...files }, `{"image": "${SECRET}", "services": {"a": {"image": "${SECRET}"}}}`)
    execFileSync('mkdir', [join(dirname(made.directory), 'out')])
    writeFileSync(join(dirname(made.directory), 'out/devcontainer.json'), `{"image": "${SECRET}"}`)
    const text = await refusal(made.directory, image)
    expect(text).toContain('leads out of the project and is not read')
    expect(text).toContain(expected)
    expect(text).not.toContain(SECRET)
  })

  it('control: the link is followed by whoever just opens the file', () => {
    using made = besides({ 'compose.yaml': { link: '../outside.yaml' } }, SECRET)
    expect(readFileSync(join(made.directory, 'compose.yaml'), 'utf8')).toBe(SECRET)
  })

  it('a compose file that devcontainer.json names outside', async () => {
    const json = '{\n  "dockerComposeFile": ["compose.yaml", "../outside.yaml"],\n  "service": "a"\n}'
    using made = besides(
      { '.devcontainer.json': json, 'compose.yaml': 'services: {}' },
      `services: {a: {image: ${SECRET}}}`,
    )
    const text = await refusal(made.directory)
    expect(text).toContain('.devcontainer.json:2:41')
    expect(text).not.toContain(SECRET)
  })

  it('links inside the project are followed', async () => {
    using made = project({
      'compose.yaml': { link: 'deploy/../deploy/dev.yaml' },
      'deploy/dev.yaml': { link: './real/x.yaml' },
      'deploy/real/x.yaml': 'services: { a: { image: x } }',
    })
    expect((await resolved(made.directory, image)).compose?.services).toHaveProperty('a')
  })
})

describe('what is no ordinary file', () => {
  it.each([
    ['a device', (at: string) => execFileSync('ln', ['-s', '/dev/zero', at]), 'leads out'],
    ['a pipe that nobody writes to', (at: string) => execFileSync('mkfifo', [at]), 'is no regular file'],
    ['a folder', (at: string) => execFileSync('mkdir', [at]), 'is a folder'],
    ['a link to itself', (at: string) => execFileSync('ln', ['-s', 'part.yaml', at]), 'does not exist'],
    ['ten megabytes', (at: string) => writeFileSync(at, `a: ${'x'.repeat(10_000_000)}\n`), 'has 9.5 MB'],
  ])('%s', async (_name, make, expected) => {
    using made = project({ 'compose.yaml': 'include: [part.yaml]\n' })
    make(join(made.directory, 'part.yaml'))
    const text = await refusal(made.directory, image)
    expect(text).toContain('part.yaml')
    expect(text).toContain(expected === 'leads out' ? 'outside' : expected)
  })
})

describe('what compose reads, and from where', () => {
  const second = {
    'compose.yaml': 'services: { b: { image: x } }',
    // Read from its own folder this is the decoy; compose reads it from the folder of the first file.
    'in/deep/second.yaml': 'services: { a: { extends: { file: ../../outside.yaml, service: a } } }',
    'outside.yaml': 'services: { a: { image: decoy } }',
  }

  it('control: compose takes the references of all files from the folder of the first', async () => {
    using made = project({ ...Object.fromEntries(Object.entries(second).map(([path, text]) => [`x/y/${path}`, text])) })
    writeFileSync(join(made.directory, 'outside.yaml'), `services: { a: { image: ${SECRET} } }`)
    const seen = await plainCompose(join(made.directory, 'x/y'), 'compose.yaml', 'in/deep/second.yaml')
    expect(seen).toContain(SECRET)
  })

  it('a reference that leads out by that reading is refused', async () => {
    using made = besides(second, `services: { a: { image: ${SECRET} } }`)
    const text = await refusal(made.directory, {
      project: { kind: 'compose', files: ['compose.yaml', 'in/deep/second.yaml'], base: { kind: 'image', image: 'x' } },
    })
    expect(text).toContain("lies outside the project's folder")
    expect(text).not.toContain(SECRET)
  })

  it('an include may have a folder and an environment file of its own', async () => {
    using made = project({
      'compose.yaml': 'include: [{ path: part/x.yaml, project_directory: part, env_file: part/dev.env }]\n',
      'part/x.yaml': 'services: { a: { extends: { file: base.yaml, service: a } } }\n',
      'part/base.yaml': 'services: { a: { image: "x:${TAG}" } }\n',
      'part/dev.env': 'TAG=7\n',
    })
    const { compose, composeParts } = await resolved(made.directory, image)
    expect(compose?.services.a?.image).toBe('x:7')
    expect(composeParts?.map(({ file }) => file)).toEqual(['part/x.yaml', 'part/base.yaml'])
  })

  it.each([
    'github.com/owner/repository',
    'git@example.com:x',
    'me@example.com:x.yaml',
    'file:///x.yaml',
  ])('%s is a remote, even when a file has that name', async (file) => {
    using made = project({ 'compose.yaml': `include: ["${file}"]`, [file]: 'services: { a: { image: decoy } }' })
    expect(await refusal(made.directory, image)).toContain('is not a file of the project')
  })
})

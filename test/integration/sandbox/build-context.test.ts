// What a Dockerfile's COPY gets hold of: the real builder, with a plain build beside it as the control.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ignoreLine } from '../../../src/sandbox/build-context.ts'
import { ensureImage } from '../../../src/sandbox/build-image.ts'
import { takeSnapshot } from '../../../src/workspace/snapshot.ts'
import { temporaryFolder } from '../../support/airlock.ts'
import { docker } from '../../support/engine-state.ts'
import { hostDeps } from '../../support/workspace-rig.ts'

const DOCKERFILE = 'FROM debian:trixie-slim\nCOPY . /seen\nRUN cd /seen && find . -type f | sort > /list\n'
const FILES: Readonly<Record<string, string>> = {
  '.gitignore': '.env\nnode_modules/\n*odd*\n',
  '.dockerignore': 'docs\n!node_modules/kept.js\n',
  '.env': 'KEY=of-the-developer\n',
  'node_modules/kept.js': '',
  'odd[1] *?.env': '',
  '#odd': '',
  '!odd': '',
  'odd\nname': '',
  'docs/page.md': '',
  'src/app.rb': '',
  'src/local.env': '',
  'config/[a].yml': '',
}

const folder = temporaryFolder('context')
const images: string[] = []
beforeAll(() => {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(folder.path, path, '..'), { recursive: true })
    writeFileSync(join(folder.path, path), text)
  }
  writeFileSync(join(folder.path, 'Dockerfile'), DOCKERFILE)
  const git = (...args: string[]) => execFileSync('git', ['-C', folder.path, ...args])
  git('init', '--quiet')
  git('config', 'http.extraheader', 'AUTHORIZATION: basic of-the-checkout')
})
afterAll(() => {
  if (images.length > 0) docker('image', 'rm', '--force', ...images)
  folder[Symbol.dispose]()
})

function listIn(image: string): readonly string[] {
  images.push(image)
  const container = docker('create', '--label', 'airlock.test=context', image, 'true')
  const file = join(folder.path, 'list')
  docker('cp', `${container}:/list`, file)
  docker('rm', container)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  rmSync(file)
  return lines
}

async function built(options: { include?: string[]; exclude?: string[]; inline?: string; context?: string } = {}) {
  const { include = [], exclude = [], inline, context = '.' } = options
  const deps = hostDeps()
  const { has } = await takeSnapshot({ directory: folder.path, include, exclude }, deps)
  const shown = { directory: folder.path, has }
  const file = inline === undefined ? { dockerfile: join(folder.path, 'Dockerfile') } : { dockerfile: '-', inline }
  const base = { kind: 'build', context: join(folder.path, context), args: {}, ...file } as const
  return listIn(
    await ensureImage(base, 'a test', {
      ...deps,
      shown,
      signal: AbortSignal.timeout(60_000),
      onStep() {},
      judgeTriggers() {},
    }),
  )
}

test('control: a plain build takes everything along, secrets first of all', () => {
  const image = docker('build', '--quiet', '--no-cache', folder.path)
  expect(listIn(image)).toEqual(expect.arrayContaining(['./.env', './.git/config', './#odd', './node_modules/kept.js']))
})

describe('a build of ours', () => {
  const ordinary = ['./.dockerignore', './.gitignore', './Dockerfile', './config/[a].yml', './src/app.rb']

  test('sees what the workspace has, less what the project itself ignores', async () => {
    expect(await built()).toEqual([...ordinary, './src/local.env'])
  })

  test('sees what is included, and not what is excluded', async () => {
    const seen = await built({ include: ['.env'], exclude: ['src/local.env'] })
    expect(seen).toEqual([...ordinary.slice(0, 1), './.env', ...ordinary.slice(1)])
  })

  test('a Dockerfile without a file, and a context below the project', async () => {
    expect(await built({ inline: DOCKERFILE, context: 'src' })).toEqual(['./app.rb', './local.env'])
  })
})

test('a Dockerfile that is gone is told with its path', async () => {
  const base = { kind: 'build', context: folder.path, dockerfile: join(folder.path, 'Gone'), args: {} } as const
  const shown = { directory: folder.path, has: () => true }
  const deps = { ...hostDeps(), shown, signal: AbortSignal.timeout(60_000), onStep() {}, judgeTriggers() {} }
  await expect(ensureImage(base, 'a test', deps)).rejects.toMatchObject({ kind: 'input', where: base.dockerfile })
})

test.each([
  ['a b', '/a b'],
  ['#a', '/#a'],
  ['!a', '/?a'],
  ['b/!a', '/b/!a'],
  ['a[b]*?', '/a\\[b\\]\\*\\?'],
  ['a\nb', '/a?b'],
  ['a\\b', '/a?b'],
  ['a ', '/a?'],
])('the ignore file’s line for %j', (path, line) => {
  expect(ignoreLine(path)).toBe(line)
})

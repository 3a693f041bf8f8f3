import { describe, expect, it } from 'vitest'
import { cliDifferences } from '../../../src/config/cli-differences.ts'
import { composeDifferences } from '../../../src/config/compose-differences.ts'
import { parseJsonc } from '../../../src/config/jsonc.ts'
import { collectProblems } from '../../../src/config/problems.ts'
import type { ComposeModel, Json, SourceDocument } from '../../../src/config/resolved-config.ts'
import { parseYaml } from '../../../src/config/yaml.ts'

const yaml = (text: string, file = 'compose.yaml') => parseYaml(text, file, collectProblems()) as SourceDocument
const model = (services: object, more: object = {}) => ({ name: 'x', services, ...more }) as unknown as ComposeModel
const said = (files: readonly string[], seen: ComposeModel, parts: readonly string[] = []) =>
  composeDifferences({ files: files.map((text) => yaml(text)), parts: parts.map((text) => yaml(text)) }, seen).map(
    ({ message }) => message,
  )

describe('compose', () => {
  const file = 'services: { a: { image: x, privileged: false, user: 1000, env_file: [e] }, b: { image: "y:${TAG}" } }'

  it('that sees what is written, with what it fills in', () => {
    const a = {
      image: 'x',
      user: '1000',
      command: null,
      entrypoint: null,
      networks: { default: null },
      environment: { E: 'v' },
      env_file: [],
      privileged: false,
    }
    expect(said([file], model({ a, b: { image: 'y:7' } }, { networks: { default: { name: 'x_default' } } }))).toEqual(
      [],
    )
  })

  it.each<[string, object, object, string]>([
    [
      'another service',
      { a: { image: 'x' }, b: {}, c: { image: 'z' } },
      {},
      'compose has a service c, and no file does',
    ],
    ['a service less', { a: { image: 'x' } }, {}, 'compose has no service b'],
    ['another key', { a: { image: 'x', devices: ['/dev/kvm'] }, b: {} }, {}, 'compose has devices on service a'],
    [
      'another value',
      { a: { image: 'x', privileged: true, user: '1000' }, b: {} },
      {},
      'compose reads another privileged',
    ],
    [
      'another image',
      { a: { image: 'evil', privileged: false, user: '1000' }, b: {} },
      {},
      'compose reads another image',
    ],
    [
      'another volume',
      { a: { image: 'x', privileged: false, user: '1000' }, b: {} },
      { volumes: { v: {} } },
      'compose has volumes v',
    ],
    [
      'another secret',
      { a: { image: 'x', privileged: false, user: '1000' }, b: {} },
      { secrets: { s: {} } },
      'compose has secrets s',
    ],
  ])('that sees %s', (_name, services, more, expected) => {
    expect(said([file], model(services, more)).join()).toContain(expected)
  })

  it('with several files, extended and reset ones', () => {
    const files = [
      'services: { a: { extends: { file: base.yaml, service: base }, ports: !reset null }, gone: {} }',
      'services: { a: { image: y }, gone: !reset null }',
    ]
    const part = 'services: { base: { image: z, cap_add: [SYS_PTRACE] } }'
    expect(said(files, model({ a: { image: 'y', cap_add: ['SYS_PTRACE'] } }), [part])).toEqual([])
    expect(said(files, model({ a: { image: 'y', pid: 'host' } }), [part])).toEqual([
      'compose has pid on service a, and no file does',
    ])
  })
})

describe('the devcontainers CLI', () => {
  const document = parseJsonc(
    '{ "image": "x", "mounts": [{ "a": 1 }], "name": "${localEnv:X}", "extensions": [] }',
    'f',
    collectProblems(),
  ) as SourceDocument
  const differences = (theirs: Json | undefined) => cliDifferences(document, theirs).map(({ message }) => message)

  it('that reads the same, with variables filled in and settings moved', () => {
    const theirs = {
      image: 'x',
      mounts: [{ a: 1 }],
      name: 'filled',
      customizations: { vscode: {} },
      configFilePath: {},
    }
    expect(differences(theirs)).toEqual([])
  })

  it.each<[Json | undefined, string[]]>([
    [undefined, ['the devcontainers CLI can not read the file']],
    [{ image: 'y', mounts: [{ a: 1 }], name: '' }, ['the devcontainers CLI reads another image']],
    [{ image: 'x', mounts: [{ a: 2 }], name: '' }, ['the devcontainers CLI reads another mounts.0.a']],
    [{ image: 'x', mounts: [], name: '' }, ['the devcontainers CLI does not have mounts.0']],
    [{ image: 'x', mounts: [{ a: 1 }], name: '', privileged: true }, ['the devcontainers CLI has privileged']],
  ])('that reads %j', (theirs, expected) => expect(differences(theirs)).toEqual(expected))
})

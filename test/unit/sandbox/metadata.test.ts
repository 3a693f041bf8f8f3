import { expect, test } from 'vitest'
import { mergeMetadata, parseLabel } from '../../../src/sandbox/metadata.ts'

test('an image without a label asks for nothing', () => {
  expect(mergeMetadata(parseLabel(undefined))).toMatchObject({ init: false, mounts: [], lifecycle: [], remoteEnv: {} })
})

test('a label may be one object instead of a list', () => {
  expect(mergeMetadata(parseLabel('{"remoteUser":"dev"}')).remoteUser).toBe('dev')
})

test('the last user wins, booleans add up, lists are joined without repeats', () => {
  const merged = mergeMetadata([
    { remoteUser: 'vscode', capAdd: ['SYS_PTRACE'], init: true },
    { remoteUser: 'dev', capAdd: ['SYS_PTRACE'], init: false, overrideCommand: false },
  ])
  expect(merged).toMatchObject({ remoteUser: 'dev', capAdd: ['SYS_PTRACE'], init: true, overrideCommand: false })
})

test('lifecycle commands run by phase, and within a phase in the order of the layers', () => {
  const merged = mergeMetadata([
    { postCreateCommand: 'first', onCreateCommand: ['make', 'x y'] },
    { postCreateCommand: { a: 'one', b: ['two'] } },
    { postCreateCommand: '' },
  ])
  expect(merged.lifecycle).toEqual([
    { name: 'onCreateCommand', command: { kind: 'exec', argv: ['make', 'x y'] } },
    { name: 'postCreateCommand', command: { kind: 'shell', line: 'first' } },
    {
      name: 'postCreateCommand',
      command: {
        kind: 'parallel',
        commands: new Map([
          ['a', { kind: 'shell', line: 'one' }],
          ['b', { kind: 'exec', argv: ['two'] }],
        ]),
      },
    },
  ])
})

test('mounts are read in both spellings, the last one at a target wins', () => {
  const merged = mergeMetadata([
    { mounts: ['source=a,target=/v,type=volume', 'type=tmpfs,dst=/t'] },
    { mounts: [{ type: 'volume', source: 'b', target: '/v' }, 'nonsense'] },
  ])
  expect(merged.mounts).toEqual([
    { type: 'volume', source: 'b', target: '/v' },
    { type: 'tmpfs', target: '/t' },
  ])
})

test('initializeCommand is nowhere in the result', () => {
  expect(JSON.stringify(mergeMetadata([{ initializeCommand: 'touch /host' }]))).not.toContain('/host')
})

import { describe, expect, test } from 'vitest'
import { parseObjects, parseRaw } from '../../../src/workspace/changes.ts'
import { parseIndex } from '../../../src/workspace/index-entries.ts'
import { type Inspection, pathList, select } from '../../../src/workspace/selection.ts'

const list = (...paths: string[]) => Buffer.from(paths.map((path) => `${path}\0`).join(''))
// Type, mode, size, ctime, inode, path; with a tab before what only the workspace has.
const was = (path: string, type = 'f', mode = '644') => `${type} ${mode} 5 1700000000.1 7 ${path}`
const is = (path: string, type = 'f', mode = '644', size = 5) => `\t${type} ${mode} ${size} 1700000001.1 7 ${path}`

const chosen = (differences: string[], more: Partial<Inspection> = {}) =>
  select({
    ...{ unread: list(), nested: list(), markers: list(), ignored: list() },
    differences: list(...differences),
    ...more,
  })

describe('what is taken', () => {
  test('a change is forgotten and taken again, whatever its times say', () => {
    const { gone, taken, newcomers, bytes } = chosen([was('a'), is('a', 'f', '644', 9)])
    expect({ gone, taken, newcomers, bytes }).toEqual({ gone: ['a'], taken: ['a'], newcomers: 0, bytes: 9 })
  })

  test('a new file that is ignored stays, a known one comes', () => {
    const { taken } = chosen([was('known'), is('known'), is('new')], { ignored: list('known', 'new') })
    expect(taken).toEqual(['known'])
  })

  test('folders are not, special files are told of', () => {
    const { taken, findings } = chosen([is('d', 'd', '755'), is('p', 'p'), is('s', 's'), is('b', 'b')])
    expect(taken).toEqual([])
    expect(findings.odd.map(({ path, why }) => `${path} ${why}`)).toEqual([
      'p a named pipe',
      's a socket',
      'b a block device',
    ])
  })

  test('a setuid file comes without the bit, and is told of', () => {
    const { taken, findings } = chosen([is('x', 'f', '4755')])
    expect(taken).toEqual(['x'])
    expect(findings.odd[0]?.why).toContain('setuid')
  })

  test('new files of a nested repository stay, whatever its name’s case', () => {
    const { taken } = chosen([is('n/f'), is('n/.GIT/config'), is('other')], { nested: list('n/.GIT') })
    expect(taken).toEqual(['other'])
  })

  test('a bare repository is one by two of its names, and only when something of it changed', () => {
    const markers = list('b/HEAD', 'b/objects', 'untouched/HEAD', 'untouched/refs')
    const { taken, findings } = chosen([is('b/HEAD'), is('b/x')], { markers })
    expect(findings.bareRoots).toEqual(['b/'])
    expect(taken).toEqual([])
  })

  test('what can not be read is neither deleted nor taken', () => {
    const { gone, taken, findings } = chosen([was('closed/a'), is('closed', 'd', '0')], { unread: list('closed') })
    expect({ gone, taken, unreadable: findings.unreadable }).toEqual({ gone: [], taken: [], unreadable: ['closed'] })
  })

  test('a path that can not be opened by its whole name is told of', () => {
    const long = 'd/'.repeat(1100)
    const { taken, findings } = chosen([is(`${long}f`)])
    expect({ taken, odd: findings.odd[0]?.why }).toEqual({ taken: [], odd: 'a file whose path is too long' })
  })

  test('names with line breaks, spaces and tabs', () => {
    expect(chosen([is('a\nb c\td')]).taken).toEqual(['a\nb c\td'])
  })

  test.each([
    'nonsense',
    'f 644 5 1.1 7',
    'f 6x4 5 1.1 7 a',
    '\tf 644 -5 1.1 7 a',
  ])('what the helper would not say is refused: %j', (record) =>
    expect(() => chosen([record])).toThrow('can not be read'))
})

test('a name that is not UTF-8 keeps its bytes on the way back to the helper', () => {
  const differences = Buffer.concat([Buffer.from(is('x')), Buffer.from([0xe9, 0])])
  const { taken } = select({ unread: list(), nested: list(), markers: list(), ignored: list(), differences })
  expect(pathList(taken)).toEqual(Buffer.from([0x78, 0xe9, 0]))
})

const SHA = 'a'.repeat(40)

describe('what the helper reports', () => {
  test.each([
    ':100644 100644',
    `:100644 100644 ${SHA} ${SHA} Z\0a\0`,
    `:100644 100644 ${SHA} ${SHA} M\0`,
  ])('changes that are cut or unknown are refused: %j', (text) =>
    expect(() => parseRaw(Buffer.from(text.endsWith('\0') ? text : `${text}\0`))).toThrow())

  test.each([`${SHA} blob 50\nshort\n`, `${SHA} tree 1\nx\n`, `${SHA} missing\n`])('objects too: %j', (text) =>
    expect(() => parseObjects(Buffer.from(text))).toThrow())

  test('an index entry keeps the bytes of its name', () => {
    const [entry] = parseIndex(Buffer.concat([Buffer.from(`S 100644 ${SHA} 0\tx`), Buffer.from([0xe9, 0])]))
    expect(entry).toMatchObject({ skipWorktree: true, mode: '100644', stage: '0', bytes: 'x\u00e9' })
  })
})

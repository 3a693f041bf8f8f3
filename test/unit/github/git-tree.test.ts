// Trees: what would be in the way, what is sent how, and that GitHub's answer is not taken on trust.
import { describe, expect, test } from 'vitest'
import { blobName, conflicts, readTree, writeTree } from '../../../src/github/git-tree.ts'
import type { AcceptedFile } from '../../../src/workspace/patch.ts'
import { fakeGitHub } from './fake-github.ts'

const REPO = { owner: 'o', name: 'r', defaultBranch: 'main' }
const NOTHING = '0'.repeat(40)
const entry = (content: string, mode = '100644') => `${mode} ${blobName(Buffer.from(content))}`

function file(
  path: string,
  content: string | null,
  before?: string,
  mode: AcceptedFile['mode'] = '100644',
): AcceptedFile {
  const [oldMode = '000000', oldSha = NOTHING] = before?.split(' ') ?? []
  return { path, mode: content === null ? '000000' : mode, content: Buffer.from(content ?? ''), oldMode, oldSha }
}

describe('in the way', () => {
  const listing = new Map([
    ['a', entry('a')],
    ['dir/x', entry('x')],
    ['dir/y', entry('y')],
  ])
  test.each([
    ['nothing', [file('a', 'b', entry('a')), file('new', 'n'), file('dir/x', null, entry('x'))], []],
    ['another content', [file('a', 'b', entry('other'))], ['a']],
    ['another mode', [file('a', 'b', entry('a', '100755'))], ['a']],
    ['a file where there was none', [file('a', 'b')], ['a']],
    ['nothing where there was one', [file('gone', 'b', entry('a'))], ['gone']],
    ['a folder', [file('dir', 'd')], ['dir']],
    ['a folder of which a part goes', [file('dir', 'd'), file('dir/x', null, entry('x'))], ['dir']],
    ['no folder any more', [file('dir', 'd'), file('dir/x', null, entry('x')), file('dir/y', null, entry('y'))], []],
    ['a file above', [file('a/b', 'x')], ['a/b']],
    ['no file above any more', [file('a', null, entry('a')), file('a/b', 'x')], []],
  ] as const)('%s', (_, files, expected) => expect(conflicts(listing, files)).toEqual(expected))
})

describe('writing', () => {
  const base = { sha: 'base', listing: new Map([['a', entry('a')]]) }
  /** Answers with the tree that `tree` says it has become. */
  const rig = (tree: Readonly<Record<string, string>>) =>
    fakeGitHub(({ route }) => {
      if (!route.startsWith('GET')) return { sha: 'made' }
      const rows = Object.entries(tree).map(([path, text]) => ({
        path,
        type: 'blob',
        mode: text.split(' ')[0],
        sha: text.split(' ')[1],
      }))
      return { sha: 'made', tree: rows }
    })

  test('text goes with the tree, everything else as blobs, each content once, deletions first', async () => {
    const files = [
      file('a', null, entry('a')),
      file('text', 'ü\r\n'),
      file('empty', ''),
      file('also', ''),
      file('nul', 'a\0b'),
      file('link', 'text', undefined, '120000'),
      file('run', '#!\n', undefined, '100755'),
    ]
    const kept = files.filter(({ mode }) => mode !== '000000')
    const { github, asked } = rig(
      Object.fromEntries(kept.map(({ path, content, mode }) => [path, entry(content.toString(), mode)])),
    )
    expect(await writeTree(github, REPO, base, files)).toBe('made')
    const trees = asked.filter(({ route }) => route.endsWith('/git/trees'))
    expect(trees.map(({ parameters }) => parameters.tree)).toEqual([
      [{ path: 'a', mode: '100644', type: 'blob', sha: null }],
      [
        { path: 'text', mode: '100644', type: 'blob', content: 'ü\r\n' },
        { path: 'empty', mode: '100644', type: 'blob', sha: blobName(Buffer.from('')) },
        { path: 'also', mode: '100644', type: 'blob', sha: blobName(Buffer.from('')) },
        { path: 'nul', mode: '100644', type: 'blob', sha: blobName(Buffer.from('a\0b')) },
        { path: 'link', mode: '120000', type: 'blob', sha: blobName(Buffer.from('text')) },
        { path: 'run', mode: '100755', type: 'blob', content: '#!\n' },
      ],
    ])
    expect(asked.filter(({ route }) => route.endsWith('/git/blobs'))).toHaveLength(3)
  })

  test.each([
    ['another content', { a: entry('evil'), b: entry('b') }],
    ['another mode', { a: entry('a'), b: entry('b', '100755') }],
    ['something more', { a: entry('a'), b: entry('b'), c: entry('c') }],
    ['something less', { b: entry('b') }],
  ])('a tree with %s than the patch gives is refused', async (_, tree) => {
    const files = [file('b', 'b')]
    await expect(writeTree(rig(tree).github, REPO, base, files)).rejects.toMatchObject({
      kind: 'publish',
      message: 'the tree on GitHub is not the one that the patch gives',
    })
    // Control: the right one is taken.
    expect(await writeTree(rig({ a: entry('a'), b: entry('b') }).github, REPO, base, files)).toBe('made')
  })

  test('a tree that GitHub does not list whole is read folder by folder, where files change', async () => {
    const folders: Readonly<Record<string, readonly [string, string, string][]>> = {
      root: [
        ['a', 'blob', '1'],
        ['dir', 'tree', 'dir'],
        ['other', 'tree', 'other'],
      ],
      dir: [
        ['sub', 'tree', 'sub'],
        ['x', 'blob', '2'],
      ],
      sub: [['y', 'blob', '3']],
    }
    const { github, asked } = fakeGitHub(({ parameters: { sha, recursive } }) => ({
      sha,
      truncated: recursive === '1',
      tree: (folders[String(sha)] ?? []).map(([path, type, name]) => ({ path, type, mode: '100644', sha: name })),
    }))
    const listing = await readTree(github, REPO, 'root', ['dir/sub/y', 'new/z'])
    expect(Object.fromEntries(listing)).toEqual({ a: '100644 1', 'dir/x': '100644 2', 'dir/sub/y': '100644 3' })
    expect(asked.map(({ parameters }) => parameters.sha)).toEqual(['root', 'root', 'dir', 'sub'])
  })
})

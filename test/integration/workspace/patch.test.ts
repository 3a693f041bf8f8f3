// What comes back: a patch that plain `git apply` takes on the host's checkout, whatever was done to `.git` inside.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cloneOf, type FileMap, type Project, project } from '../../support/projects.ts'
import { copyIn, type Workspace } from '../../support/workspace-rig.ts'

const FILES: FileMap = {
  'README.md': 'Read me.\n',
  'src/app.txt': 'one\ntwo\nthree\n',
  'src/old.txt': `${'a line that is long enough\n'.repeat(8)}`,
  'bin/run': { run: '#!/bin/sh\necho run\n' },
  'docs/link': { link: '../README.md' },
  'empty.txt': '',
  'no-newline.txt': 'no newline at the end',
}

const HASHES = `find . -name .git -prune -o -type f -printf '%P %m\\0' | sort -z | tr '\\0' '\\n' | sed 's/ 6[0-7]*$/ -/; s/ 7[0-7]*$/ x/'
find . -name .git -prune -o -type f -printf '%P\\0' | sort -z | xargs -0r sha1sum; find . -name .git -prune -o -type l -printf '%P -> %l\\n' | sort`

const inFolder = (directory: string, script: string) =>
  execFileSync('bash', ['-ec', script], { cwd: directory, encoding: 'utf8' }).trim()

/** Applies what came back as a user would, and compares the two trees whole. */
async function appliesTo(target: Project, copy: Workspace): Promise<void> {
  const { patch, files } = await copy.patch({ contents: true })
  const before = files.map(({ path }) => onDisk(target.directory, path))
  const file = join(target.directory, '../changes.patch')
  writeFileSync(file, patch)
  target.git('apply', '--whitespace=nowarn', file)
  expect(inFolder(target.directory, HASHES)).toBe(await copy.sh(HASHES))
  // The same once more, file by file, and nothing that is not a change.
  expect(files.map(({ mode, content }) => ({ mode, sha: blobName(mode, content) }))).toEqual(
    files.map(({ path }) => onDisk(target.directory, path)),
  )
  expect(files.map(({ oldMode, oldSha }) => ({ mode: oldMode, sha: oldSha }))).toEqual(before)
  expect(files.length > 0).toBe(patch.length > 0)
}

const NOWHERE = '0'.repeat(40)

const blobName = (mode: string, content: Buffer) =>
  mode === '000000' ? NOWHERE : createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')

const MAY_LACK = { throwIfNoEntry: false } as const

/** Mode and name that git would give a path; of nothing where there is no file. */
function onDisk(directory: string, path: string): { mode: string; sha: string } {
  const file = join(directory, path)
  const stat = existsSync(dirname(file)) && statSync(dirname(file)).isDirectory() && lstatSync(file, MAY_LACK)
  if (!stat || stat.isDirectory()) return { mode: '000000', sha: NOWHERE }
  const mode = stat.isSymbolicLink() ? '120000' : stat.mode & 0o100 ? '100755' : '100644'
  const content = stat.isSymbolicLink() ? Buffer.from(readlinkSync(file)) : readFileSync(file)
  return { mode, sha: blobName(mode, content) }
}

const CHANGES: Readonly<Record<string, string>> = {
  'an edit': 'sed -i s/two/2/ src/app.txt',
  'a new file in a new folder': 'mkdir -p new/deep; echo hi > new/deep/file.txt',
  'a deletion': 'rm src/app.txt',
  'a rename': 'mv src/old.txt src/new.txt',
  'a rename with an edit': 'mv src/old.txt moved.txt; echo more >> moved.txt',
  'a copy': 'cp src/old.txt src/copy.txt',
  'executable bits': 'chmod +x README.md; chmod -x bin/run',
  'a binary file': "head -c 100000 /dev/urandom > random.bin; printf 'a\\0b' > nul.bin",
  'a link inside the tree': 'ln -s app.txt src/alias; ln -s ../src docs/src',
  'a link that becomes a file, and a file that becomes a link':
    'rm docs/link; echo x > docs/link; rm src/app.txt; ln -s old.txt src/app.txt',
  'a folder where a file was, and a file where a folder was':
    'rm README.md; mkdir README.md; echo x > README.md/x; rm -r docs; echo y > docs',
  'empty files': 'touch made-empty.txt; echo x > empty.txt; : > README.md',
  'the end of a file': 'echo >> no-newline.txt; printf x >> src/app.txt',
  CRLF: "printf 'a\\r\\nb\\r\\n' > dos.txt; sed -i 's/$/\\r/' src/app.txt",
  'names that need quoting':
    "echo x > 'a b.txt'; echo x > 'ü.txt'; echo x > 'q\"uote.txt'; mkdir -p ' lead'; echo x > ' lead/trail.txt '",
  'trailing white space and patch look-alikes':
    "printf 'x  \\n--- a/src/app.txt\\n+++ b/../../etc/passwd\\n@@ -1 +1 @@\\n' > odd.txt",
  'a commit': 'echo x >> README.md; git add -A; git commit -qm done',
  'commits on a new branch, and another checkout':
    'git checkout -qb work; echo x > w.txt; git add -A; git commit -qm w; echo y >> w.txt',
  'an amended first commit': 'echo x >> README.md; git commit -qa --amend -m other',
  'a stash left behind': 'echo x > kept.txt; echo y >> README.md; git stash -q',
  'same size and time': "sed -i s/two/owt/ src/app.txt; touch -d '2001-01-01' src/app.txt",
  'everything deleted': 'git ls-files -z | xargs -0 rm',
  '1,000 new files': 'mkdir many; for i in $(seq 1000); do echo $i > many/$i.txt; done',
}

describe('comes back exactly', () => {
  test.each(Object.keys(CHANGES))('%s', async (name) => {
    using from = project(FILES)
    using clone = cloneOf(from.directory)
    await using copy = await copyIn(from.directory)
    await copy.sh(CHANGES[name] ?? '')
    await appliesTo(clone, copy)
    expect(clone.git('status', '--porcelain')).not.toBe(name === 'a stash left behind' ? 'no' : '')
  })

  test('on top of a dirty tree, the changes are those made inside alone', async () => {
    using from = project(FILES)
    appendFileSync(join(from.directory, 'src/app.txt'), 'dirty\n')
    writeFileSync(join(from.directory, 'untracked.txt'), 'untracked\n')
    await using copy = await copyIn(from.directory)
    await copy.sh('sed -i s/two/2/ src/app.txt; echo more >> untracked.txt')
    const { changes, insertions, deletions } = await copy.patch()
    expect({ paths: changes.map(({ path }) => path), insertions, deletions }).toEqual({
      paths: ['src/app.txt', 'untracked.txt'],
      insertions: 2,
      deletions: 1,
    })
    await appliesTo(from, copy)
  })

  test('in a checkout with core.autocrlf and core.eol, and with line endings by attribute', async () => {
    using from = project({ '.gitattributes': '*.txt text eol=crlf\n*.md text=auto\n', 'a.txt': 'x\n', 'b.md': 'y\n' })
    from.git('rm', '-q', '--cached', '-r', '.')
    from.git('reset', '-q', '--hard')
    await using copy = await copyIn(from.directory)
    expect(await copy.sh('od -c a.txt | head -1; git status --porcelain')).toMatch(/x {2}\\r {2}\\n$/)
    await copy.sh("printf 'z\\r\\n' >> a.txt; echo z >> b.md")
    await appliesTo(from, copy)
  })
})

describe('whatever is done to .git', () => {
  const POISON: Readonly<Record<string, string>> = {
    'it is deleted': 'rm -rf .git',
    'it is a file': 'rm -rf .git; echo "gitdir: /tmp/x" > .git',
    'it is a link': 'mv .git /tmp/git; ln -s /tmp/git .git',
    'its index hides the change':
      'git update-index --assume-unchanged src/app.txt; git update-index --skip-worktree src/app.txt',
    'it ignores everything': "echo '*' > .git/info/exclude; git config core.excludesFile /dev/stdin",
    'its attributes hide the change':
      "mkdir -p .git/info; echo '* -diff filter=x binary' > .git/info/attributes; git config filter.x.clean 'git show HEAD:src/app.txt'",
    'it moves the work tree': 'git config core.worktree /tmp',
    'its objects are damaged':
      'chmod -R u+w .git/objects; find .git/objects -type f | while read f; do echo bad > "$f"; done',
    'its history is rewritten':
      'git checkout -q --orphan fresh; git commit -qam all; git branch -D main; git reflog expire --expire=now --all; git gc -q --prune=now',
    'replace refs lie about blobs': 'git replace $(git rev-parse HEAD:src/app.txt) $(git rev-parse HEAD:README.md)',
  }

  test.each(Object.keys(POISON))('%s', async (name) => {
    using from = project(FILES)
    using clone = cloneOf(from.directory)
    await using copy = await copyIn(from.directory)
    await copy.sh('sed -i s/two/2/ src/app.txt; echo new > new.txt')
    await copy.sh(POISON[name] ?? '')
    const { changes, patch } = await copy.patch()
    expect(changes.map(({ path }) => path)).toEqual(['new.txt', 'src/app.txt'])
    writeFileSync(join(clone.directory, '../p'), patch)
    clone.git('apply', '../p')
    expect(clone.git('diff', '--stat')).toContain('src/app.txt')
  })

  test('what a .gitignore of the agent’s hides from git is not hidden when it was there before', async () => {
    using from = project(FILES)
    await using copy = await copyIn(from.directory)
    await copy.sh("echo '*' > .gitignore; echo x >> README.md; echo y > new.txt")
    const { changes } = await copy.patch()
    // A new file that the project's patterns ignore is build output; a change of a known one is a change.
    expect(changes.map(({ path }) => path)).toEqual(['README.md'])
  })
})

describe('is kept back', () => {
  test('protected paths come in a patch of their own, and the clean change comes without them', async () => {
    using from = project(FILES)
    using clone = cloneOf(from.directory)
    await using copy = await copyIn(from.directory)
    await copy.sh(
      'mkdir -p .github/workflows; echo on > .github/workflows/ci.yml; echo x > CLAUDE.md; echo y > fine.txt',
    )
    const { patch, withheld, refusals } = await copy.patch()
    expect(refusals.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'protected .github/workflows/ci.yml',
      'protected CLAUDE.md',
    ])
    writeFileSync(join(clone.directory, '../p'), patch)
    writeFileSync(join(clone.directory, '../w'), withheld)
    clone.git('apply', '../p')
    expect(clone.git('status', '--porcelain')).toBe('?? fine.txt\n')
    clone.git('apply', '../w')
    expect(clone.git('status', '--porcelain', '-uall')).toContain('.github/workflows/ci.yml')
  })

  test('protected_paths adds and takes away', async () => {
    using from = project(FILES)
    await using copy = await copyIn(from.directory)
    await copy.sh('echo x > CLAUDE.md; echo y >> src/app.txt; echo z > fine.txt')
    const { refusals } = await copy.patch({ protectedPaths: ['!CLAUDE.md', 'src/**'] })
    expect(refusals).toEqual([{ path: 'src/app.txt', kind: 'protected', reason: 'protected_paths names it' }])
  })

  test('a file that the host’s git converts, wherever that is said', async () => {
    using from = project({ ...FILES, 'in/info.txt': 'x\n', 'sub/a.txt': 'x\n', 'sub/own.bin': 'x\n' })
    mkdirSync(join(from.directory, '.git/info'), { recursive: true })
    writeFileSync(join(from.directory, '.git/info/attributes'), 'in/*.txt filter=secret\n')
    writeFileSync(join(from.directory, '.gitattributes'), 'sub/*.bin working-tree-encoding=ISO-8859-1\n')
    from.git('add', '-A')
    from.git('commit', '-qm', 'Attributes')
    await using copy = await copyIn(from.directory)
    await copy.sh('echo y >> in/info.txt; echo y >> sub/own.bin; echo y >> sub/a.txt')
    const { refusals, patch } = await copy.patch()
    expect(refusals.map(({ path }) => path)).toEqual(['in/info.txt', 'sub/own.bin'])
    expect(patch.toString()).toContain('sub/a.txt')
    await using below = await copyIn(join(from.directory, 'sub'))
    await below.sh('echo y >> own.bin; echo y >> a.txt')
    expect((await below.patch()).refusals.map(({ path }) => path)).toEqual(['own.bin'])
  })

  test.each([
    [
      'too many files',
      'for i in $(seq 30); do echo $i > n$i.txt; done',
      { maxFiles: 20 },
      /30 files changed, more than the 20/,
    ],
    ['too large a patch', 'head -c 300000 /dev/urandom > big.bin', { maxBytes: 100_000 }, /changes are too large/],
    [
      'far too large a file',
      'head -c 9000000 /dev/zero > big.bin',
      { maxBytes: 100_000 },
      /too large \(9,000,000 bytes\)/,
    ],
  ] as const)('%s ends in an error that names the limit', async (_, script, policy, message) => {
    using from = project(FILES)
    await using copy = await copyIn(from.directory)
    await copy.sh(script)
    await expect(copy.patch(policy)).rejects.toMatchObject({ kind: 'patch', message: expect.stringMatching(message) })
  })
})

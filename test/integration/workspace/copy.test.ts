// Point for point what the copy has to cope with: the same files, the same status, the same history as on the host.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/airlock.ts'
import { type FileMap, type Project, project } from '../../support/projects.ts'
import { type CopyOptions, copyIn } from '../../support/workspace-rig.ts'

const FILES: FileMap = {
  'README.md': 'Read me.\n',
  'src/app.txt': 'one\ntwo\nthree\n',
  'src/old.txt': 'long enough to be recognised when it is found under another name\n',
  'bin/run': { run: '#!/bin/sh\necho run\n' },
  'docs/link': { link: '../README.md' },
  '.gitignore': '.env\n/build/\n',
}

// What both sides have to agree on, asked of git and of the files themselves.
const STATE = `git status --porcelain=v1 -uall --no-renames | sort; git log --all --format='%H %an %s' | sort; git rev-parse --abbrev-ref HEAD
git for-each-ref --format='%(objectname) %(refname)' refs/heads refs/tags refs/remotes; git diff | sha1sum; git diff --cached | sha1sum`
const HASHES = `find . -name .git -prune -o -type f -printf '%P\\0' | sort -z | xargs -0r sha1sum; find . -name .git -prune -o -type l -printf '%P -> %l\\n' | sort
find . -name .git -prune -o -type f -perm -100 -printf 'x %P\\n' | sort`

// A shared index is touched by whoever reads it, so that git does not expire it.
const TRACES = "ls -lnR --time-style=full-iso .git | grep -v -e '^total' -e sharedindex"

const onHost = (directory: string, script: string) =>
  execFileSync('bash', ['-ec', script], {
    cwd: directory,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...SAFE },
  }).trim()
const SAFE = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*', LC_ALL: 'C' }

const write = (from: Project, path: string, content: string | Buffer) => {
  mkdirSync(join(from.directory, path, '..'), { recursive: true })
  writeFileSync(join(from.directory, path), content)
}

/** Each brings a project into a state that people's checkouts are in. */
const STATES: Readonly<Record<string, (from: Project) => void>> = {
  'a clean checkout': () => {},
  'a dirty tree': (from) => {
    appendFileSync(join(from.directory, 'src/app.txt'), 'four\n')
    write(from, 'untracked/new.txt', 'new\n')
  },
  'staged and unstaged changes of one file': (from) => {
    appendFileSync(join(from.directory, 'src/app.txt'), 'staged\n')
    from.git('add', 'src/app.txt')
    appendFileSync(join(from.directory, 'src/app.txt'), 'and more\n')
    write(from, 'added.txt', 'added\n')
    from.git('add', 'added.txt')
    write(from, 'intended.txt', 'intended\n')
    from.git('add', '--intent-to-add', 'intended.txt')
  },
  deletions: (from) => {
    unlinkSync(join(from.directory, 'README.md'))
    from.git('rm', '-q', 'bin/run')
  },
  renames: (from) => {
    from.git('mv', 'src/old.txt', 'src/new.txt')
    renameSync(join(from.directory, 'src/app.txt'), join(from.directory, 'src/main.txt'))
  },
  'executable bits': (from) => {
    chmodSync(join(from.directory, 'README.md'), 0o755)
    chmodSync(join(from.directory, 'bin/run'), 0o644)
  },
  'links: dangling, absolute, to folders, in place of a file': (from) => {
    symlinkSync('nowhere', join(from.directory, 'dangling'))
    symlinkSync('/etc/hostname', join(from.directory, 'absolute'))
    symlinkSync('src', join(from.directory, 'folder'))
    unlinkSync(join(from.directory, 'src/app.txt'))
    symlinkSync('old.txt', join(from.directory, 'src/app.txt'))
  },
  'a folder in place of a file, and a file in place of a folder': (from) => {
    unlinkSync(join(from.directory, 'README.md'))
    write(from, 'README.md/inside', 'x\n')
    rmSync(join(from.directory, 'docs'), { recursive: true })
    write(from, 'docs', 'x\n')
  },
  'odd names': (from) => {
    const names = [
      ...['a space', 'new\nline', 'tab\there', 'quo"te', "apos'trophe", 'back\\slash', 'dollar$HOME', 'semi;colon'],
      ...['--option', '*star', '[bracket]', ':colon', ' leading', 'trailing ', 'ünïcödé', '日本語', '🦀', 'e\u0301'],
      ...['-n', '.hidden', '#hash', '!bang', '~tilde', 'per%cent', `${'long'.repeat(60)}`, 'deep/er/and/deep/er/file'],
    ]
    for (const name of names) write(from, `odd/${name}`, `${name}\n`)
    from.git('add', 'odd/a space', 'odd/new\nline', 'odd/日本語')
  },
  'a detached HEAD': (from) => void from.git('checkout', '-q', '--detach'),
  'branches, tags and a remote': (from) => {
    from.git('tag', '-a', 'v1', '-m', 'one')
    from.git('tag', 'light')
    from.git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    from.git('checkout', '-q', '-b', 'feature/with/slashes')
    from.git('commit', '-q', '--allow-empty', '-m', 'On a branch')
  },
  'a conflict that is not resolved': (from) => {
    from.git('checkout', '-q', '-b', 'other')
    write(from, 'README.md', 'Theirs.\n')
    from.git('commit', '-qam', 'Theirs')
    from.git('checkout', '-q', 'main')
    write(from, 'README.md', 'Ours.\n')
    from.git('commit', '-qam', 'Ours')
    expect(() => from.git('merge', '-q', 'other')).toThrow()
  },
  'a packed repository': (from) => {
    from.git('gc', '-q')
    from.git('pack-refs', '--all')
  },
  'CRLF files': (from) => {
    write(from, 'dos.txt', 'one\r\ntwo\r\n')
    from.git('add', 'dos.txt')
    from.git('commit', '-qm', 'DOS')
    write(from, 'dos.txt', 'one\r\n2\r\n')
  },
  'ignored files, which stay out': (from) => {
    write(from, '.env', 'SECRET=1\n')
    write(from, 'build/out.o', 'binary\n')
  },
  'a split index': (from) => void from.git('update-index', '--split-index'),
  'an untracked cache': (from) => void from.git('update-index', '--untracked-cache'),
}

describe('the same state as on the host', () => {
  test.each(Object.keys(STATES))('%s', async (name) => {
    using from = project(FILES)
    STATES[name]?.(from)
    const before = onHost(from.directory, `${TRACES}; ${HASHES}`)
    await using copy = await copyIn(from.directory)
    const hidden = name.startsWith('ignored') ? 'rm -rf .env build;' : ''
    expect(onHost(from.directory, `${TRACES}; ${HASHES}`)).toBe(before)
    expect(await copy.sh(HASHES)).toBe(onHost(from.directory, `${hidden} ${HASHES}`))
    expect(await copy.sh(`${STATE}; git fsck --no-progress 2>&1 | grep -v dangling || true`)).toBe(
      onHost(from.directory, STATE),
    )
    const { changes } = await copy.patch()
    expect(changes).toEqual([])
  })
})

describe('other kinds of checkout', () => {
  test('an empty repository', async () => {
    using from = project({ 'a.txt': 'a\n' })
    rmSync(join(from.directory, '.git'), { recursive: true })
    from.git('init', '-q', '-b', 'trunk')
    await using copy = await copyIn(from.directory)
    expect(await copy.sh('git symbolic-ref HEAD; git status --porcelain')).toBe('refs/heads/trunk\n?? a.txt')
    await copy.sh('git add -A; git commit -qm first; git log --oneline')
  })

  test('a repository without files or commits', async () => {
    using folder = temporaryFolder('empty')
    onHost(folder.path, 'git init -q -b main')
    await using copy = await copyIn(folder.path)
    expect(await copy.sh('git status --porcelain; echo x > new.txt')).toBe('')
    expect((await copy.patch()).patch.toString()).toContain('+++ b/new.txt')
  })

  test('a shallow clone stays shallow', async () => {
    using from = project(FILES)
    from.git('commit', '-q', '--allow-empty', '-m', 'Second')
    using folder = temporaryFolder('shallow')
    onHost(folder.path, `git clone -q --depth 1 file://${from.directory} clone`)
    await using copy = await copyIn(join(folder.path, 'clone'))
    expect(await copy.sh('git log --format=%s; git rev-parse --is-shallow-repository; git fsck')).toBe('Second\ntrue')
    expect(copy.notes).toContainEqual(expect.stringContaining('shallow'))
  })

  test('a worktree, whose .git is a file', async () => {
    using from = project(FILES)
    using folder = temporaryFolder('worktree')
    from.git('worktree', 'add', '-q', '-b', 'side', join(folder.path, 'tree'))
    const tree = join(folder.path, 'tree')
    appendFileSync(join(tree, 'README.md'), 'More.\n')
    await using copy = await copyIn(tree)
    expect(
      await copy.sh('git rev-parse --git-dir --abbrev-ref HEAD; git status --porcelain; git log --format=%s'),
    ).toBe('.git\nside\n M README.md\nBegin')
    await copy.sh('echo from inside > inside.txt')
    const { patch } = await copy.patch()
    onHost(tree, `git apply --check <<'EOF'\n${patch.toString()}EOF`)
  })

  test('submodules are copied as files, checked out or not', async () => {
    using sub = project({ 'lib.txt': 'lib\n' }, 'sub')
    using from = project(FILES)
    from.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', sub.directory, 'vendor/lib')
    from.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', sub.directory, 'vendor/absent')
    from.git('commit', '-qm', 'Submodules')
    from.git('submodule', '--quiet', 'deinit', '-f', 'vendor/absent')
    await using copy = await copyIn(from.directory)
    expect(await copy.sh('cat vendor/lib/lib.txt; ls -A vendor/lib; git log -1 --format=%s')).toBe(
      'lib\nlib.txt\nSubmodules',
    )
    expect(copy.notes).toContain('vendor/lib: a repository of its own, copied as plain files')
    expect(copy.notes).toContainEqual(expect.stringMatching(/^vendor\/absent: the submodule is not checked out/))
  })

  test('LFS pointers are told of', async () => {
    using from = project(FILES)
    write(from, '.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n')
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`
    write(from, 'big.bin', pointer)
    from.git('add', '-A')
    from.git('commit', '-qm', 'LFS')
    await using copy = await copyIn(from.directory)
    expect(`${await copy.sh('cat big.bin')}\n`).toBe(pointer)
    expect(copy.notes).toContain('1 LFS pointer is copied without their content')
  })

  test('a sparse checkout stays sparse', async () => {
    using from = project(FILES)
    from.git('sparse-checkout', 'set', 'src')
    await using copy = await copyIn(from.directory)
    expect(await copy.sh('ls; git status --porcelain; git ls-files -t bin')).toBe('README.md\nsrc\nS bin/run')
    expect(copy.notes).toContainEqual(expect.stringContaining('sparse'))
  })

  test('a folder that is in no repository is copied whole, minus what is excluded', async () => {
    using folder = temporaryFolder('plain')
    for (const path of ['a.txt', 'node_modules/x/index.js', '.env', 'deep/b.txt', 'empty/']) {
      mkdirSync(join(folder.path, path.endsWith('/') ? path : join(path, '..')), { recursive: true })
      if (!path.endsWith('/')) writeFileSync(join(folder.path, path), `${path}\n`)
    }
    await using copy = await copyIn(folder.path, { exclude: ['node_modules/**', '.env'] })
    expect(await copy.sh('find . -mindepth 1 | sort')).toBe('./a.txt\n./deep\n./deep/b.txt\n./empty')
    await copy.sh('echo changed > a.txt; rm -r deep')
    const { patch, changes } = await copy.patch()
    expect(changes.map(({ path, status }) => `${status} ${path}`)).toEqual(['modified a.txt', 'deleted deep/b.txt'])
    onHost(folder.path, `git apply <<'EOF'\n${patch.toString()}EOF`)
    expect(readFileSync(join(folder.path, 'a.txt'), 'utf8')).toBe('changed\n')
  })

  test('a subfolder of a repository: its files and one commit, and the patch fits the repository', async () => {
    using from = project({ ...FILES, 'packages/one/a.txt': 'a\n', 'packages/two/b.txt': 'SECRET of another package\n' })
    await using copy = await copyIn(join(from.directory, 'packages/one'))
    expect(await copy.sh('ls; git log --format=%s; git status --porcelain')).toBe('a.txt\nBegin')
    // What lies beside it is in no object either.
    expect(await copy.sh('git cat-file --batch-all-objects --batch | grep -c SECRET || true')).toBe('0')
    await copy.sh('echo b >> a.txt')
    const { patch } = await copy.patch()
    expect(patch.toString()).toContain('a/packages/one/a.txt')
    onHost(from.directory, `git apply --check <<'EOF'\n${patch.toString()}EOF`)
  })

  test('sha256 repositories', async () => {
    using folder = temporaryFolder('sha256')
    onHost(folder.path, 'git init -q --object-format=sha256 -b main; echo a > a; git add a')
    onHost(folder.path, 'git -c user.name=a -c user.email=a@b commit -qm one; echo b > b')
    await using copy = await copyIn(folder.path)
    expect(await copy.sh('git rev-parse --show-object-format; git log --format=%s; git status --porcelain')).toBe(
      'sha256\none\n?? b',
    )
    await copy.sh('echo c >> a; git commit -qam two')
    expect((await copy.patch()).patch.toString()).toContain('+c')
  })

  test('stashes, dropped commits and reflogs stay at home', async () => {
    using from = project(FILES)
    write(from, 'README.md', 'STASHED-SECRET\n')
    from.git('stash', '-q')
    write(from, 'README.md', 'DROPPED-SECRET\n')
    from.git('commit', '-qam', 'To be dropped')
    from.git('reset', '-q', '--hard', 'HEAD~1')
    from.git('config', 'remote.origin.url', 'https://user:CONFIG-SECRET@example.com/x.git')
    await using copy = await copyIn(from.directory)
    const everything = 'git cat-file --batch-all-objects --batch; cat .git/config; grep -r . .git --text || true'
    expect(await copy.sh(`{ ${everything}; } | grep -a -o '[A-Z]*-SECRET' || true`)).toBe('')
    expect(onHost(from.directory, `{ ${everything}; } | grep -a -o '[A-Z]*-SECRET' | sort -u`)).toBe(
      'CONFIG-SECRET\nDROPPED-SECRET\nSTASHED-SECRET',
    )
  })
})

describe('which files', () => {
  const listed = async (from: Project, options: CopyOptions) => {
    await using copy = await copyIn(from.directory, options)
    return { files: (await copy.sh("find . -path ./.git -prune -o -type f -printf '%P\\n' | sort")).split('\n'), copy }
  }

  test('an ignored file comes along when it is included by name, and is said so', async () => {
    using from = project({ 'a.txt': 'a\n', '.gitignore': '.env*\nbuild/\n' })
    write(from, '.env', 'A=1\n')
    write(from, '.env.local', 'B=1\n')
    write(from, 'build/keep/me.js', 'x\n')
    const { files, copy } = await listed(from, { include: ['.env', 'build/keep/**'] })
    expect(files).toEqual(['.env', '.gitignore', 'a.txt', 'build/keep/me.js'])
    expect(copy.notes).toContain('copied although git ignores them: .env, build/keep/me.js')
  })

  test('exclude takes tracked files out, which git inside does not take for deleted', async () => {
    using from = project({ 'a.txt': 'a\n', 'secret/key.pem': 'k\n', 'deep/secret/x': 'x\n' })
    await using copy = await copyIn(from.directory, { exclude: ['secret/**'] })
    expect(await copy.sh('ls; git status --porcelain')).toBe('a.txt\ndeep')
    expect(copy.notes).toContainEqual(expect.stringMatching(/left out by exclude, but still in the history.*key\.pem/))
    expect((await copy.patch()).changes).toEqual([])
  })

  test('the user’s own excludes file and info/exclude count, and what they ignore inside stays inside', async () => {
    using from = project({ 'a.txt': 'a\n' })
    using home = temporaryFolder('home')
    mkdirSync(join(home.path, '.config/git'), { recursive: true })
    writeFileSync(join(home.path, '.config/git/ignore'), '*.private\n')
    appendFileSync(join(from.directory, '.git/info/exclude'), 'local/\n')
    write(from, 'x.private', 'x\n')
    write(from, 'local/y', 'y\n')
    await using copy = await copyIn(from.directory, { env: { HOME: home.path } })
    expect(await copy.sh('ls')).toBe('a.txt')
    await copy.sh('echo z > z.private; mkdir local; echo w > local/w; echo v > v.txt')
    expect((await copy.patch()).changes.map(({ path }) => path)).toEqual(['v.txt'])
  })

  test('pipes and sockets are left out, and said so', async () => {
    using from = project({ 'a.txt': 'a\n' })
    execFileSync('mkfifo', [join(from.directory, 'pipe')])
    const server = createServer().listen(join(from.directory, 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    using folder = temporaryFolder('plain')
    execFileSync('mkfifo', [join(folder.path, 'pipe')])
    writeFileSync(join(folder.path, 'b.txt'), 'b\n')
    await using copy = await copyIn(from.directory)
    await using plain = await copyIn(folder.path)
    server.close()
    expect(await copy.sh('ls')).toBe('a.txt')
    expect(await plain.sh('ls')).toBe('b.txt')
    expect(plain.notes).toContain('left out, neither files nor links: pipe')
  })
})

describe('large', () => {
  test('a file of 1 GB comes through byte for byte', async () => {
    using from = project({ 'a.txt': 'a\n' })
    const big = join(from.directory, 'big.bin')
    execFileSync('bash', ['-c', `head -c 1G /dev/urandom > '${big}'`])
    const sum = onHost(from.directory, 'sha1sum < big.bin')
    await using copy = await copyIn(from.directory)
    expect(await copy.sh('sha1sum < big.bin')).toBe(sum)
  })

  test('20,000 files come through, and a change of one comes back', async () => {
    using from = project({ 'a.txt': 'a\n' })
    for (let folder = 0; folder < 200; folder += 1) {
      for (let file = 0; file < 100; file += 1) write(from, `f${folder}/${file}.txt`, `${folder} ${file}\n`)
    }
    copyFileSync(join(from.directory, 'a.txt'), join(from.directory, 'z.txt'))
    await using copy = await copyIn(from.directory)
    expect(await copy.sh('find . -path ./.git -prune -o -type f -print | wc -l')).toBe('20002')
    await copy.sh('echo more >> f77/7.txt')
    const { changes, insertions } = await copy.patch()
    expect({ insertions, paths: changes.map(({ path }) => path) }).toEqual({ insertions: 1, paths: ['f77/7.txt'] })
  })
})

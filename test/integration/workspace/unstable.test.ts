// Files that can't be read, or that don't hold still: an error that names them, and never a copy that is neither the one
// state nor the other.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { AirlockError } from '../../../src/ports/errors.ts'
import { temporaryFolder } from '../../support/airlock.ts'
import { docker } from '../../support/engine-state.ts'
import { type Project, project } from '../../support/projects.ts'
import { type CopyOptions, copyIn } from '../../support/workspace-rig.ts'

async function refusal(directory: string, options: CopyOptions = {}): Promise<string> {
  try {
    await using copy = await copyIn(directory, options)
    throw new Error('it was copied', { cause: copy.notes })
  } catch (error) {
    if (!(error instanceof AirlockError)) throw error
    return error.describe()
  }
}

const BIG = 8 * 1024 * 1024

describe('what changes between the listing and the copy', () => {
  const MEANWHILE: Readonly<Record<string, { path: string; change: (full: string, from: Project) => void }>> = {
    'a file that is gone': { path: 'small.txt', change: (full) => unlinkSync(full) },
    'a link in its place': {
      path: 'small.txt',
      change: (full) => {
        unlinkSync(full)
        symlinkSync('/etc/passwd', full)
      },
    },
    'a named pipe in its place': {
      path: 'small.txt',
      change: (full) => {
        unlinkSync(full)
        execFileSync('mkfifo', [full])
      },
    },
    'a file in place of its folder': {
      path: 'folder/file.txt',
      change: (_, from) => {
        rmSync(join(from.directory, 'folder'), { recursive: true })
        writeFileSync(join(from.directory, 'folder'), 'x')
      },
    },
    'a file in place of a link': {
      path: 'link',
      change: (full) => {
        unlinkSync(full)
        writeFileSync(full, 'x')
      },
    },
    'a big file that is gone': { path: 'big.bin', change: (full) => unlinkSync(full) },
  }

  test.each(Object.keys(MEANWHILE))('%s', async (name) => {
    using from = project({ 'small.txt': 's\n', 'folder/file.txt': 'f\n', link: { link: 'small.txt' } })
    writeFileSync(join(from.directory, 'big.bin'), Buffer.alloc(BIG, 1))
    const { path, change } = MEANWHILE[name] ?? { path: '', change: () => {} }
    const told = await refusal(from.directory, { meanwhile: () => change(join(from.directory, path), from) })
    expect(told).toMatch(/^InputError: /)
    expect(told).toContain(`${path} changed while it was being copied`)
    expect(docker('volume', 'ls', '--quiet', '--filter', 'label=airlock.run')).toBe('')
  })

  test('a file that grew or shrank is copied as it is then, whole', async () => {
    using from = project({ 'a.txt': 'short\n', 'b.txt': `${'long '.repeat(1000)}\n` })
    await using copy = await copyIn(from.directory, {
      meanwhile: () => {
        appendFileSync(join(from.directory, 'a.txt'), 'and longer\n')
        truncateSync(join(from.directory, 'b.txt'), 4)
      },
    })
    expect(await copy.sh('cat a.txt b.txt')).toBe('short\nand longer\nlong')
  })
})

describe('what changes under the reader', () => {
  // Writes as fast as it can: whole files of one letter, in place.
  const WRITER = `const fs = require('fs'), [file, bytes] = process.argv.slice(1)
const states = ['A', 'B'].map((letter) => Buffer.alloc(Number(bytes), letter)), fd = fs.openSync(file, 'r+')
for (let at = 0; ; at += 1) fs.writeSync(fd, states[at % 2], 0, states[0].length, 0)`

  async function withWriter<T>(file: string, bytes: number, work: () => Promise<T>): Promise<T> {
    const writer: ChildProcess = spawn(process.execPath, ['-e', WRITER, file, String(bytes)], { stdio: 'ignore' })
    try {
      await sleep(200)
      return await work()
    } finally {
      writer.kill('SIGKILL')
    }
  }

  test.each([
    ['small', 300_000],
    ['large', 64 * 1024 * 1024],
  ])('a %s file that is written all the time is refused, or copied in one of its states', async (_, bytes) => {
    using from = project({ 'a.txt': 'a\n' })
    const file = join(from.directory, 'busy.bin')
    writeFileSync(file, Buffer.alloc(bytes, 'A'))
    await withWriter(file, bytes, async () => {
      let told = ''
      try {
        await using copy = await copyIn(from.directory)
        const letters = await copy.sh("fold -w1 busy.bin | head -c 40000000 | sort -u | tr -d '\\n'")
        expect(letters).toMatch(/^[AB]$/)
      } catch (error) {
        if (!(error instanceof AirlockError)) throw error
        told = error.describe()
        expect(told).toContain('busy.bin changed while it was being copied')
      }
    })
  })

  test('files that are replaced as editors do it are copied in one of their states', async () => {
    using from = project({ 'a.txt': 'A'.repeat(100_000) })
    const file = join(from.directory, 'a.txt')
    const timer = setInterval(() => {
      const letter = Math.random() < 0.5 ? 'A' : 'B'
      writeFileSync(join(from.directory, '../a.tmp'), letter.repeat(100_000))
      renameSync(join(from.directory, '../a.tmp'), file)
    }, 1)
    try {
      await using copy = await copyIn(from.directory)
      expect(await copy.sh("fold -w1 a.txt | sort | uniq -c | tr -s ' '")).toMatch(/^ ?100000 [AB]$/)
    } finally {
      clearInterval(timer)
    }
  })
})

describe('what can not be read', () => {
  test('every file is named, and nothing is started', async () => {
    using from = project({ 'ok.txt': 'x\n', 'secret/key': 'k\n', 'other.txt': 'o\n', 'closed/inside.txt': 'i\n' })
    using folder = temporaryFolder('unreadable')
    const clone = join(folder.path, 'clone')
    // As another user than the one who owns what is closed.
    execFileSync('bash', [
      '-ec',
      `git -c safe.directory='*' clone -q '${from.directory}' '${clone}'; chown -R 1001:1001 '${clone}'; chmod 755 '${folder.path}'
       cd '${clone}'; chown 0:0 secret/key other.txt closed; chmod 600 secret/key other.txt; chmod 700 closed`,
    ])
    const script = `import { takeSnapshot } from '${process.cwd()}/src/workspace/snapshot.ts'
import { hostProcess, allowedEnvironment } from '${process.cwd()}/src/ports/process.ts'
const process_ = hostProcess({ ...allowedEnvironment(process.env), HOME: '/nonexistent' })
const request = { directory: ${JSON.stringify(clone)}, include: [], exclude: JSON.parse(process.argv[1]) }
try { const { files } = await takeSnapshot(request, { process: process_ }); console.log('files', files) }
catch (error) { console.log(error.describe()) }`
    const as1001 = (exclude: readonly string[]) =>
      execFileSync(
        'setpriv',
        [
          ...['--reuid', '1001', '--regid', '1001', '--clear-groups', process.execPath, '--input-type=module', '-e'],
          ...[script, JSON.stringify(exclude)],
        ],
        { encoding: 'utf8' },
      )
    const told = as1001([])
    expect(told).toMatch(/^InputError: /)
    for (const path of ['secret/key', 'other.txt', 'closed']) expect(told).toContain(path)
    expect(told).not.toContain('ok.txt')
    expect(told).toContain('exclude')
    expect(as1001(['secret/**', 'other.txt', 'closed', 'closed/**']).trim()).toBe('files 1')
  })

  test('a name that is not UTF-8 is refused by name', async () => {
    using from = project({ 'a.txt': 'a\n' })
    writeFileSync(
      Buffer.concat([Buffer.from(`${from.directory}/latin`), Buffer.from([0xe9]), Buffer.from('.txt')]),
      'x',
    )
    const told = await refusal(from.directory)
    expect(told).toContain('a file name is not valid UTF-8')
    expect(told).toContain('latin')
  })

  test('a damaged repository is told, not copied without its history', async () => {
    using from = project({ 'a.txt': 'a\n' })
    writeFileSync(join(from.directory, '.git/HEAD'), 'nonsense\n')
    expect(await refusal(from.directory)).toMatch(/^InputError: reading the repository failed/)
  })

  test('a bare repository is refused with what to do', async () => {
    using folder = temporaryFolder('bare')
    execFileSync('git', ['init', '-q', '--bare', folder.path])
    expect(await refusal(folder.path)).toMatch(/without a work tree[\s\S]*git clone/)
  })

  test('a missing object is told', async () => {
    using from = project({ 'a.txt': 'a\n' })
    const blob = from.git('rev-parse', 'HEAD:a.txt').trim()
    chmodSync(join(from.directory, '.git/objects', blob.slice(0, 2)), 0o755)
    unlinkSync(join(from.directory, '.git/objects', blob.slice(0, 2), blob.slice(2)))
    expect(await refusal(from.directory)).toMatch(/packing the history failed[\s\S]*git fsck/)
  })
})

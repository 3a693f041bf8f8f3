// Small projects for tests: each in a fresh git repository below the system's temporary folder.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type FileMap = Readonly<Record<string, string | { readonly link: string } | { readonly run: string }>>

export interface Project extends Disposable {
  readonly directory: string
  git(...args: string[]): string
}

const IDENTITY = [
  '-c',
  'safe.directory=*',
  '-c',
  'user.name=Test',
  '-c',
  'user.email=test@example.com',
  '-c',
  'commit.gpgsign=false',
]

/** Writes the files and commits them all. `{run}` is an executable file, `{link}` a symlink. */
export function project(files: FileMap, name = 'project'): Project {
  const directory = join(mkdtempSync(join(tmpdir(), 'airlock-test-')), name)
  for (const [path, content] of Object.entries(files)) write(join(directory, path), content)
  const git = (...args: string[]) => execFileSync('git', [...IDENTITY, ...args], { cwd: directory, encoding: 'utf8' })
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-q', '-m', 'Begin')
  return { directory, git, [Symbol.dispose]: () => rmSync(dirname(directory), { recursive: true, force: true }) }
}

/** A clean clone of a repository's HEAD. */
export function cloneOf(repository: string): Project {
  const directory = join(mkdtempSync(join(tmpdir(), 'airlock-test-')), 'clone')
  const git = (...args: string[]) => execFileSync('git', [...IDENTITY, ...args], { cwd: directory, encoding: 'utf8' })
  execFileSync('git', ['-c', 'safe.directory=*', 'clone', '-q', '--no-hardlinks', repository, directory])
  return { directory, git, [Symbol.dispose]: () => rmSync(dirname(directory), { recursive: true, force: true }) }
}

export function write(path: string, content: FileMap[string]): void {
  mkdirSync(dirname(path), { recursive: true })
  if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, path)
  else if (typeof content === 'string') writeFileSync(path, content)
  else {
    writeFileSync(path, content.run)
    chmodSync(path, 0o755)
  }
}

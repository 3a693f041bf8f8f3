// Which host paths are part of the workspace's copy: the ones that git does not ignore, and those that `include` names.
import { basename, dirname, join, relative } from 'node:path'
import picomatch from 'picomatch'
import { AirlockError } from '../ports/errors.ts'
import type { Process } from '../ports/process.ts'

/**
 * @param paths absolute
 * @returns those that are left out of the copy. In a folder that is no git repository everything is copied.
 */
export async function leftOutOfCopy(
  directory: string,
  paths: readonly string[],
  include: readonly string[],
  process: Process,
): Promise<ReadonlySet<string>> {
  const below = new Map(paths.map((path) => [relative(directory, path), path]))
  const asked = [...below.keys()].filter((path) => path !== '' && !path.startsWith('..'))
  if (asked.length === 0) return new Set()
  const ignored = await ignoredByGit(directory, asked, process)
  const named = include.length === 0 ? () => false : picomatch([...include], { dot: true })
  return new Set(ignored.filter((path) => !named(path)).flatMap((path) => below.get(path) ?? []))
}

async function ignoredByGit(directory: string, paths: readonly string[], process: Process): Promise<readonly string[]> {
  const options = { cwd: directory, input: paths.map((path) => `${path}\0`).join('') }
  const result = await process.run('git', ['check-ignore', '-z', '--stdin'], options)
  // 0: some are ignored, 1: none is.
  if (result.exitCode <= 1) return result.stdout.toString('utf8').split('\0').filter(Boolean)
  if (/not a git repository/i.test(result.stderr)) return []
  if (/is in submodule|beyond a symbolic link/.test(result.stderr)) return oneByOne(directory, paths, process)
  throw new AirlockError('input', 'git can not tell which files it ignores', {
    where: `git check-ignore in ${directory} (exit code ${result.exitCode})`,
    detail: result.stderr.trim(),
    next: 'Check that `git status` works in this folder.',
  })
}

// A path in a submodule is that repository's to judge; one that nobody can judge stays out.
async function oneByOne(directory: string, paths: readonly string[], process: Process): Promise<readonly string[]> {
  const judged = paths.map(async (path) => {
    const cwd = dirname(join(directory, path))
    const { exitCode } = await process.run('git', ['check-ignore', '--quiet', `./${basename(path)}`], { cwd })
    return exitCode === 1 ? [] : [path]
  })
  return (await Promise.all(judged)).flat()
}

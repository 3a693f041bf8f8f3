// git on the host, only ever over the host's own repository, and without leaving a trace in it.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { lastLines } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import type { Completed, Process } from '../ports/process.ts'

export interface HostGit {
  /** Folder of the user's own git files, unless they are configured to be elsewhere. */
  readonly configHome: string
  /** Runs git in the project's folder; undefined when it exits non-zero. */
  ask(args: readonly string[], input?: string | Buffer): Promise<Buffer | undefined>
  /** The same, but a failure is an input error that quotes git. */
  run(doing: string, args: readonly string[], input?: string | Buffer): Promise<Buffer>
  /** The same, and the caller judges. */
  call(args: readonly string[], input?: string | Buffer): Promise<Completed>
}

// Nothing of the repository's is started: no monitor, no fetch of what a partial clone lacks, no credential helper.
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '-c', 'gc.auto=0', '-c', 'credential.helper=']
const SAFE_ENV = {
  // A status must not rewrite the index.
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  // For versions of git that don't know the line above.
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
}
const MAX_LISTING = 512 * 1024 * 1024

/** @param env added to git's environment */
export function hostGit(process: Process, directory: string, env: Readonly<Record<string, string>> = {}): HostGit {
  const call: HostGit['call'] = (args, input) =>
    process.run('git', [...SAFE, ...args], {
      cwd: directory,
      extraEnv: { ...SAFE_ENV, ...env },
      maxBytes: MAX_LISTING,
      ...(input === undefined ? {} : { input }),
    })
  const { XDG_CONFIG_HOME, HOME = homedir() } = process.environment
  return {
    configHome: join(XDG_CONFIG_HOME || join(HOME, '.config'), 'git'),
    call,
    async ask(args, input) {
      const result = await call(args, input)
      return result.exitCode === 0 ? result.stdout : undefined
    },
    async run(doing, args, input) {
      const result = await call(args, input)
      if (result.exitCode === 0) return result.stdout
      throw gitError(doing, args, directory, result)
    },
  }
}

export function gitError(doing: string, args: readonly string[], directory: string, result: Completed): AirlockError {
  const owner = /dubious ownership/.test(result.stderr)
  return new AirlockError('input', `${doing} failed`, {
    where: `git ${args.slice(0, 4).join(' ')} in ${directory} (exit code ${result.exitCode})`,
    detail: lastLines(result.stderr, 8),
    next:
      result.exitCode === 127
        ? 'Install git.'
        : owner
          ? `If you trust the repository: git config --global --add safe.directory ${directory}`
          : 'Check the repository with: git fsck',
  })
}

/**
 * NUL-separated paths as git prints them. Bytes that are not UTF-8 come out as U+FFFD: no file has that name then, which
 * is how the listing finds them.
 */
export function splitPaths(output: Buffer): readonly string[] {
  if (output.length === 0) return []
  return output.toString('utf8').split('\0').slice(0, -1)
}

// git on the host, only ever over the host's own repository, and without leaving a trace in it.
import { lastLines } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import type { Process } from '../ports/process.ts'

export interface HostGit {
  /** Runs git in the project's folder; undefined when it exits non-zero. */
  ask(args: readonly string[], input?: string | Buffer): Promise<Buffer | undefined>
  /** The same, but a failure is an input error that quotes git. */
  run(doing: string, args: readonly string[], input?: string | Buffer): Promise<Buffer>
}

// No optional locks: a status must not rewrite the index. No monitor: nothing of the repository's is started.
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '-c', 'gc.auto=0']
const MAX_LISTING = 512 * 1024 * 1024

export function hostGit(process: Process, directory: string): HostGit {
  const options = {
    cwd: directory,
    extraEnv: { GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' },
  }
  const call = (args: readonly string[], input?: string | Buffer) =>
    process.run('git', [...SAFE, ...args], {
      ...options,
      maxBytes: MAX_LISTING,
      ...(input === undefined ? {} : { input }),
    })
  return {
    async ask(args, input) {
      const result = await call(args, input)
      return result.exitCode === 0 ? result.stdout : undefined
    },
    async run(doing, args, input) {
      const result = await call(args, input)
      if (result.exitCode === 0) return result.stdout
      throw new AirlockError('input', `${doing} failed`, {
        where: `git ${args.slice(0, 4).join(' ')} in ${directory} (exit code ${result.exitCode})`,
        detail: lastLines(result.stderr, 8),
        next: result.exitCode === 127 ? 'Install git.' : 'Check the repository with: git fsck',
      })
    },
  }
}

/** NUL-separated paths as git prints them, decoded; a name that is not UTF-8 is reported with its bytes. */
export function splitPaths(output: Buffer): readonly string[] {
  const paths: string[] = []
  let from = 0
  for (let at = output.indexOf(0); at !== -1; at = output.indexOf(0, from)) {
    paths.push(decodePath(output.subarray(from, at)))
    from = at + 1
  }
  return paths
}

function decodePath(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (Buffer.compare(Buffer.from(text, 'utf8'), bytes) === 0) return text
  throw new AirlockError('input', 'a file name is not valid UTF-8', {
    where: bytes.toString('latin1'),
    next: 'Rename the file, or leave it out with exclude.',
  })
}

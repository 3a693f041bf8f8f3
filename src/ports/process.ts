// The only place that starts child processes.
import type { Readable, Writable } from 'node:stream'
import { execa } from 'execa'

export interface RunOptions {
  readonly cwd?: string
  /** The whole environment of the child: nothing is inherited unless it is named here. */
  readonly env?: Readonly<Record<string, string>>
  /** Added to the environment that children get anyway. */
  readonly extraEnv?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array | Readable
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
  /** Bytes kept of each stream before the command is stopped; 64 MiB unless told. */
  readonly maxBytes?: number
}

export interface Completed {
  /** The command line as a person would type it, for messages. */
  readonly command: string
  readonly exitCode: number
  readonly stdout: Buffer
  readonly stderr: string
  readonly durationMs: number
  readonly timedOut: boolean
  readonly tooLong: boolean
}

/** A running child; `done` never rejects. */
export interface Child {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  readonly done: Promise<{ readonly exitCode: number; readonly stderrTail: string }>
  kill(signal?: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): void
}

export interface Process {
  /** What children get unless told otherwise. */
  readonly environment: Readonly<Record<string, string>>
  /** Runs to the end. A non-zero exit is an answer, not an exception; a command that can't be started exits 127. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<Completed>
  /** Starts with all three streams piped. */
  start(command: string, args: readonly string[], options?: RunOptions): Child
}

/** The environment that children get: what the Docker client and git need to find their own configuration. */
export function allowedEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const allowed =
    /^(PATH|HOME|USER|LOGNAME|TMPDIR|XDG_(RUNTIME_DIR|CONFIG_HOME)|DOCKER_(HOST|CONTEXT|CONFIG|CERT_PATH|TLS|TLS_VERIFY|API_VERSION)|SSH_AUTH_SOCK|SystemRoot|USERPROFILE|APPDATA|LOCALAPPDATA|ProgramData|ProgramFiles|ComSpec|PATHEXT)$/
  const pairs = Object.entries(env).filter(([name, value]) => allowed.test(name) && value !== undefined)
  return { ...(Object.fromEntries(pairs) as Record<string, string>), LC_ALL: 'C.UTF-8' }
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024

export function hostProcess(environment: Readonly<Record<string, string>>): Process {
  return {
    environment,
    async run(command, args, options = {}) {
      const started = performance.now()
      const result = await execa(command, [...args], {
        ...common(environment, options),
        ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
        ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
        maxBuffer: options.maxBytes ?? DEFAULT_MAX_BYTES,
        encoding: 'buffer',
      })
      return {
        command: result.escapedCommand,
        exitCode: result.exitCode ?? (result.failed && result.code === 'ENOENT' ? 127 : 1),
        stdout: Buffer.from(result.stdout ?? []),
        stderr:
          Buffer.from(result.stderr ?? []).toString('utf8') ||
          (result.exitCode === undefined ? (result.shortMessage ?? '') : ''),
        durationMs: performance.now() - started,
        timedOut: result.timedOut,
        tooLong: result.isMaxBuffer,
      }
    },
    start(command, args, options = {}) {
      const child = execa(command, [...args], { ...common(environment, options), stdin: 'pipe', buffer: false })
      let tail = ''
      child.stderr.on('data', (chunk: Buffer) => {
        tail = (tail + chunk.toString('utf8')).slice(-4096)
      })
      // A reader that goes away is the caller's business; without a listener the error would end the process.
      child.stdin.on('error', () => {})
      return {
        stdin: child.stdin,
        stdout: child.stdout,
        stderr: child.stderr,
        done: child.then((result) => ({
          exitCode: result.exitCode ?? 1,
          stderrTail: tail || (result.shortMessage ?? ''),
        })),
        kill: (signal = 'SIGTERM') => void child.kill(signal),
      }
    },
  }
}

function common(environment: Readonly<Record<string, string>>, options: RunOptions) {
  return {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...(options.env ?? environment), ...options.extraEnv },
    extendEnv: false,
    reject: false as const,
    stripFinalNewline: false,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    forceKillAfterDelay: 2000,
    // A group of their own: Ctrl-C at a terminal reaches airlock alone, which then stops its children in order.
    detached: true,
    cleanup: true,
  }
}

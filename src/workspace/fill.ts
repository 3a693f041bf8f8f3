// Fills the volumes of a run through one helper container.
import { createInterface } from 'node:readline'
import { type Docker, lastLines, RUN_LABEL } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import type { Process } from '../ports/process.ts'
import { hostGit } from './git.ts'
import { type Pack, packHistory } from './history.ts'
import { writeArchives } from './pack.ts'
import type { Snapshot } from './snapshot.ts'

export interface WorkspaceVolumes {
  /** Volume names. The baseline's is never mounted in the sandbox. */
  readonly workspace: string
  readonly baseline: string
  /** The helper's image. */
  readonly image: string
  readonly owner: { readonly uid: number; readonly gid: number }
  readonly runId: string
}

export interface Filling {
  /** Resolves when every file is in the volume. */
  readonly filesReady: Promise<void>
  /** Resolves when `.git` and the baseline are there too: from then on the sandbox may write. */
  readonly done: Promise<void>
}

export interface FillDeps {
  readonly docker: Docker
  readonly process: Process
  readonly signal: AbortSignal
}

/** Arguments of every helper: no network, no capabilities, nothing but the volumes. */
export function helperArgs(
  volumes: WorkspaceVolumes,
  options: { readonly readOnly: boolean; readonly tmpMb: number },
): readonly string[] {
  const mount = (name: string, target: string, readOnly: boolean) => [
    '--volume',
    `${name}:${target}${readOnly ? ':ro' : ''}`,
  ]
  return [
    ...['run', '--rm', '--interactive', '--network', 'none'],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--read-only', '--tmpfs', `/tmp:mode=1777,size=${options.tmpMb}m`, '--label', `${RUN_LABEL}=${volumes.runId}`],
    ...['--user', `${volumes.owner.uid}:${volumes.owner.gid}`],
    ...mount(volumes.workspace, '/workspace', options.readOnly),
    ...mount(volumes.baseline, '/baseline', options.readOnly),
    ...['--entrypoint', '/bin/sh', volumes.image],
  ]
}

/** Starts at once. Errors: `input` for files of the host, `sandbox` for the volume (a full disk). */
export function fillWorkspace(snapshot: Snapshot, volumes: WorkspaceVolumes, deps: FillDeps): Filling {
  let filesReady = () => {}
  const files = new Promise<void>((resolve) => {
    filesReady = resolve
  })
  const done = fill(snapshot, volumes, deps, () => filesReady())
  const filling = { filesReady: Promise.race([files, done]), done }
  // Either may fail before anybody waits for it.
  for (const promise of Object.values(filling)) promise.catch(() => {})
  return filling
}

async function fill(snapshot: Snapshot, volumes: WorkspaceVolumes, deps: FillDeps, onFiles: () => void): Promise<void> {
  const child = deps.docker.start([...helperArgs(volumes, { readOnly: false, tmpMb: 64 }), '/airlock/fill.sh'], {
    signal: deps.signal,
  })
  let finished = false
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'files-ready') onFiles()
    if (line === 'baseline-ready') finished = true
  })
  // Packing the history and sending the files don't wait for one another.
  const history = pack(snapshot, deps)
  // It may fail before anybody waits for it.
  history.catch(() => {})
  try {
    await Promise.race([writeArchives(snapshot, history, child.stdin), child.done])
  } catch (error) {
    // The helper's own words say more than the broken pipe that follows from them.
    child.kill('SIGKILL')
    if (error instanceof AirlockError) throw error
  } finally {
    await history.then((packed) => packed?.[Symbol.asyncDispose]()).catch(() => {})
  }
  const { exitCode, stderrTail } = await child.done
  deps.signal.throwIfAborted()
  if (exitCode === 0 && finished) return
  throw fillError(exitCode, stderrTail)
}

async function pack({ directory, repository }: Snapshot, { process }: FillDeps): Promise<Pack | undefined> {
  return repository ? packHistory((env) => hostGit(process, directory, env), repository) : undefined
}

function fillError(exitCode: number, stderr: string): AirlockError {
  const full = /no space left on device/i.test(stderr)
  return new AirlockError(
    'sandbox',
    full ? 'the disk is full: the workspace could not be copied' : 'the workspace could not be filled',
    {
      where: `helper container (exit code ${exitCode})`,
      detail: lastLines(stderr, 8),
      next: full ? 'Free space where the Docker engine keeps its volumes, or leave files out with exclude.' : undefined,
    },
  )
}

// The devcontainer's lifecycle commands, inside the closed network, as the remote user.
import type { Docker } from '../ports/docker.ts'
import { lastLines } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import { execStart, type Session } from './exec.ts'
import type { Command, Metadata } from './metadata.ts'

export interface LifecycleDeps {
  readonly docker: Docker
  readonly signal: AbortSignal
  /** Gets each line that a command prints. */
  readonly onOutput: (line: string) => void
  readonly onCommand: (title: string) => void
}

/** Runs them in the specification's order; the first failure ends it with a sandbox error. */
export async function runLifecycle(metadata: Metadata, session: Session, deps: LifecycleDeps): Promise<void> {
  for (const { name, command } of metadata.lifecycle) await runCommand(name, command, session, deps)
}

async function runCommand(name: string, command: Command, session: Session, deps: LifecycleDeps): Promise<void> {
  switch (command.kind) {
    case 'shell':
      return runOne(name, ['/bin/sh', '-c', command.line], command.line, session, deps)
    case 'exec':
      return runOne(name, command.argv, command.argv.join(' '), session, deps)
    case 'parallel': {
      const all = [...command.commands].map(([part, one]) => runCommand(`${name} (${part})`, one, session, deps))
      // All are waited for, so that none goes on behind a failed one.
      const failed = (await Promise.allSettled(all)).find((outcome) => outcome.status === 'rejected')
      if (failed) throw failed.reason
    }
  }
}

async function runOne(name: string, argv: readonly string[], shown: string, session: Session, deps: LifecycleDeps) {
  deps.onCommand(`${name}: ${shown}`)
  const child = execStart(deps.docker, session, argv, { signal: deps.signal })
  child.stdin.end()
  let tail = ''
  const collect = (chunk: string) => {
    tail = (tail + chunk).slice(-8192)
    for (const line of chunk.split('\n')) if (line.trim() !== '') deps.onOutput(line)
  }
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)
  const { exitCode } = await child.done
  deps.signal.throwIfAborted()
  if (exitCode === 0) return
  throw new AirlockError('sandbox', `${name} failed`, {
    where: `${shown} (exit code ${exitCode})`,
    detail: lastLines(tail, 15),
    next: 'It ran without internet. If it downloads something, move that to the Dockerfile, or allow the domains it needs (egress_presets, allowed_domains).',
  })
}

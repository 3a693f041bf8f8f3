// Commands in the sandbox's container, as its remote user.
import type { Docker } from '../ports/docker.ts'
import type { Child, Completed, RunOptions } from '../ports/process.ts'

export interface Session {
  readonly container: string
  readonly user: string
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

export function execArgs(session: Session, argv: readonly string[]): readonly string[] {
  const env = Object.entries(session.env).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  return [
    'exec',
    '--interactive',
    '--user',
    session.user,
    '--workdir',
    session.folder,
    ...env,
    session.container,
    ...argv,
  ]
}

export function execRun(
  docker: Docker,
  session: Session,
  argv: readonly string[],
  options?: RunOptions,
): Promise<Completed> {
  return docker.run(execArgs(session, argv), options)
}

export function execStart(docker: Docker, session: Session, argv: readonly string[], options?: RunOptions): Child {
  return docker.start(execArgs(session, argv), options)
}

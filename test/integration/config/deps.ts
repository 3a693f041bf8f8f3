// What resolveConfig needs, with the environment that a user's shell might have.
import { type ConfigDeps, type ConfigRequest, resolveConfig } from '../../../src/config/resolve.ts'
import { dockerClient } from '../../../src/ports/docker.ts'
import { AirlockError } from '../../../src/ports/errors.ts'
import { allowedEnvironment, hostProcess } from '../../../src/ports/process.ts'

export const deps = (environment: Readonly<Record<string, string>> = allowedEnvironment(process.env)): ConfigDeps => {
  const child = hostProcess(environment)
  return { docker: dockerClient(child), process: child }
}

export const resolved = (directory: string, request: Partial<ConfigRequest> = {}, using = deps()) =>
  resolveConfig({ directory, project: { kind: 'auto' }, include: [], ...request }, using)

/** What a user would read, or a failed test when the configuration is accepted. */
export async function refusal(directory: string, request: Partial<ConfigRequest> = {}): Promise<string> {
  const error = await resolved(directory, request).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AirlockError)) throw new Error('the configuration was not refused', { cause: error })
  return `${error.kind}\n${error.describe()}`
}

// The ports as an entry needs them: loaded only once there is something to run.
import { type Docker, dockerClient } from '../ports/docker.ts'
import { type Installation, installation } from '../ports/installation.ts'
import { allowedEnvironment, hostProcess, type Process } from '../ports/process.ts'
import type { HostSurroundings } from './surroundings.ts'

export function connect({ env, root }: HostSurroundings): {
  readonly process: Process
  readonly docker: Docker
  readonly installation: Installation
} {
  const process = hostProcess(allowedEnvironment({ ...env }))
  return { process, docker: dockerClient(process), installation: installation(root) }
}

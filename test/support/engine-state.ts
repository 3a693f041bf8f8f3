// What the engine holds, to compare before and after.
import { execFileSync } from 'node:child_process'

export const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim()

export interface EngineState {
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
}

const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .sort()

/** Names of everything, whoever made it. */
export function engineState(): EngineState {
  return {
    containers: lines(docker('ps', '--all', '--format', '{{.Names}}')),
    networks: lines(docker('network', 'ls', '--format', '{{.Name}}')),
    volumes: lines(docker('volume', 'ls', '--format', '{{.Name}}')),
  }
}

/** Names of what runs have in the engine right now. */
export function runObjects(runId?: string): EngineState {
  const filter = `label=airlock.run${runId === undefined ? '' : `=${runId}`}`
  return {
    containers: lines(docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}')),
    networks: lines(docker('network', 'ls', '--filter', filter, '--format', '{{.Name}}')),
    volumes: lines(docker('volume', 'ls', '--filter', filter, '--format', '{{.Name}}')),
  }
}

export const NOTHING: EngineState = { containers: [], networks: [], volumes: [] }

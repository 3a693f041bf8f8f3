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

// Other runs and tests may come and go meanwhile; everything else is looked at, labelled or not.
const OTHERS = '{{.Name}}\t{{.Label "airlock.run"}}{{.Label "airlock.test"}}'

/** Names of everything but what other runs and tests have. */
export function engineState(runId = ''): EngineState {
  const names = (text: string) =>
    lines(text)
      .map((line) => line.split('\t'))
      .filter(([, label = '']) => label === '' || label === runId)
      .map(([name = '']) => name)
  return {
    containers: names(docker('ps', '--all', '--format', OTHERS.replace('.Name', '.Names'))),
    networks: names(docker('network', 'ls', '--format', OTHERS)),
    volumes: names(docker('volume', 'ls', '--format', OTHERS)),
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

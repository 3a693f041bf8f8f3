// The names of a run's objects. Everything starts with `airlock-<run id>` and carries the run's label.
export interface RunNames {
  readonly project: string
  readonly workspaceVolume: string
  readonly baselineVolume: string
}

/** Service and host name of the gateway on the project's networks; a project that uses it itself is refused. */
export const GATEWAY = 'airlock-gateway'
/** The gateway's own way out; no other container is on it. */
export const EGRESS_NETWORK = 'airlock-egress'

export function runNames(runId: string): RunNames {
  const project = `airlock-${runId}`
  return { project, workspaceVolume: `${project}_airlock-workspace`, baselineVolume: `${project}_airlock-baseline` }
}
/** Name of the workspace volume inside the compose file. */
export const WORKSPACE = 'airlock-workspace'

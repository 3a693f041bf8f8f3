// The names of a run's objects. Everything starts with `airlock-<run id>` and carries the run's label.
export interface RunNames {
  readonly project: string
  readonly workspaceVolume: string
  readonly baselineVolume: string
  /** Both only where there is a briefing. */
  readonly contextVolume: string
  readonly outboxVolume: string
  /** Both only where services mount files that are not the workspace's: the trusted commit's. */
  readonly trustedVolume: string
  readonly trustedBaselineVolume: string
}

/** Service and host name of the gateway on the project's networks; a project that uses it itself is refused. */
export const GATEWAY = 'airlock-gateway'
/** The gateway's own way out; no other container is on it. */
export const EGRESS_NETWORK = 'airlock-egress'

export function runNames(runId: string): RunNames {
  const project = `airlock-${runId}`
  // Compose calls a project's own volumes `<project>_…`: with a dot, no name that a project gives leads to these. With the
  // baseline mounted in the sandbox, an agent could rewrite what its work is compared with.
  return {
    project,
    workspaceVolume: `${project}.workspace`,
    baselineVolume: `${project}.baseline`,
    contextVolume: `${project}.context`,
    outboxVolume: `${project}.outbox`,
    trustedVolume: `${project}.trusted`,
    trustedBaselineVolume: `${project}.trusted-baseline`,
  }
}
/** Name of the workspace volume inside the compose file. */
export const WORKSPACE = 'airlock-workspace'
/** Where the briefing's volumes are mounted in the sandbox: beside the workspace, and so never in the patch. */
export const CONTEXT_FOLDER = '/airlock/context'
export const OUTBOX_FOLDER = '/airlock/outbox'

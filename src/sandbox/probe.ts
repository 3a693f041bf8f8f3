// Tries the ways out and the ways in from the sandbox's own network namespace, before Claude runs.
import type { ProbeRow, ProbeTarget } from '../gateway/gateway-config.ts'
import type { Docker } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'

/** Runs the probe program of the gateway's image; throws an engine error when it could not run at all. */
export async function runProbe(
  docker: Docker,
  options: { readonly image: string; readonly container: string; readonly runId: string; readonly signal: AbortSignal },
  targets: readonly ProbeTarget[],
  waitMs: number,
): Promise<readonly ProbeRow[]> {
  const args = [
    ...['run', '--rm', '--interactive', '--network', `container:${options.container}`],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--read-only'],
    ...['--label', `airlock.run=${options.runId}`, options.image, 'probe'],
  ]
  const input = JSON.stringify({ targets, timeoutMs: waitMs })
  const output = await docker.expect('probing the sandbox', args, { input, signal: options.signal })
  const rows = JSON.parse(output) as readonly ProbeRow[]
  if (rows.length !== targets.length) {
    throw new AirlockError('sandbox', `the probe answered for ${rows.length} of ${targets.length} targets`)
  }
  return rows
}

/** Promise 1: any way out that answers, and any service that doesn't, ends the run here. */
export function judgeProbe(rows: readonly ProbeRow[]): void {
  const open = rows.filter((row) => row.direction === 'out' && !row.ok)
  if (open.length > 0) {
    throw new AirlockError('sandbox', 'the sandbox is not closed: a way out answered', {
      detail: open.map((row) => `${row.name} (${row.target}): ${row.detail}`).join('\n'),
      next: 'Nothing was run. Update the Docker engine, and check that no firewall rule or network plug-in routes internal networks.',
    })
  }
  const closed = rows.filter((row) => row.direction === 'in' && !row.ok)
  if (closed.length === 0) return
  throw new AirlockError('sandbox', 'a service does not answer', {
    detail: closed.map((row) => `${row.name} (${row.target}): ${row.detail}`).join('\n'),
    next: 'Does the service listen on that port on all its addresses? A health check in the compose file says when it is ready.',
  })
}

// Tries the ways out and the ways in from the sandbox's own network namespace, before Claude runs.

import type { Readable } from 'node:stream'
import type { ProbeRow, ProbeTarget } from '../gateway/gateway-config.ts'
import { THE_GATEWAY } from '../gateway/probe-targets.ts'
import { type Docker, RUN_LABEL } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'

/**
 * Makes the probe's container before the sandbox is there to be probed: the engine looks the sandbox up by its name only
 * when the probe starts, and a container that exists starts in half the time.
 */
export function createProbe(docker: Docker, image: string, sandboxName: string, runId: string): Promise<string> {
  return docker.expect('making the probe', [
    ...['create', '--rm', '--interactive', '--network', `container:${sandboxName}`],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--read-only'],
    ...['--label', `${RUN_LABEL}=${runId}`, image, 'probe'],
  ])
}

export interface ProbeOptions {
  /** Of createProbe. */
  readonly container: string
  readonly signal: AbortSignal
  /** Resolves when every service with a health check is healthy. */
  readonly healthy: Promise<unknown>
}

/** Runs the probe; throws a sandbox error when it could not run at all. */
export async function runProbe(
  docker: Docker,
  options: ProbeOptions,
  targets: readonly ProbeTarget[],
): Promise<readonly ProbeRow[]> {
  const child = docker.start(['start', '--attach', '--interactive', options.container], { signal: options.signal })
  child.stdin.write(`${JSON.stringify(targets)}\n`)
  const end = () => void child.stdin.end()
  options.healthy.then(end, end)
  const output = await firstLine(child.stdout)
  options.signal.throwIfAborted()
  const rows = parseRows(output)
  // Its container goes away by itself; the table is complete already.
  if (rows?.length === targets.length) return rows
  const ended = await child.done
  throw new AirlockError('sandbox', 'the probe could not run in the sandbox’s network', {
    where: `probe container (exit code ${ended.exitCode})`,
    detail: ended.stderrTail.trim(),
  })
}

/** Up to the first line break, or all there is. */
async function firstLine(stream: Readable): Promise<string> {
  let read = ''
  for await (const chunk of stream.setEncoding('utf8')) {
    read += chunk
    if (read.includes('\n')) break
  }
  return read
}

function parseRows(output: string): readonly ProbeRow[] | undefined {
  try {
    return JSON.parse(output) as readonly ProbeRow[]
  } catch {
    return undefined
  }
}

/** Promise 1: any way out that answers ends the run here, and so does a gateway or a service that can't be used. */
export function judgeProbe(rows: readonly ProbeRow[], targets: readonly ProbeTarget[]): void {
  const open = rows.filter((row) => row.direction === 'out' && !row.ok)
  if (open.length > 0) {
    throw new AirlockError('sandbox', 'the sandbox is not closed: a way out answered', {
      detail: open.map(describe).join('\n'),
      next: 'Nothing was run. Update the Docker engine, and check that no firewall rule or network plug-in routes internal networks.',
    })
  }
  const cut = rows.filter((row) => row.name === THE_GATEWAY && !row.ok)
  if (cut.length > 0) {
    throw new AirlockError('sandbox', 'the sandbox does not reach its gateway', {
      detail: cut.map(describe).join('\n'),
      next: 'A firewall on this machine may drop packets between containers of one network: see iptables’ FORWARD chain and net.bridge.bridge-nf-call-iptables.',
    })
  }
  const silent = silentServices(rows, targets)
  if (silent.length === 0) return
  throw new AirlockError('sandbox', `service ${silent.map((row) => row.name).join(', ')} does not answer`, {
    detail: silent.map(describe).join('\n'),
    next: 'It has no health check, so its ports have to open. Does it need the internet to start? Name the services to start with: services.',
  })
}

const describe = (row: ProbeRow) => `${row.name} (${row.target}): ${row.detail}`

// Images expose ports that are for special uses: one open port is enough, and a health check says more than any port.
function silentServices(rows: readonly ProbeRow[], targets: readonly ProbeTarget[]): readonly ProbeRow[] {
  const speaking = new Set(rows.filter((row) => row.direction === 'in' && row.ok).map((row) => row.name))
  return rows.filter((row, index) => {
    const target = targets[index]
    const onItsOwn = target?.kind === 'tcp' && target.waitMs !== undefined
    return row.direction === 'in' && onItsOwn && !speaking.has(row.name)
  })
}

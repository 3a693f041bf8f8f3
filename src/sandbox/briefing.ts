// The briefing goes into a volume of its own, which the sandbox mounts read-only; the outbox comes out of another. Both
// are moved by the helper: without network, without capabilities, and with nothing else mounted.
import type { Writable } from 'node:stream'
import { type Docker, lastLines, RUN_LABEL } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import type { Briefing } from '../request/run-request.ts'
import { FrameWriter } from '../workspace/frames.ts'
import { padding, TAR_END, tarHeader } from '../workspace/tar-header.ts'
import { CONTEXT_FOLDER } from './names.ts'

/** Where the tools lie that the briefing brings, first on Claude's PATH. */
export const TOOLS_FOLDER = `${CONTEXT_FOLDER}/bin`

/** The gateway's tools, for Claude Code: a file that only the sandbox has, as the process list is the whole machine's. */
const SERVERS_FILE = 'mcp.json'
export const SERVERS_PATH = `${CONTEXT_FOLDER}/${SERVERS_FILE}`

export interface BriefingVolumes {
  readonly context: string
  readonly outbox: string
  /** The helper's image. */
  readonly image: string
  readonly runId: string
}

interface HelperDeps {
  readonly docker: Docker
  readonly signal: AbortSignal
}

const helper = (volumes: BriefingVolumes, user: string, mounts: readonly string[]) => [
  ...['run', '--rm', '--interactive', '--network', 'none', '--read-only', '--user', user],
  ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--label', `${RUN_LABEL}=${volumes.runId}`],
  ...mounts.flatMap((mount) => ['--volume', mount]),
]

/**
 * Writes the files and makes the outbox ready. Errors: `sandbox`.
 * @param servers what Claude Code is told of the gateway's tools
 */
export async function fillBriefing(
  briefing: Briefing,
  servers: string,
  volumes: BriefingVolumes,
  { docker, signal }: HelperDeps,
): Promise<void> {
  const files = new Map([...briefing.files, [SERVERS_FILE, Buffer.from(servers)]])
  const wrong = [...files.keys()].find((path) => !isInside(path))
  if (wrong !== undefined) throw new Error(`the briefing's file ${JSON.stringify(wrong)} is outside its folder`)
  const mounts = [`${volumes.context}:/context`, `${volumes.outbox}:/outbox`]
  // Its root without capabilities is the owner of what it makes, and can open nothing else.
  const args = [...helper(volumes, '0:0', mounts), '--entrypoint', '/bin/sh', volumes.image, '/airlock/briefing.sh']
  const child = docker.start(args, { signal })
  child.stdout.resume()
  await Promise.race([writeFiles(files, child.stdin).catch(() => {}), child.done])
  const { exitCode, stderrTail } = await child.done
  signal.throwIfAborted()
  if (exitCode === 0) return
  throw new AirlockError('sandbox', 'the briefing could not be put into the sandbox', {
    where: `helper container (exit code ${exitCode})`,
    detail: lastLines(stderrTail, 8),
  })
}

const isInside = (path: string) =>
  path !== '' && !/[\0-\x1f]/.test(path) && path.split('/').every((part) => !['', '.', '..'].includes(part))

async function writeFiles(files: Briefing['files'], out: Writable): Promise<void> {
  const writer = new FrameWriter(out)
  for (const [path, content] of files) {
    writer.add(tarHeader({ name: path, mode: 0o644, mtime: 0, type: 'file', size: content.length }))
    writer.add(Buffer.from(content))
    if (writer.add(padding(content.length))) await writer.flushed()
  }
  writer.add(TAR_END)
  await writer.end()
  out.end()
}

/**
 * Where nothing of that name is in the way, `gh` is found on the usual PATH too: login shells forget the one they got.
 * It is a convenience: an image whose files can't be changed does without.
 */
export async function offerTools(docker: Docker, container: string): Promise<void> {
  const script = `[ -e "$2" ] || { mkdir -p "\${2%/*}" && ln -s "$1" "$2"; }`
  const link = ['/bin/sh', '-c', script, 'sh', `${TOOLS_FOLDER}/gh`, '/usr/local/bin/gh']
  await docker.run(['exec', '--user', '0', container, ...link])
}

/** What lay in the outbox, as text, and what could not be taken. Untrusted, and no more than the limits allow. */
export interface OutboxFiles {
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly refused: readonly string[]
}

const READ_MS = 60_000
// Twice what the helper hands over at most: JSON escapes some characters.
const ANSWER_BYTES = 32 * 1024 * 1024

/** Reads the outbox as the user who filled it. Nothing of the sandbox runs any more. Errors: `sandbox`. */
export async function readOutbox(
  volumes: BriefingVolumes,
  owner: { readonly uid: number; readonly gid: number },
  { docker }: Pick<HelperDeps, 'docker'>,
): Promise<OutboxFiles> {
  const args = [...helper(volumes, `${owner.uid}:${owner.gid}`, [`${volumes.outbox}:/outbox:ro`]), volumes.image]
  const result = await docker.run([...args, 'outbox'], { timeoutMs: READ_MS, maxBytes: ANSWER_BYTES })
  if (result.exitCode === 0) return JSON.parse(result.stdout.toString('utf8')) as OutboxFiles
  throw new AirlockError('sandbox', 'the outbox could not be read', {
    where: `helper container (exit code ${result.exitCode})`,
    detail: lastLines(result.stderr, 8),
  })
}

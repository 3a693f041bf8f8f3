// Brings the changes back: the helper lists them, the gate judges them here, the helper writes the patches of what passed.
import { type Docker, lastLines } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import type { Child } from '../ports/process.ts'
import { acceptedFiles } from './accepted.ts'
import { parseAttributes } from './attributes.ts'
import {
  indexInfo,
  parseLinks,
  parseNumstat,
  parseObjects,
  parsePaths,
  parseRaw,
  parseSizes,
  type RawChange,
  toChange,
} from './changes.ts'
import { helperArgs, type WorkspaceVolumes } from './fill.ts'
import { gate } from './gate.ts'
import type { Patch, Refusal } from './patch.ts'
import { SectionReader } from './sections.ts'
import { type Findings, pathList, select } from './selection.ts'

export interface PatchPolicy {
  readonly protectedPaths: readonly string[]
  /** The files that the sandbox was made from. */
  readonly definingPaths: readonly string[]
  readonly maxFiles: number
  /** Of the patch; the files that were written may have four times as many. */
  readonly maxBytes: number
  /** Folder of the project inside its repository, with a slash at its end; or ''. */
  readonly pathPrefix: string
  /** Whether the accepted files come along whole, for whoever can't apply a patch. */
  readonly contents: boolean
}

const HELPER_MS = 10 * 60_000
const CONTENT_FACTOR = 4

/** Errors: `patch`, with the limit that was passed or what the helper said. */
export async function readPatch(
  volumes: WorkspaceVolumes,
  policy: PatchPolicy,
  { docker }: { readonly docker: Docker },
): Promise<Patch> {
  // What is taken, and the patches of it, lie in memory for a moment: the disk may be what is full.
  const copies = policy.contents ? 2 : 1
  const tmpMb = Math.ceil((policy.maxBytes * (CONTENT_FACTOR * copies + 2)) / 1024 / 1024) + 64
  const what = policy.contents ? 'contents' : 'patch'
  const args = [...helperArgs(volumes, { readOnly: true, tmpMb }), '/airlock/read.sh', policy.pathPrefix, what]
  const child = docker.start(args, { timeoutMs: HELPER_MS })
  try {
    const patch = await converse(child, policy)
    const { exitCode, stderrTail } = await child.done
    if (exitCode !== 0) throw helperError(exitCode, stderrTail)
    return patch
  } catch (error) {
    child.kill('SIGKILL')
    const { exitCode, stderrTail } = await child.done
    if (error instanceof AirlockError) throw error
    if (error instanceof RangeError || /no space left on device/i.test(stderrTail)) throw tooLarge(policy)
    throw helperError(exitCode, stderrTail, error)
  }
}

async function converse(child: Child, policy: PatchPolicy): Promise<Patch> {
  // Lists, patch and withheld patch; base85 makes binaries a quarter larger than they are.
  const most = policy.maxBytes * (policy.contents ? 3 + CONTENT_FACTOR : 3)
  const reader = new SectionReader(child.stdout, most + 64 * 1024 * 1024)
  const selection = select({
    differences: await reader.expect('differences'),
    unread: await reader.expect('unread'),
    nested: await reader.expect('nested'),
    markers: await reader.expect('markers'),
    ignored: await reader.expect('ignored'),
  })
  if (selection.bytes > policy.maxBytes * CONTENT_FACTOR) throw tooLarge(policy, selection.bytes)
  if (selection.newcomers > policy.maxFiles) throw tooMany(selection.newcomers, policy.maxFiles)
  send(child, pathList(selection.gone))
  send(child, pathList(selection.taken))
  const raw = parseRaw(await reader.expect('raw'))
  if (raw.length > policy.maxFiles) throw tooMany(raw.length, policy.maxFiles)
  const { changes, refusals } = await judge(raw, reader, selection.findings, policy)
  send(child, entries(raw.filter(accepted(refusals))))
  send(child, entries(raw.filter(withKind(refusals, 'protected'))))
  child.stdin.end()
  const { insertions, deletions } = parseNumstat(await reader.expect('numstat'))
  const patch = await reader.expect('patch')
  const withheld = await reader.expect('withheld')
  if (patch.length > policy.maxBytes) throw tooLarge(policy, patch.length)
  const contents = policy.contents ? await reader.expect('contents') : undefined
  const files = contents ? acceptedFiles(raw.filter(accepted(refusals)), contents, policy.pathPrefix) : []
  return { patch, withheld, changes, refusals, insertions, deletions, files }
}

async function judge(raw: readonly RawChange[], reader: SectionReader, findings: Findings, policy: PatchPolicy) {
  const sizes = parseSizes(await reader.expect('sizes'))
  const changes = raw.map((record) => toChange(record, sizes))
  const tree = parsePaths(await reader.expect('paths'))
  const links = parseLinks(await reader.expect('links'))
  const targets = parseObjects(await reader.expect('targets'))
  const refusals = gate({
    ...{ changes, tree, findings, protectedPaths: policy.protectedPaths, definingPaths: policy.definingPaths },
    invalidNames: new Set(raw.filter((record) => record.invalidName).map((record) => record.path)),
    links: new Map([...links].map(([path, object]) => [path, targets.get(object)?.toString('utf8') ?? ''])),
    converted: parseAttributes(await reader.expect('converted')),
  })
  return { changes, refusals }
}

function accepted(refusals: readonly Refusal[]): (record: RawChange) => boolean {
  const refused = new Set(refusals.map((refusal) => refusal.path))
  return (record) => !refused.has(record.path)
}

function withKind(refusals: readonly Refusal[], kind: Refusal['kind']): (record: RawChange) => boolean {
  const chosen = new Set(refusals.filter((refusal) => refusal.kind === kind).map((refusal) => refusal.path))
  return (record) => chosen.has(record.path)
}

const entries = (records: readonly RawChange[]) => Buffer.from(records.map(indexInfo).join(''))

function send(child: Child, list: Buffer): void {
  child.stdin.write(`${list.length}\n`)
  child.stdin.write(list)
}

const KEPT = 'The workspace is kept in its volume.'

function tooLarge(policy: PatchPolicy, bytes?: number): AirlockError {
  const size = bytes === undefined ? '' : ` (${bytes.toLocaleString('en')} bytes)`
  return new AirlockError('patch', `the changes are too large${size}`, {
    next: `The limit is ${policy.maxBytes.toLocaleString('en')} bytes of patch. Build output belongs into .gitignore. ${KEPT}`,
  })
}

function tooMany(files: number, limit: number): AirlockError {
  return new AirlockError(
    'patch',
    `${files.toLocaleString('en')} files changed, more than the ${limit.toLocaleString('en')} allowed`,
    {
      next: `Build output and dependencies belong into .gitignore. ${KEPT}`,
    },
  )
}

function helperError(exitCode: number, stderr: string, cause?: unknown): AirlockError {
  const said = lastLines(stderr, 8) || (cause instanceof Error ? cause.message : '')
  return new AirlockError('patch', 'the changes could not be read from the workspace', {
    where: `helper container (exit code ${exitCode})`,
    detail: said,
    next: KEPT,
    cause,
  })
}

// What the helper reports, parsed as data.
import type { Change, ChangeStatus } from './patch.ts'

/** A record of `git diff-tree --raw -z`, with its paths as bytes decoded from UTF-8. */
export interface RawChange {
  readonly oldMode: string
  readonly newMode: string
  readonly oldSha: string
  readonly newSha: string
  readonly status: string
  readonly path: string
  readonly oldPath?: string
  /** The name is not UTF-8: it can't be written down in JSON, or on every file system. */
  readonly invalidName: boolean
}

/** Throws on anything that is not such a listing. */
export function parseRaw(output: Buffer): readonly RawChange[] {
  const fields = split(output)
  const changes: RawChange[] = []
  for (let at = 0; at < fields.length; ) {
    const head = /^:([0-7]{6}) ([0-7]{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([AMDTRC])\d*$/.exec(
      fields[at]?.text ?? '',
    )
    if (!head) throw new Error('the list of changes can not be read')
    const renamed = head[5] === 'R' || head[5] === 'C'
    const first = fields[at + 1]
    const second = renamed ? fields[at + 2] : undefined
    const path = second ?? first
    if (!first || !path) throw new Error('the list of changes ends too early')
    changes.push({
      ...{ oldMode: head[1] ?? '', newMode: head[2] ?? '', oldSha: head[3] ?? '', newSha: head[4] ?? '' },
      ...{ status: head[5] ?? '', path: path.text, invalidName: path.invalid || first.invalid },
      ...(second ? { oldPath: first.text } : {}),
    })
    at += renamed ? 3 : 2
  }
  return changes
}

const STATUS: Readonly<Record<string, ChangeStatus>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  T: 'type-changed',
  R: 'renamed',
  C: 'added',
}

export function toChange(raw: RawChange, sizes: ReadonlyMap<string, number>): Change {
  const { path, oldPath, oldMode, newMode, newSha } = raw
  const status = STATUS[raw.status] ?? 'modified'
  return { path, status, ...(oldPath === undefined ? {} : { oldPath }), oldMode, newMode, size: sizes.get(newSha) ?? 0 }
}

/** `update-index --index-info` entries that bring a change about. */
export function indexInfo(raw: RawChange): string {
  const zero = '0'.repeat(raw.newSha.length)
  const remove = (path: string) => `0 ${zero} 0\t${path}\0`
  if (raw.status === 'D') return remove(raw.path)
  const set = `${raw.newMode} ${raw.newSha} 0\t${raw.path}\0`
  return raw.status === 'R' && raw.oldPath !== undefined ? remove(raw.oldPath) + set : set
}

/** Lines of `object size`. */
export function parseSizes(output: Buffer): ReadonlyMap<string, number> {
  const pairs = output
    .toString('utf8')
    .split('\n')
    .map((line) => line.split(' '))
  return new Map(pairs.filter(([, size]) => size && /^\d+$/.test(size)).map(([sha = '', size]) => [sha, Number(size)]))
}

/** Records of `mode object stage<tab>path`: object by path. */
export function parseLinks(output: Buffer): ReadonlyMap<string, string> {
  return new Map(split(output).map(({ text }) => [text.slice(text.indexOf('\t') + 1), text.split(' ')[1] ?? '']))
}

/** Output of `git cat-file --batch`: content by object. Throws when it ends early. */
export function parseObjects(output: Buffer): ReadonlyMap<string, Buffer> {
  const objects = new Map<string, Buffer>()
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at)
    const match = /^([0-9a-f]+) blob (\d+)$/.exec(output.toString('latin1', at, end === -1 ? at : end))
    const size = Number(match?.[2] ?? 0)
    if (!match || end + 1 + size >= output.length) throw new Error('the contents can not be read')
    objects.set(match[1] ?? '', output.subarray(end + 1, end + 1 + size))
    at = end + 1 + size + 1
  }
  return objects
}

export interface OddFile {
  readonly path: string
  readonly why: string
}

export const parsePaths = (output: Buffer): readonly string[] => split(output).map(({ text }) => text)

function split(output: Buffer): readonly { readonly text: string; readonly invalid: boolean }[] {
  const parts: { text: string; invalid: boolean }[] = []
  let from = 0
  for (let at = output.indexOf(0); at !== -1; at = output.indexOf(0, from)) {
    const bytes = output.subarray(from, at)
    const text = bytes.toString('utf8')
    parts.push({ text, invalid: Buffer.compare(Buffer.from(text), bytes) !== 0 })
    from = at + 1
  }
  return parts
}

/** Added and removed lines of `git diff-tree --numstat`; binaries count as none. */
export function parseNumstat(output: Buffer): { readonly insertions: number; readonly deletions: number } {
  let insertions = 0
  let deletions = 0
  for (const line of output.toString('utf8').split('\n')) {
    const match = /^(\d+)\t(\d+)\t/.exec(line)
    insertions += Number(match?.[1] ?? 0)
    deletions += Number(match?.[2] ?? 0)
  }
  return { insertions, deletions }
}

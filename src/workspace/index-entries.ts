// The host's index, as `git ls-files --stage` prints it and `git update-index --index-info` takes it.

export interface IndexEntry {
  readonly mode: string
  readonly sha: string
  readonly stage: string
  readonly skipWorktree: boolean
  /** Announced with `git add --intent-to-add`: a path without content yet. */
  readonly intended: boolean
  readonly path: string
  /** The path's bytes as latin1: a name need not be UTF-8 to be in an index. */
  readonly bytes: string
}

/** Parses the output of `ls-files -z --stage -t`: `H 100644 <sha> 0\tpath`, where S marks what a sparse checkout lacks. */
export function parseIndex(output: Buffer): readonly IndexEntry[] {
  const ascii = /^[\0-\x7f]*$/
  const records = output.toString('latin1').split('\0').slice(0, -1)
  return records.map((text) => {
    const tab = text.indexOf('\t')
    const [tag = '', mode = '', sha = '', stage = ''] = text.slice(0, tab).split(' ')
    const bytes = text.slice(tab + 1)
    const path = ascii.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')
    return { mode, sha, stage, skipWorktree: tag.toUpperCase() === 'S', intended: false, path, bytes }
  })
}

/** The listing shows an announced path as an empty file; these are the ones that git itself calls new. */
export function withIntended(entries: readonly IndexEntry[], names: Buffer): readonly IndexEntry[] {
  const announced = new Set(names.toString('latin1').split('\0'))
  return entries.map((entry) => (announced.has(entry.bytes) ? { ...entry, intended: true } : entry))
}

/** What git writes for an empty file, in either format. */
export const EMPTY = new Set([
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
])

/** Input for `update-index -z --index-info`. */
export const indexInput = (entries: readonly IndexEntry[]) =>
  Buffer.from(entries.map(({ mode, sha, stage, bytes }) => `${mode} ${sha} ${stage}\t${bytes}\0`).join(''), 'latin1')

/** NUL-separated paths. */
export const pathInput = (entries: readonly IndexEntry[]) =>
  Buffer.from(entries.map(({ bytes }) => `${bytes}\0`).join(''), 'latin1')

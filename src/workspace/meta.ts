// The small files that tell the helper how to lay out `.git` and the baseline.
import { indexInput, pathInput } from './index-entries.ts'
import type { Snapshot } from './snapshot.ts'

// A config of our own making: nothing of the host's (remotes, credentials, includes, hooks) gets in.
const config = (format: string) => `[core]
\trepositoryformatversion = ${format === 'sha256' ? 1 : 0}
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[user]
\tname = Claude
\temail = noreply@anthropic.com
${format === 'sha256' ? '[extensions]\n\tobjectFormat = sha256\n' : ''}`

/** File name → content. */
export function metaFiles({ repository, entries, excluded }: Snapshot): ReadonlyMap<string, Buffer> {
  if (!repository) return new Map([['format', Buffer.from('sha1\n')]])
  const { prefix, objectFormat, subtree } = repository
  const index = repository.index.filter(({ intended }) => !intended)
  const copied = new Map(entries.map((entry) => [entry.path, entry.kind]))
  const left = new Set(excluded)
  // What the index knows of the copied files, and the rest: deletions, conflicts, submodules, what a sparse checkout lacks.
  const isBase = ({ mode, stage, path }: (typeof index)[number]) =>
    stage === '0' && mode !== '160000' && copied.get(path) === (mode === '120000' ? 'link' : 'file')
  return new Map<string, Buffer>([
    ['format', Buffer.from(`${objectFormat}\n`)],
    ['head', Buffer.from(`${prefix === '' ? repository.head : 'ref: refs/heads/main'}\n`)],
    ['config', Buffer.from(config(objectFormat))],
    ['packed-refs', Buffer.from(repository.packedRefs)],
    ['shallow', Buffer.from(prefix === '' ? repository.shallow : '')],
    ['exclude', Buffer.from(repository.ignores)],
    ['attributes', Buffer.from(repository.attributes.above)],
    ['attributes-below', Buffer.from(repository.attributes.below)],
    ['index-base', indexInput(index.filter(isBase))],
    ['index-rest', indexInput(index.filter((entry) => !isBase(entry)))],
    [
      'skip',
      pathInput(index.filter(({ stage, skipWorktree, path }) => stage === '0' && (skipWorktree || left.has(path)))),
    ],
    ['intended', pathInput(repository.index.filter(({ intended, path }) => intended && copied.has(path)))],
    ...(subtree
      ? ([
          ['tree', Buffer.from(`${subtree.tree}\n`)],
          ['message', Buffer.from(subtree.message)],
        ] as const)
      : []),
  ])
}

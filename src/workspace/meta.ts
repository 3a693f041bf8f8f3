// The small files that tell the helper how to lay out `.git` and the baseline.
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
export function metaFiles(snapshot: Snapshot): ReadonlyMap<string, Buffer> {
  const { repository, forced } = snapshot
  const files = new Map<string, string>([
    ['forced', nul(forced)],
    ['format', `${repository?.objectFormat ?? 'sha1'}\n`],
  ])
  if (repository) {
    const copied = new Map(snapshot.entries.map((entry) => [entry.path, entry.kind]))
    const index = repository.index.map(({ mode, sha, stage, path }) => `${mode} ${sha} ${stage}\t${path}`)
    // What the copy was made from, as far as the index knows it: git add then looks only at what differs.
    const base = repository.index.filter(
      ({ mode, stage, path }) => stage === '0' && (mode === '120000' ? 'link' : 'file') === copied.get(path),
    )
    files.set('index', nul(index))
    files.set('base-index', nul(base.map(({ mode, sha, path }) => `${mode} ${sha} 0\t${path}`)))
    files.set('skip', nul(repository.index.filter((entry) => entry.skipWorktree).map((entry) => entry.path)))
    files.set('head', `${repository.prefix === '' ? repository.head : 'ref: refs/heads/main'}\n`)
    files.set('config', config(repository.objectFormat))
    files.set('packed-refs', repository.packedRefs)
    files.set('shallow', repository.prefix === '' ? repository.shallow : '')
    if (repository.subtree) {
      files.set('tree', `${repository.subtree.tree}\n`)
      files.set('message', repository.subtree.message)
    }
  }
  return new Map([...files].map(([name, content]) => [name, Buffer.from(content)]))
}

const nul = (items: readonly string[]) => items.map((item) => `${item}\0`).join('')

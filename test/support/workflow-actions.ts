// Other people's actions that the example workflows use, done as far as this repository cares: checkout for real, an
// upload as a look at the files that it would take. Any other is refused.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Surroundings {
  /** GITHUB_WORKSPACE. */
  readonly workspace: string
  /** The repository on this machine that stands for GitHub's side of git. */
  readonly origin: string
  /** What the checkout names as its remote. */
  readonly url: string
  readonly ref: string
  readonly sha: string
  readonly token: string
}

export interface Upload {
  readonly name: string
  readonly files: readonly string[]
}

export type With = Readonly<Record<string, string>>

export interface Done {
  readonly outputs?: Readonly<Record<string, string>>
  readonly upload?: Upload
}

/** Rejects where the action would fail its step. */
export function otherAction(uses: string, inputs: With, around: Surroundings): Done {
  const [name = '', pin = ''] = uses.split('@')
  if (!/^[0-9a-f]{40}$/.test(pin)) throw new Error(`${uses} is not pinned by its hash`)
  if (name === 'actions/checkout') return checkout(inputs, around)
  if (name === 'actions/upload-artifact') return uploadArtifact(inputs)
  if (name === 'github/codeql-action/upload-sarif') return uploadSarif(inputs)
  throw new Error(`no test knows what ${name} does`)
}

function known(name: string, inputs: With, allowed: readonly string[]): void {
  const unknown = Object.keys(inputs).filter((input) => !allowed.includes(input))
  if (unknown.length > 0) throw new Error(`${name} has no input ${unknown.join(', ')}`)
}

// As actions/checkout does it: a fetch of the one commit unless told otherwise, and the token in .git/config unless
// told otherwise. Source: its src/git-source-provider.ts and ref-helper.ts.
function checkout(inputs: With, { workspace, origin, url, ref, sha, token }: Surroundings): Done {
  known('actions/checkout', inputs, ['ref', 'fetch-depth', 'persist-credentials', 'path'])
  const folder = join(workspace, inputs.path ?? '.')
  mkdirSync(folder, { recursive: true })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'safe.directory=*', '-c', 'protocol.file.allow=always', ...args], {
      ...{ cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    }).trim()
  const remote = `file://${origin}`
  const wanted = inputs.ref ?? ''
  const [from, branch] = wanted === '' ? [sha, branchOf(ref)] : resolved(git, remote, wanted)
  const depth = Number(inputs['fetch-depth'] ?? 1)
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', url)
  const deep = depth === 0 ? [] : [`--depth=${depth}`]
  const specs = depth === 0 ? ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'] : []
  git('fetch', '-q', '--no-tags', ...deep, remote, ...specs, `+${from}:refs/airlock-test/wanted`)
  if (branch === undefined) git('checkout', '-q', '--detach', from)
  else {
    git('update-ref', `refs/remotes/origin/${branch}`, from)
    git('checkout', '-q', '-B', branch, from)
  }
  git('update-ref', '-d', 'refs/airlock-test/wanted')
  if ((inputs['persist-credentials'] ?? 'true') !== 'false') {
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
    git('config', `http.${new URL(url).origin}/.extraheader`, `AUTHORIZATION: basic ${basic}`)
  }
  return { outputs: { ref: wanted || ref, commit: from } }
}

const branchOf = (ref: string) => (ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined)

function resolved(git: (...args: string[]) => string, remote: string, wanted: string): [string, string | undefined] {
  if (/^[0-9a-f]{40}$/.test(wanted)) return [wanted, undefined]
  const found = git('ls-remote', remote, wanted.startsWith('refs/') ? wanted : `refs/heads/${wanted}`)
  if (found === '') throw new Error(`actions/checkout: no ref ${wanted}`)
  return [found.slice(0, 40), branchOf(wanted.startsWith('refs/') ? wanted : `refs/heads/${wanted}`)]
}

function uploadArtifact(inputs: With): Done {
  known('actions/upload-artifact', inputs, ['name', 'path', 'if-no-files-found', 'retention-days', 'overwrite'])
  const files = (inputs.path ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const there = files.filter((file) => existsSync(file))
  if (there.length === 0 && inputs['if-no-files-found'] === 'error') throw new Error('no files were found')
  return { upload: { name: inputs.name ?? 'artifact', files: there } }
}

function uploadSarif(inputs: With): Done {
  known('upload-sarif', inputs, ['sarif_file', 'category', 'ref', 'sha'])
  const file = inputs.sarif_file ?? ''
  const sarif = JSON.parse(readFileSync(file, 'utf8')) as { version?: string; runs?: unknown[] }
  if (sarif.version !== '2.1.0' || !Array.isArray(sarif.runs)) throw new Error(`${file} is no SARIF`)
  return { upload: { name: 'sarif', files: [file] } }
}

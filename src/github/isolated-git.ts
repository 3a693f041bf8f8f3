// git over commits that nobody vouches for: only to fetch and to read objects, with a configuration of our own and none
// of the user's, the machine's or a repository's. The token reaches it by the environment, and only for the server.
import { lastLines } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import type { Child, Completed, Process } from '../ports/process.ts'

export interface IsolatedGit {
  /** The caller judges the exit code. */
  call(args: readonly string[], input?: string): Promise<Completed>
  /** A failure is an `input` error. */
  run(doing: string, args: readonly string[], input?: string): Promise<Buffer>
  start(args: readonly string[]): Child
  /** Fetches commits by their names, without tags and without following anything. */
  fetch(commits: readonly string[]): Promise<void>
}

export interface Server {
  /** `https://github.com` */
  readonly url: string
  /** `owner/name` */
  readonly repository: string
  readonly token: string
  readonly proxy?: string | undefined
  /** PEM file of certificate authorities, instead of the machine's. */
  readonly caFile?: string | undefined
}

// Enough for a merge base and for looking back; the whole of a large history would take minutes.
const DEPTH = 100
const FETCH_MS = 10 * 60_000
const MOST_BYTES = 512 * 1024 * 1024

const NEUTRAL: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.quotePath', 'false'],
  ['credential.helper', ''],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['http.followRedirects', 'false'],
  ['safe.directory', '*'],
]

/** @param directory holds `.git` */
export function isolatedGit(process: Process, directory: string, server: Server): IsolatedGit {
  const env = environment(process, NEUTRAL)
  const options = { cwd: directory, env, maxBytes: MOST_BYTES }
  const call: IsolatedGit['call'] = (args, input) =>
    process.run('git', args, { ...options, ...(input === undefined ? {} : { input }) })
  return {
    call,
    async run(doing, args, input) {
      const result = await call(args, input)
      if (result.exitCode === 0) return result.stdout
      throw failed(doing, args, result)
    },
    start: (args) => process.start('git', args, options),
    async fetch(commits) {
      const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', `--depth=${DEPTH}`, '--', address(server)]
      const result = await process.run('git', [...args, ...commits], {
        ...options,
        env: environment(process, [...NEUTRAL, ...access(server)], server),
        timeoutMs: FETCH_MS,
      })
      if (result.exitCode !== 0) throw failed(`fetching ${commits.join(' and ')}`, args, result)
    },
  }
}

const address = ({ url, repository }: Server) => `${url}/${repository}.git`

function access({ url, token, proxy, caFile }: Server): readonly (readonly [string, string])[] {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  return [
    [`http.${url}/.extraheader`, `AUTHORIZATION: basic ${basic}`],
    ...(proxy === undefined ? [] : ([['http.proxy', proxy]] as const)),
    ...(caFile === undefined ? [] : ([['http.sslCAInfo', caFile]] as const)),
  ]
}

function environment(
  { environment: inherited }: Process,
  config: readonly (readonly [string, string])[],
  server?: Server,
): Record<string, string> {
  const { PATH = '', TMPDIR } = inherited
  const entries = config.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ])
  return {
    ...{ PATH, LC_ALL: 'C.UTF-8', HOME: '/nonexistent' },
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' },
    ...{ GIT_NO_REPLACE_OBJECTS: '1', GIT_NO_LAZY_FETCH: '1', GIT_OPTIONAL_LOCKS: '0' },
    GIT_ALLOW_PROTOCOL: server ? (server.url.startsWith('https:') ? 'https' : 'http') : 'none',
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(entries),
  }
}

function failed(doing: string, args: readonly string[], result: Completed): AirlockError {
  return new AirlockError('input', `${doing} failed`, {
    where: `git ${args.slice(0, 2).join(' ')} (exit code ${result.exitCode}${result.timedOut ? ', out of time' : ''})`,
    detail: lastLines(result.stderr, 8),
    next:
      result.exitCode === 127
        ? 'Install git.'
        : 'Give the job contents: read, or check out with fetch-depth: 0, so that both commits are there already.',
  })
}

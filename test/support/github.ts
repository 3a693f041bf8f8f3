// GitHub for tests: emulate's, which holds the state, behind a front that notes every request (github-front.ts; what
// emulate lacks and what is done about it stands in github-gaps.ts). `dump()` is all that it holds.
import { createSign } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator } from 'emulate'
import { type Fault, type Journaled, startFront } from './github-front.ts'
import { addCommits, setRef } from './github-objects.ts'
import { readState, type State } from './github-state.ts'

/** Asks the API and gives the answer's body; rejects on an error. */
// biome-ignore lint/suspicious/noExplicitAny: the answers' types are not published.
export type Rest = (method: string, path: string, body?: unknown) => Promise<any>

/** A workflow's `permissions:`, as they are written there. */
export type Permissions = Readonly<Record<string, 'read' | 'write' | 'none'>>

export interface GitHubOptions {
  /** `owner/name`, `octo/shop` by default; its owner is a user. */
  readonly repository?: string
  readonly private?: boolean
  /** Other people, with their role in the repository; none for nobody. */
  readonly people?: Readonly<Record<string, 'pull' | 'triage' | 'push' | 'maintain' | 'admin' | 'none'>>
  /** Accounts of type Bot, without their `[bot]`. */
  readonly bots?: readonly string[]
  /** `/api/v3` for a GitHub of one's own. */
  readonly prefix?: string
}

export interface GitHub extends AsyncDisposable {
  readonly repository: string
  /** For GITHUB_API_URL. */
  readonly url: string
  /** For GITHUB_SERVER_URL. */
  readonly server: string
  /** Every request that came by, oldest first; what a test itself asks through `as` is not among them. */
  readonly journal: readonly Journaled[]
  /** Takes back what the journal has from there on: it was a test that asked. */
  forget(from: number): void
  /** Breaks one of the next answers. */
  fault(fault: Fault): void
  /** Faults that never came to pass. */
  unused(): readonly Fault[]
  /** A new token of the Action, as GITHUB_TOKEN has it for these permissions; what is left out is none. */
  token(permissions?: Permissions): Promise<string>
  as(login: string): Rest
  /** Brings a ref of a checkout with all its commits, made anew or moved by force; `to` is another repository. */
  push(checkout: string, ref: string, to?: string): Promise<string>
  /** A copy of the repository in somebody's account. */
  fork(login: string): Promise<string>
  /** Lets git fetch from a checkout. */
  serveGit(checkout: string): void
  dump(): Promise<State>
}

const EVERYTHING: Permissions = {
  ...{ actions: 'write', checks: 'write', contents: 'write', issues: 'write', 'pull-requests': 'write' },
}

export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const { repository = 'octo/shop', people = {}, bots = [], prefix = '' } = options
  const [owner = '', name = ''] = repository.split('/')
  const front = await startFront(prefix)
  const server = `http://127.0.0.1:${front.port}`
  const logins = [owner, ...Object.keys(people)]
  const apps = ['github-actions', ...bots].map((slug, index) => ({
    ...{ app_id: index + 1, slug, name: slug, permissions: installed(EVERYTHING), events: [] },
    installations: [{ installation_id: index + 1, account: owner }],
  }))
  const port = await freePort()
  const emulator = await createEmulator({
    ...{ service: 'github', port, baseUrl: server + prefix },
    seed: {
      tokens: Object.fromEntries(logins.map((login) => [tokenOf(login), { login }])),
      github: {
        users: logins.map((login) => ({ login, email: `${login}@example.com` })),
        repos: [{ owner, name, private: options.private ?? false, auto_init: false }],
        apps,
      },
    },
  })
  front.upstream = `http://127.0.0.1:${port}`
  for (const login of logins) front.tokens.set(tokenOf(login), login)
  const keys = new Map(emulator.generatedSecrets.map(({ id, value }) => [Number(id), value]))
  const rest = restOf(front.upstream)
  const mint = async (app: number, permissions: Permissions): Promise<string> => {
    const asked = { permissions: installed(permissions), repositories: [name] }
    const made = await rest(appToken(app, keys.get(app) ?? ''))(
      ...(['POST', `/app/installations/${app}/access_tokens`, asked] as const),
    )
    return made.token
  }
  const botTokens = new Map<string, string>()
  for (const [index, bot] of bots.entries()) botTokens.set(`${bot}[bot]`, await mint(index + 2, EVERYTHING))
  const as = (login: string) => rest(botTokens.get(login) ?? tokenOf(login))
  for (const [login, permission] of Object.entries(people)) {
    if (permission !== 'none') await as(owner)('PUT', `/repos/${repository}/collaborators/${login}`, { permission })
  }
  return {
    ...{ repository, url: server + prefix, server, journal: front.journal, as },
    forget: (from) => void front.journal.splice(from),
    fault: (fault) => void front.faults.push(fault),
    unused: () => front.faults.splice(0),
    async token(permissions = EVERYTHING) {
      const token = await mint(1, permissions)
      front.tokens.set(token, 'action')
      return token
    },
    async push(checkout, ref, to = repository) {
      const who = as(to.split('/')[0] ?? '')
      // A fork's commits can be seen from the repository that it was made of.
      if (to !== repository) await addCommits(as(owner), repository, checkout, ref)
      const sha = await addCommits(who, to, checkout, ref)
      await setRef(who, to, ref, sha)
      return sha
    },
    async fork(login) {
      return (await as(login)('POST', `/repos/${repository}/forks`, {})).full_name
    },
    serveGit(checkout) {
      front.gitRoot = mkdtempSync(join(tmpdir(), 'airlock-git-'))
      mkdirSync(join(front.gitRoot, owner))
      symlinkSync(join(checkout, '.git'), join(front.gitRoot, owner, `${name}.git`))
    },
    dump: () => readState(as(owner), repository),
    async [Symbol.asyncDispose]() {
      if (front.gitRoot) rmSync(front.gitRoot, { recursive: true, force: true })
      await front.stop()
      await emulator.close()
    },
  }
}

const tokenOf = (login: string) => `gho_of_${login}`
// `id-token` is no permission of a token.
const installed = (permissions: Permissions) =>
  Object.fromEntries(
    Object.entries(permissions)
      .filter(([name, level]) => level !== 'none' && name in EVERYTHING)
      .map(([name, level]) => [name.replaceAll('-', '_'), level]),
  )

const restOf =
  (base: string) =>
  (token: string): Rest =>
  async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(base + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

/** What a GitHub App shows to be itself. */
function appToken(app: number, key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const said = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: now - 60, exp: now + 540, iss: String(app) })}`
  return `${said}.${createSign('RSA-SHA256').update(said).sign(key, 'base64url')}`
}

// emulate does not tell which port it took, when it is told to name another address in its answers.
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

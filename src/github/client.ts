// The one client of GitHub. The token is here and nowhere else: it never gets into a message, a file or a child process.
import { Octokit } from '@octokit/core'
import { paginateRest } from '@octokit/plugin-paginate-rest'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import Bottleneck from 'bottleneck/light.js'
import { ProxyAgent, fetch as undiciFetch } from 'undici'
import { proxyChooser } from '../gateway/host-proxy.ts'
import type { HostNetwork } from '../request/run-request.ts'
import { toFailure } from './to-failure.ts'

export type Parameters = Readonly<Record<string, unknown>>

export interface RequestOptions {
  /** Media type, such as `application/vnd.github.diff`: the answer is text then. */
  readonly accept?: string
  /**
   * Doing it twice is the same as doing it once (a blob, a reference set to a commit): it is tried again after a fault
   * of the server. Reading always is; anything else would be published twice when only the answer was lost.
   */
  readonly repeatable?: boolean
}

/** What airlock asks of GitHub, narrow enough to be faked by hand. Every failure is a GitHubError. */
export interface GitHub {
  /** `GET /repos/{owner}/{repo}/pulls/{number}` with its parameters; the rest of them is query or body. */
  request<T>(route: string, parameters?: Parameters, options?: RequestOptions): Promise<T>
  /** Every page of a list, up to `atMost` entries. */
  list<T>(route: string, parameters?: Parameters, atMost?: number): Promise<readonly T[]>
  graphql<T>(query: string, variables?: Parameters): Promise<T>
}

export interface ClientOptions {
  readonly token: string
  /** GITHUB_API_URL: `https://api.github.com`, `https://ghes.example/api/v3`. */
  readonly apiUrl: string
  /** How this machine reaches the internet: Node's own fetch knows no proxy. */
  readonly network?: HostNetwork
  readonly signal?: AbortSignal
  /** Told of each wait for a rate limit. */
  readonly onWait?: (text: string) => void
  /** Milliseconds for one answer. */
  readonly timeoutMs?: number
  /** Milliseconds of a second; tests of the waits shorten it. */
  readonly secondMs?: number
}

const TIMEOUT_MS = 30_000
/** Longer waits cost more than a second run. */
const LONGEST_WAIT_S = 180
const MOST_WAITS = 3
// 5 points each, of 900 a minute; and 80 things that somebody is notified of
// (docs.github.com, "Rate limits for the REST API", secondary limits). The plugin's own pace is three times slower.
const WRITE_EVERY_MS = 350
const NOTIFY_EVERY_MS = 800

const Client = Octokit.plugin(paginateRest, retry, throttling)

export function gitHubClient(options: ClientOptions): GitHub {
  const { secondMs = 1000 } = options
  const octokit = new Client({
    auth: options.token,
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: 'airlock',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: { fetch: timed(options) },
    // A conflict is an answer: trying again changes nothing.
    retry: {
      doNotRetry: [400, 401, 403, 404, 405, 406, 409, 410, 415, 422, 429, 451],
      retries: 3,
      retryAfterBaseValue: secondMs,
    },
    throttle: {
      onRateLimit: (seconds: number, _: unknown, __: unknown, times: number) => waits(seconds, times, options),
      onSecondaryRateLimit: (seconds: number, _: unknown, __: unknown, times: number) => waits(seconds, times, options),
      retryAfterBaseValue: secondMs,
      fallbackSecondaryRateRetryAfter: 60,
      write: new Bottleneck.Group({ maxConcurrent: 1, minTime: (WRITE_EVERY_MS * secondMs) / 1000 }),
      notifications: new Bottleneck.Group({ maxConcurrent: 1, minTime: (NOTIFY_EVERY_MS * secondMs) / 1000 }),
    },
  })
  return {
    async request<T>(route: string, parameters: Parameters = {}, { accept, repeatable }: RequestOptions = {}) {
      const again = repeatable || /^(GET|HEAD|DELETE) /.test(route)
      return failing(async () => {
        const response = await octokit.request(route, {
          ...parameters,
          headers: { 'x-github-api-version': '2022-11-28', ...(accept === undefined ? {} : { accept }) },
          request: again ? {} : { retries: 0 },
        })
        return response.data as T
      })
    },
    async list<T>(route: string, parameters: Parameters = {}, atMost = Number.POSITIVE_INFINITY) {
      return failing(async () => {
        const all: T[] = []
        const pages = octokit.paginate.iterator(route, { per_page: 100, ...parameters })
        for await (const { data } of pages) {
          all.push(...(data as T[]))
          if (all.length >= atMost) break
        }
        return all.slice(0, atMost)
      })
    },
    graphql: (query, variables = {}) => failing(() => octokit.graphql(query, { ...variables })),
  }
}

async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toFailure(error)
  }
}

function waits(seconds: number, times: number, { onWait, signal }: ClientOptions): boolean {
  if (seconds > LONGEST_WAIT_S || times >= MOST_WAITS || signal?.aborted) return false
  onWait?.(`GitHub asks to wait: going on in ${Math.ceil(seconds)} s`)
  return true
}

// Each try gets its own time: octokit's signal would be one for all of them. Redirects are followed for reading only:
// a moved repository answers 307 to a write, and the caller should know of it.
function timed({ timeoutMs = TIMEOUT_MS, signal, network, apiUrl }: ClientOptions): typeof fetch {
  const send = fetchBy(new URL(apiUrl), network)
  return (url, init) => {
    const signals = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]
    return send(url, { ...init, signal: AbortSignal.any(signals) })
  }
}

// Certificate authorities are Node's own matter (NODE_EXTRA_CA_CERTS).
function fetchBy(
  { protocol, hostname, port }: URL,
  { httpProxy, httpsProxy, noProxy }: HostNetwork = {},
): typeof fetch {
  const isTls = protocol === 'https:'
  const proxy = isTls ? httpsProxy : httpProxy
  const choose = proxyChooser({ httpProxy: proxy, httpsProxy: proxy, noProxy })
  if (proxy === undefined || !choose(hostname, Number(port) || (isTls ? 443 : 80))) return fetch
  const dispatcher = new ProxyAgent(proxy)
  return ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as unknown as typeof fetch
}

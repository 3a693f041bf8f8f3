// From what octokit throws to an error that says what to do.
import { type FailureReason, GitHubError } from './failure.ts'

/** The parts of octokit's RequestError and GraphqlResponseError that are read here. */
interface Thrown {
  readonly name?: string
  readonly message?: string
  readonly status?: number
  readonly cause?: { readonly name?: string; readonly code?: string }
  readonly request?: { readonly method?: string; readonly url?: string }
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> }
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly errors?: readonly { readonly type?: string; readonly message?: string }[]
}

export function toFailure(error: unknown): GitHubError {
  if (error instanceof GitHubError) return error
  const thrown = error as Thrown
  const headers = thrown.response?.headers ?? thrown.headers ?? {}
  const answered = thrown.response !== undefined
  const status = answered ? (thrown.status ?? 200) : 0
  const facts = {
    request: requestOf(thrown),
    status,
    reason: answered ? reasonOf(status, thrown, headers) : withoutAnswer(thrown),
    answer: (thrown.message ?? String(error)).replace(/ - https:\/\/docs\.github\.com\S*$/, ''),
    retryAfter: retryAfter(headers),
  }
  return new GitHubError(facts, error)
}

// Parameters may hold what people wrote; the path says enough.
function requestOf({ request, errors }: Thrown): string {
  if (!request?.url) return errors ? 'POST /graphql' : 'POST (unknown)'
  const url = URL.canParse(request.url) ? new URL(request.url).pathname : request.url
  return `${request.method ?? 'GET'} ${url}`
}

function withoutAnswer({ name, cause }: Thrown): FailureReason {
  return [name, cause?.name].some((kind) => kind === 'TimeoutError' || kind === 'AbortError') ? 'timeout' : 'network'
}

function reasonOf(status: number, { message = '', errors = [] }: Thrown, headers: Thrown['headers']): FailureReason {
  const types = errors.map(({ type }) => type)
  const limited = headers?.['x-ratelimit-remaining'] === '0' || headers?.['retry-after'] !== undefined
  if (status === 429 || types.includes('RATE_LIMITED')) return 'rate-limit'
  if (status === 403 && (limited || /rate limit|abuse detection/i.test(message))) return 'rate-limit'
  if (types.includes('NOT_FOUND')) return 'not-found'
  if (types.includes('FORBIDDEN')) return 'forbidden'
  if (errors.length > 0 && status < 400) return 'invalid'
  const reasons: Readonly<Record<number, FailureReason>> = {
    400: 'invalid',
    401: 'unauthorised',
    403: 'forbidden',
    404: 'not-found',
    410: 'not-found',
    409: 'conflict',
    422: 'invalid',
  }
  return reasons[status] ?? (status >= 500 ? 'server' : 'other')
}

function retryAfter(headers: Thrown['headers']): number | undefined {
  const seconds = Number(headers?.['retry-after'])
  if (seconds > 0) return seconds
  const reset = Number(headers?.['x-ratelimit-reset'])
  if (headers?.['x-ratelimit-remaining'] !== '0' || !(reset > 0)) return undefined
  return Math.max(1, Math.ceil(reset - Date.now() / 1000))
}

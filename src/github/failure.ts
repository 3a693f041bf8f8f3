// What went wrong with a request to GitHub: which request, what GitHub answered, and what somebody can do about it.
import { AirlockError } from '../ports/errors.ts'

export type FailureReason =
  | 'unauthorised'
  | 'forbidden'
  | 'rate-limit'
  | 'not-found'
  | 'conflict'
  | 'invalid'
  | 'server'
  | 'timeout'
  | 'network'
  | 'other'

export interface RequestFacts {
  /** `POST /repos/o/r/pulls/1/reviews`, without a query. */
  readonly request: string
  /** 0 where no answer came. */
  readonly status: number
  readonly reason: FailureReason
  /** GitHub's own words, cut. */
  readonly answer: string
  /** Seconds until it may be tried again, of a rate limit. */
  readonly retryAfter?: number | undefined
}

/** An `input` error for what was read, a `publish` error for what was written. */
export class GitHubError extends AirlockError {
  readonly request: string
  readonly status: number
  readonly reason: FailureReason
  readonly retryAfter: number | undefined

  constructor(facts: RequestFacts, cause?: unknown) {
    const { request, status, reason, answer, retryAfter } = facts
    const reads = /^(GET|HEAD) /.test(request)
    super(reads ? 'input' : 'publish', `GitHub ${SAYS[reason]}`, {
      where: `${request}${status === 0 ? '' : ` (status ${status})`}`,
      detail: answer === '' ? undefined : answer.slice(0, 1000),
      next: nextStep(reason, reads, retryAfter),
      cause,
    })
    this.request = request
    this.status = status
    this.reason = reason
    this.retryAfter = retryAfter
  }
}

const SAYS: Readonly<Record<FailureReason, string>> = {
  unauthorised: 'does not accept the token',
  forbidden: 'does not allow this with the token',
  'rate-limit': 'asks to wait: its rate limit is reached',
  'not-found': 'does not know this, or does not show it to the token',
  conflict: 'says that something else has changed it meanwhile',
  invalid: 'refuses what was sent',
  server: 'has a fault of its own',
  timeout: 'gave no answer in time',
  network: 'could not be reached',
  other: 'gave an answer that was not expected',
}

function nextStep(reason: FailureReason, reads: boolean, retryAfter: number | undefined): string {
  const permissions = reads
    ? 'contents: read, issues: read and pull-requests: read'
    : 'contents: write, issues: write and pull-requests: write, as far as the run needs them'
  switch (reason) {
    case 'unauthorised':
      return 'Give a token that is still valid as github_token; the default is the job’s own.'
    case 'forbidden':
      return `Give the job these permissions: ${permissions}. The token of a fork’s pull request can only read.`
    case 'not-found':
      return `Check that it still exists, and that the job has these permissions: ${permissions}.`
    case 'rate-limit':
      return retryAfter === undefined
        ? 'Run the job again later.'
        : `Run the job again in ${Math.max(1, Math.ceil(retryAfter / 60))} minutes.`
    case 'conflict':
      return 'Run the job again: it starts from what is there now.'
    case 'invalid':
      return 'The lines above say what GitHub does not like.'
    case 'network':
      return 'Check that this machine reaches the address in GITHUB_API_URL.'
    case 'server':
    case 'timeout':
    case 'other':
      return 'Run the job again; https://www.githubstatus.com tells of known faults.'
  }
}

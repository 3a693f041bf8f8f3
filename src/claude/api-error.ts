// What the model's API refused, and what to do about it.
import { AirlockError } from '../ports/errors.ts'
import type { ApiError } from './events.ts'
import { oneLine } from './tool-subject.ts'

export function isCredentialRefused({ status, type }: ApiError): boolean {
  return status === 401 || status === 403 || type === 'authentication_failed'
}

/** @param words what Claude Code said of it */
export function apiError(failure: ApiError, words: string | undefined): AirlockError {
  const [message, next] = explain(failure, words ?? '')
  return new AirlockError('claude', message, { detail: words === undefined ? undefined : oneLine(words, 600), next })
}

function explain(failure: ApiError, words: string): readonly [message: string, next: string] {
  const { status } = failure
  if (isCredentialRefused(failure)) {
    return [
      `the model's API refused the credential${status === undefined ? '' : ` (${status})`}`,
      'Check that the API key or token is complete, still valid, and meant for this API.',
    ]
  }
  if (status === 402 || /credit balance|billing/i.test(words)) {
    return ["the model's API wants to be paid first", "Add credit to the account, or use another account's key."]
  }
  if (status === 429) {
    return [
      "the model's API refused more requests (429)",
      "The account's rate limit is used up: wait, run fewer sessions at once, or ask for a higher limit.",
    ]
  }
  if (status === 404) return ["the model's API does not know the model (404)", 'Check --model in claude_args.']
  if (status === 413 || /prompt is too long|too large/i.test(words)) {
    return ["the request was larger than the model's API takes", 'Give a shorter prompt or a smaller task.']
  }
  if (status === undefined || (words.includes('502 airlock:') && /socket hang up|ECONNRESET|EPIPE/.test(words))) {
    return [
      "the connection to the model's API was cut",
      "The gateway's log in the result says what happened on the way out: a proxy, a firewall, or the API itself.",
    ]
  }
  // The gateway's own words: it got no answer, which says nothing about the API's servers.
  if (status === 502 && words.includes('502 airlock:')) {
    return [
      "the gateway could not reach the model's API",
      'Check the proxy settings and ANTHROPIC_BASE_URL; a server on this machine has to listen on more than 127.0.0.1.',
    ]
  }
  if (status === 529) return ["the model's API is overloaded (529)", 'Run again in a few minutes.']
  if (status >= 500) {
    return [`the model's API failed (${status})`, 'Run again in a few minutes; if it stays so, see the status page.']
  }
  return [`the model's API refused the request (${status})`, 'The detail above is its own answer.']
}

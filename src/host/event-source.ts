// The event that started the workflow, from the runner's variables and the file that they name.
import { readFileSync, statSync } from 'node:fs'
import type { EventSource } from '../github/event.ts'
import { AirlockError } from '../ports/errors.ts'

// GitHub cuts payloads at 25 MB.
const MOST_BYTES = 32 * 1024 * 1024

/** Undefined where no event started this. Errors: `input`, for a file that is not what the runner writes. */
export function eventSource(env: Readonly<Record<string, string | undefined>>): EventSource | undefined {
  const { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path } = env
  if (!name || !path) return undefined
  return {
    ...{ name, payload: readPayload(path), repository: env.GITHUB_REPOSITORY ?? '', actor: env.GITHUB_ACTOR ?? '' },
    apiUrl: address('GITHUB_API_URL', env.GITHUB_API_URL || 'https://api.github.com'),
    serverUrl: address('GITHUB_SERVER_URL', env.GITHUB_SERVER_URL || 'https://github.com'),
    ...{ runId: env.GITHUB_RUN_ID ?? '', runAttempt: env.GITHUB_RUN_ATTEMPT ?? '1' },
    ...{ sha: env.GITHUB_SHA ?? '', refName: env.GITHUB_REF_TYPE === 'tag' ? '' : (env.GITHUB_REF_NAME ?? '') },
  }
}

function readPayload(path: string): Readonly<Record<string, unknown>> {
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error('it is larger than 32 MiB')
    const payload: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
      return payload as Readonly<Record<string, unknown>>
    }
    throw new Error('it is no JSON object')
  } catch (error) {
    // JSON.parse quotes what it stumbled over, and that is somebody's text.
    const detail = error instanceof SyntaxError ? 'it is no valid JSON' : error instanceof Error ? error.message : ''
    throw new AirlockError('input', "the event can't be read", { where: `GITHUB_EVENT_PATH: ${path}`, detail })
  }
}

function address(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return text.replace(/\/+$/, '')
  throw new AirlockError('input', `${name} is no http or https address`)
}

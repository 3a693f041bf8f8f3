// GitHub by hand: each request is answered by the test.
import type { GitHub, Parameters } from '../../../src/github/client.ts'
import { type FailureReason, GitHubError } from '../../../src/github/failure.ts'

export interface Asked {
  readonly route: string
  readonly parameters: Parameters
}

export function fakeGitHub(answer: (asked: Asked) => unknown): {
  readonly github: GitHub
  readonly asked: readonly Asked[]
} {
  const asked: Asked[] = []
  const take = async (route: string, parameters: Parameters = {}) => {
    asked.push({ route, parameters })
    return (await answer({ route, parameters })) as never
  }
  return { asked, github: { request: take, list: take, graphql: (query, variables) => take(query, variables) } }
}

export function failure(reason: FailureReason, request = 'POST /x'): GitHubError {
  return new GitHubError({ request, status: 500, reason, answer: 'no' })
}

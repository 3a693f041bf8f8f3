// A GitHub that answers what a test told it to, and says what it was asked.

import type { GitHub } from '../../../src/github/client.ts'
import { toFailure } from '../../../src/github/to-failure.ts'

export type Answers = Readonly<Record<string, unknown>>

/** A status as an answer: the request fails with it. */
export const status = (code: number, message = 'no') => ({ failsWith: code, message })

export interface Fake extends GitHub {
  readonly asked: string[]
}

/** @param answers by `GET /repos/o/r/pulls/7`, the parameters filled in */
export function fakeGitHub(answers: Answers): Fake {
  const asked: string[] = []
  const answer = async (route: string, parameters: Readonly<Record<string, unknown>> = {}) => {
    const filled = route.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(parameters[name]))
    asked.push(filled)
    const given = answers[filled]
    const code = given === undefined ? 404 : (given as { failsWith?: number })?.failsWith
    if (code === undefined) return given
    const [method, url] = filled.split(' ')
    throw toFailure({ message: 'no', status: code, request: { method, url }, response: { headers: {} } })
  }
  return {
    asked,
    request: <T>(route: string, parameters?: Readonly<Record<string, unknown>>) =>
      answer(route, parameters) as Promise<T>,
    list: async <T>(route: string, parameters?: Readonly<Record<string, unknown>>, atMost?: number) =>
      ((await answer(route, parameters)) as readonly T[]).slice(0, atMost),
    graphql: <T>(query: string) => answer(`GRAPHQL ${/\w+/.exec(query)?.[0] ?? ''}`) as Promise<T>,
  }
}

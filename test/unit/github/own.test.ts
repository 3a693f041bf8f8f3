// Airlock's own work is known by its account and its marks; what may have been done is looked for before it is done again.
import { describe, expect, test } from 'vitest'
import { type ApiComment, marked, once, own, readMark, whoAmI, withoutMark } from '../../../src/github/own.ts'
import { cleanMarkdown } from '../../../src/github/text-out.ts'
import { failure, fakeGitHub } from './fake-github.ts'

const comment = (login: string | null, body: string): ApiComment => ({
  ...{ id: 1, html_url: 'u', body },
  user: login === null ? null : { login },
})

test('a mark is read where it was put, and its text is the rest', () => {
  const body = marked('Text\n', 'finding', { t: 'abc', run: '1 -->\n<!--' })
  expect(body).toMatch(/^Text\n\n<!-- airlock:finding t=abc run=[\w.-]+ -->$/)
  expect(body.match(/-->/g)).toHaveLength(1)
  expect(readMark(body, 'finding')).toMatchObject({ t: 'abc' })
  expect(readMark(body, 'summary')).toBeUndefined()
  expect(withoutMark(body)).toBe('Text')
  expect(readMark(`${body}\nmore`, 'finding')).toBeUndefined()
})

test('only what the own account wrote counts', () => {
  const body = marked('x', 'summary', { head: 'h' })
  expect(
    own([comment('me', body), comment('mona', body), comment(null, body), comment('me', 'x')], 'me', 'summary'),
  ).toHaveLength(1)
})

test('what Claude writes can not hold a mark', () => {
  const { text } = cleanMarkdown(marked('x', 'summary', { head: 'h' }), {
    policy: { allowedLinkHosts: [], mentions: false },
    secrets: [],
  })
  expect(readMark(text, 'summary')).toBeUndefined()
})

describe('who the token is', () => {
  test.each([
    ['a user', () => ({ login: 'octo' }), 'octo'],
    [
      'an app, which only GraphQL tells',
      ({ route = '' }) =>
        route.startsWith('GET') ? Promise.reject(failure('forbidden')) : { viewer: { login: 'app[bot]' } },
      'app[bot]',
    ],
    ['the job’s own', () => Promise.reject(failure('forbidden')), 'github-actions[bot]'],
  ])('%s', async (_, answer, login) => {
    const { github, asked } = fakeGitHub(answer)
    expect(await whoAmI(github)).toBe(login)
    const before = asked.length
    await whoAmI(github)
    expect(asked.length).toBe(before)
  })

  test('any other fault is one', async () => {
    await expect(whoAmI(fakeGitHub(() => Promise.reject(failure('unauthorised'))).github)).rejects.toMatchObject({
      reason: 'unauthorised',
    })
  })
})

describe('once', () => {
  const tries = (...outcomes: readonly (string | Error)[]) => {
    const left = [...outcomes]
    return async () => {
      const next = left.shift()
      if (next instanceof Error) throw next
      return next ?? 'too often'
    }
  }
  const nothing = async () => undefined

  test.each([
    ['it worked', tries('a'), nothing, 'a'],
    ['the answer was lost, and it is there', tries(failure('timeout'), 'twice'), async () => 'found', 'found'],
    ['it failed, and is not there', tries(failure('server'), 'a'), nothing, 'a'],
    [
      'the second answer is lost too',
      tries(failure('network'), failure('network')),
      tries(undefined as never, 'found'),
      'too often',
    ],
  ])('%s', async (_, write, find, expected) => expect(await once(write, find)).toBe(expected))

  test('what GitHub refuses is not tried again', async () => {
    const write = tries(failure('invalid'), 'again')
    await expect(once(write, async () => 'found')).rejects.toMatchObject({ reason: 'invalid' })
    expect(await write()).toBe('again')
  })
})

import { describe, expect, test } from 'vitest'
import { isHopeless, judgeEnd } from '../../../src/claude/end.ts'
import { endOf, play, recorded } from './recorded.ts'

describe('how Claude ended', () => {
  test.each(['success', 'tools', 'structured', 'subagent', 'partial'])('%s is a success', (name) => {
    expect(judgeEnd(endOf(recorded(name)))).toBeUndefined()
  })

  test.each([
    ['error-401', /refused the credential \(401\)/, /key or token/],
    ['error-403', /refused the credential \(403\)/, /key or token/],
    ['error-429', /refused more requests \(429\)/, /rate limit/],
    ['error-500', /failed \(500\)/, /Run again/],
    ['error-529', /overloaded \(529\)/, /Run again/],
    ['error-credit', /paid first/, /credit/],
    ['error-model', /does not know the model/, /--model/],
    ['cut-stream', /was cut/, /gateway/],
    ['max-turns', /after 2 turns/, /max_turns/],
    ['max-cost', /had cost \$0\.01/, /max_cost_usd/],
  ])('%s names the cause and the next step', (name, message, next) => {
    const error = judgeEnd(endOf(recorded(name), { exitCode: 1 }))
    expect(error).toMatchObject({ kind: 'claude' })
    expect(error?.message).toMatch(message)
    expect(error?.next).toMatch(next)
    expect(error?.detail).toBeTruthy()
  })

  const half = recorded('tools').slice(0, 5)
  test.each([
    [{ endedBy: 'time' as const, exitCode: 137 }, /time of 30 minutes/],
    [{ endedBy: 'output' as const, exitCode: 137 }, /output passed 64 MiB/],
    [{ endedBy: 'cancel' as const, exitCode: 137 }, /cancelled/],
    [{ exitCode: 137, oomKilled: true }, /out of memory \(limit 4\.0 GiB\)/],
    [{ exitCode: 137 }, /killed from outside/],
    [{ exitCode: 127, stderrTail: 'exec: "claude": executable file not found in $PATH' }, /not installed/],
    [{ exitCode: 0 }, /without a result/],
  ])('half a stream and %j', (change, message) => {
    expect(judgeEnd(endOf(half, change))?.message).toMatch(message)
  })

  test('arguments that Claude Code does not know', () => {
    const error = judgeEnd(endOf([], { exitCode: 1, stderrTail: "error: unknown option '--nope'\n" }))
    expect(error?.message).toMatch(/did not take its arguments/)
    expect(error?.detail).toContain('--nope')
  })

  test('time that ran out while the API refused is the API’s error', () => {
    const error = judgeEnd(endOf(recorded('error-401').slice(0, 3), { endedBy: 'time', exitCode: 137 }))
    expect(error?.message).toMatch(/refused the credential \(401\)/)
  })

  test.each([
    ['connect ECONNREFUSED 192.0.2.1:443', /gateway could not reach/],
    ['socket hang up', /connection to the model's API was cut/],
  ])('what the gateway could not reach is told apart from what the API failed at: %s', (words, expected) => {
    const lines = recorded('error-500').map((line) => line.replaceAll('500 boom', `502 airlock: no answer: ${words}`))
    const error = judgeEnd(
      endOf(
        lines.map((line) => line.replaceAll('_status":500', '_status":502')),
        { exitCode: 1 },
      ),
    )
    expect(error?.message).toMatch(expected)
  })

  test('a tool that ran out of memory is not the end of a run that went on to succeed', () => {
    expect(judgeEnd(endOf(recorded('tools'), { oomKilled: true }))).toBeUndefined()
  })

  test('a success that is followed by a failing exit is a failure', () => {
    expect(judgeEnd(endOf(recorded('success'), { exitCode: 1 }))?.kind).toBe('claude')
  })
})

test.each([
  [401, 2, false],
  [401, 3, true],
  [403, 3, true],
  [429, 9, false],
  [529, 9, false],
])('status %i at try %i: hopeless %s', (status, attempt, hopeless) => {
  const retry = JSON.stringify({ type: 'system', subtype: 'api_retry', attempt, max_retries: 10, error_status: status })
  expect(isHopeless(play([retry]).progress)).toBe(hopeless)
})

import { expect, test } from 'vitest'
import { parseEvent } from '../../../src/claude/events.ts'
import { play, recorded } from './recorded.ts'

test.each([
  ['success', ['init', 'assistant', 'result']],
  ['error-429', ['init', 'retry', 'retry', 'assistant', 'result']],
  ['cut-stream', ['init', 'retry', 'assistant', 'result']],
])('%s is read as %j', (name, kinds) => {
  expect(recorded(name).map((line) => parseEvent(line).kind)).toEqual(kinds)
})

test.each([
  '',
  ' ',
  'null',
  '[]',
  '"result"',
  '42',
  '{',
  '{"type":"result"',
  '\u0000\u001b]0;x\u0007',
  'undefined',
])('garbage %j is malformed and changes nothing', (line) => {
  expect(parseEvent(line).kind).toBe('malformed')
  expect(play([...recorded('tools').slice(0, 4), line]).progress).toEqual(play(recorded('tools').slice(0, 4)).progress)
})

test.each([
  '{}',
  '{"type":null}',
  '{"type":["result"]}',
  '{"type":"assistant"}',
  '{"type":"assistant","message":{"content":"text","usage":[]}}',
  '{"type":"assistant","message":{"content":[null,1,{"type":"tool_use","input":"x"}],"usage":{"input_tokens":-5}}}',
  '{"type":"user","message":{"content":[{"type":"tool_result","content":{"a":1}}]},"timestamp":"not a time"}',
  '{"type":"system","subtype":"api_retry","attempt":"x"}',
  '{"type":"result","num_turns":1e999,"total_cost_usd":"free","errors":7,"permission_denials":{}}',
])('odd fields in %s are left out, never thrown over', (line) => {
  const { progress } = play([...recorded('success').slice(0, 1), line])
  expect(Object.values(progress.tokens).every((count) => count >= 0)).toBe(true)
  expect(progress.summary.costUsd).toBe(0)
})

test('numbers that no count can be are not taken', () => {
  const event = parseEvent('{"type":"result","session_id":"s","num_turns":-1,"total_cost_usd":1e999,"is_error":"no"}')
  expect(event).toMatchObject({ kind: 'result', turns: 0, costUsd: 0, isError: true })
})

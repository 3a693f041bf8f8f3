import { describe, expect, test } from 'vitest'
import { modelHeaders, modelResponseHeaders, withoutHopByHop } from '../../../src/gateway/headers.ts'

const KEY = { kind: 'api-key', value: 'real-key' } as const
const TOKEN = { kind: 'oauth-token', value: 'real-token' } as const

describe('to the model', () => {
  test('Claude Code’s own headers pass', () => {
    const sent = {
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': '12',
      'user-agent': 'claude-cli/2',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
      'anthropic-dangerous-direct-browser-access': 'true',
      'x-app': 'cli',
      'x-stainless-lang': 'js',
      'x-stainless-retry-count': '0',
      'x-claude-code-session-id': 'abc',
    }
    expect(modelHeaders(sent, KEY)).toEqual({ ...sent, 'x-api-key': 'real-key' })
  })

  test.each([
    'x-api-key',
    'authorization',
    'proxy-authorization',
    'cookie',
    'anthropic-api-key',
    'x-goog-api-key',
    'api-key',
    'x-auth-token',
    'anthropic-organization-id',
    'anthropic-workspace-id',
    'x-forwarded-for',
    'forwarded',
    'host',
    'origin',
    'referer',
    'x-http-method-override',
    'x-original-url',
    'expect',
    'upgrade',
    'connection',
    'transfer-encoding',
    'x-stainless-',
    'x-stainless-lang\n',
    'x-application',
  ])('a credential or trick under %s does not', (name) => {
    const text = JSON.stringify([
      modelHeaders({ [name]: 'attacker' }, KEY),
      modelHeaders({ [name]: 'attacker' }, TOKEN),
    ])
    expect(text).not.toContain('attacker')
  })

  test('one credential goes out, the real one', () => {
    const attacker = { 'x-api-key': 'attacker', authorization: 'Bearer attacker' }
    expect(modelHeaders(attacker, KEY)).toEqual({ 'x-api-key': 'real-key' })
    expect(modelHeaders(attacker, TOKEN)).toEqual({
      authorization: 'Bearer real-token',
      'anthropic-beta': 'oauth-2025-04-20',
    })
  })

  test.each([
    ['a key, no betas', undefined, KEY, undefined],
    ['a key drops the mark of a token', 'oauth-2025-04-20, a-1', KEY, 'a-1'],
    ['a key, only that mark', 'oauth-2025-04-20', KEY, undefined],
    ['a token adds it', 'a-1,b-2', TOKEN, 'a-1,b-2,oauth-2025-04-20'],
    ['a token has it once', 'oauth-2025-04-20,a-1', TOKEN, 'a-1,oauth-2025-04-20'],
  ])('betas: %s', (_, beta, credential, expected) => {
    expect(modelHeaders(beta === undefined ? {} : { 'anthropic-beta': beta }, credential)['anthropic-beta']).toBe(
      expected,
    )
  })

  test.each([
    'mcp-client-2025-04-04',
    'mcp-servers-2025-12-04',
    'managed-agents-2026-04-01',
    'MCP-Client-2025-11-20',
    'files-api-2025-04-14',
    'code-execution-2025-08-25',
    'skills-2025-10-02',
    'web-fetch-2025-09-10',
  ])('the beta %s, which lets the model’s servers reach others or keep files, is left out', (beta) => {
    expect(modelHeaders({ 'anthropic-beta': `a-1,${beta}` }, KEY)['anthropic-beta']).toBe('a-1')
  })
})

describe('on the way', () => {
  test('headers of one connection end with it', () => {
    const headers = {
      connection: 'keep-alive, X-Once',
      'keep-alive': 'timeout=5',
      'proxy-authorization': 'Basic x',
      'proxy-connection': 'keep-alive',
      te: 'trailers',
      trailer: 'x',
      'transfer-encoding': 'chunked',
      upgrade: 'websocket',
      'x-once': '1',
      'x-stays': '2',
      authorization: 'Bearer the-client’s-own',
    }
    expect(withoutHopByHop(headers)).toEqual({ 'x-stays': '2', authorization: 'Bearer the-client’s-own' })
  })

  test('the model’s answer passes without its cookies', () => {
    const headers = {
      'content-type': 'text/event-stream',
      'request-id': 'r',
      'set-cookie': ['a=b'],
      connection: 'close',
    }
    expect(modelResponseHeaders(headers)).toEqual({ 'content-type': 'text/event-stream', 'request-id': 'r' })
  })
})

import { describe, expect, test } from 'vitest'
import { claudeCommand } from '../../../src/claude/command.ts'
import { mcpServers } from '../../../src/claude/mcp-servers.ts'
import type { RunRequest } from '../../../src/request/run-request.ts'

const REQUEST: RunRequest = {
  runId: 'abcd1234',
  directory: '/work',
  prompt: 'Fix it; $(rm -rf /) "quoted"',
  project: { kind: 'auto' },
  credential: { kind: 'api-key', value: 'sk-ant-real' },
  upstream: 'https://api.anthropic.com',
  network: { httpsProxy: 'http://user:secret@proxy:3128' },
  allowedDomains: [],
  egressPresets: [],
  include: [],
  exclude: [],
  protectedPaths: [],
  allow: [],
  limits: { timeoutMs: 1, memory: 1, cpus: 1, pids: 1, outputBytes: 1, patchFiles: 1, patchBytes: 1 },
  claude: { args: ['--model', 'opus'], version: '2.1.330' },
  outputDir: '/out',
}

describe('the command line of Claude', () => {
  test('plain', () => {
    expect(claudeCommand(REQUEST, []).argv).toEqual([
      'claude',
      '--print',
      '--output-format',
      'stream-json',
      '--verbose',
      '--dangerously-skip-permissions',
      '--model',
      'opus',
    ])
  })

  test('limits and settings', () => {
    const { argv } = claudeCommand(
      {
        ...REQUEST,
        limits: { ...REQUEST.limits, maxTurns: 7, maxCostUsd: 1.5 },
        claude: { ...REQUEST.claude, args: [], settings: '{"model":"opus"}' },
      },
      [],
    )
    expect(argv.slice(6)).toEqual(['--max-turns', '7', '--max-budget-usd', '1.5', '--settings', '{"model":"opus"}'])
  })

  test('the prompt goes over standard input, word for word', () => {
    const { argv, stdin } = claudeCommand(REQUEST, [])
    expect(stdin).toBe(REQUEST.prompt)
    expect(argv.join(' ')).not.toContain('Fix it')
  })
})

describe('the environment of Claude', () => {
  test.each([
    ['api-key' as const, 'ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN'],
    ['oauth-token' as const, 'CLAUDE_CODE_OAUTH_TOKEN', 'ANTHROPIC_API_KEY'],
  ])('%s: a placeholder in %s and nothing in %s', (kind, set, unset) => {
    const { env } = claudeCommand({ ...REQUEST, credential: { kind, value: 'real-secret' } }, [])
    expect(env[set]).toBe('placeholder')
    expect(env).not.toHaveProperty(unset)
  })

  test('holds neither the credential nor the host’s proxy', () => {
    const all = JSON.stringify(claudeCommand(REQUEST, ['db']))
    expect(all).not.toContain('sk-ant-real')
    expect(all).not.toContain('3128')
  })

  test('services are reached directly, everything else by the gateway', () => {
    const { env } = claudeCommand(REQUEST, ['db', 'redis'])
    expect(env).toMatchObject({
      ANTHROPIC_BASE_URL: 'http://airlock-gateway:8081',
      HTTPS_PROXY: 'http://airlock-gateway:8080',
      https_proxy: 'http://airlock-gateway:8080',
      NO_PROXY: 'localhost,127.0.0.1,::1,airlock-gateway,db,redis',
    })
  })

  test('with a briefing, the file that names the gateway’s tools, before another flag', () => {
    const briefing = { files: new Map(), tools: [], subject: 'pull' } as const
    const { argv } = claudeCommand({ ...REQUEST, briefing }, [])
    const at = argv.indexOf('--mcp-config')
    expect(argv.slice(at + 1, at + 3)).toEqual(['/airlock/context/mcp.json', '--dangerously-skip-permissions'])
  })

  test('the gateway’s tools, for Claude alone', () => {
    expect(JSON.parse(mcpServers([{ name: 'github_comment', tools: [] }], 'the-bearer'))).toEqual({
      mcpServers: {
        github_comment: {
          ...{ type: 'http', url: 'http://airlock-gateway:8082/github_comment', alwaysLoad: true },
          headers: { Authorization: 'Bearer the-bearer' },
        },
      },
    })
  })
})

// A result with something in every part.
import type { RunResult } from '../../../src/report/run-result.ts'

export const HOSTILE = '</code></pre>|`<img src=x onerror=alert(1)>[a](http://x)\u001b[31m@everyone\n# title'

const decision = (host: string, path?: string) => ({
  ...({ event: 'decision', time: '2026-01-01T00:00:00Z', via: 'connect', method: 'CONNECT' } as const),
  ...({ host, port: 443, verdict: 'refused', reason: 'is not on the allowlist' } as const),
  ...(path === undefined ? {} : { path }),
})

export function result(change: Partial<RunResult> = {}): RunResult {
  return {
    version: 1,
    runId: 'abcd1234',
    conclusion: 'success',
    finalMessage: 'Fixed the total.',
    sessionId: '11111111-2222-3333-4444-555555555555',
    model: 'claude-opus-5-5',
    costUsd: 0.0494,
    numTurns: 7,
    durationMs: 31_240,
    sandboxReadyMs: 2400,
    timings: { resolve: 120, copy: 800, first_request: 90, claude: 27_000 },
    services: ['db', 'redis'],
    probe: [
      {
        ...({ name: 'cloud metadata', direction: 'out', target: '169.254.169.254:80' } as const),
        ...({ result: 'closed', detail: 'EHOSTUNREACH', durationMs: 3, ok: true } as const),
      },
    ],
    findings: [
      {
        ...({ rule: 'AL107', severity: 'refuse', message: 'sysctls on service db', reason: 'r', remedy: 'd' } as const),
        ...{ source: { file: 'compose.yml', line: 7 }, allowed: 'the database needs it' },
      },
    ],
    notes: ['ports of service web are not published'],
    requests: { allowed: 12, blocked: [decision('evil.example'), decision('evil.example'), decision('other.example')] },
    patch: {
      files: 1,
      insertions: 2,
      deletions: 1,
      changes: [
        { path: 'lib/total.rb', status: 'modified', oldMode: '100644', newMode: '100644', size: 40 },
        { path: '.github/workflows/ci.yml', status: 'modified', oldMode: '100644', newMode: '100644', size: 40 },
      ],
      refusals: [
        { path: '.github/workflows/ci.yml', kind: 'protected', reason: 'runs with the rights of the repository' },
      ],
    },
    output: { directory: '/out/it is', patch: '/out/it is/changes.patch', result: '/out/it is/result.json' },
    ...change,
  }
}

/** Every text that a stranger could have written is hostile. */
export function hostile(): RunResult {
  const base = result()
  return result({
    conclusion: 'failure',
    error: { kind: 'claude', message: HOSTILE, where: HOSTILE, detail: HOSTILE, next: HOSTILE },
    finalMessage: HOSTILE,
    model: HOSTILE,
    services: [HOSTILE],
    notes: [HOSTILE],
    probe: base.probe.map((row) => ({ ...row, name: HOSTILE, target: HOSTILE, detail: HOSTILE })),
    findings: base.findings.map((one) => ({ ...one, message: HOSTILE, allowed: HOSTILE, source: { file: HOSTILE } })),
    requests: { allowed: 0, blocked: [{ ...decision(HOSTILE, HOSTILE), method: HOSTILE, reason: HOSTILE }] },
    patch: {
      ...{ files: 1, insertions: 0, deletions: 0 },
      changes: [{ path: HOSTILE, oldPath: `${HOSTILE}2`, status: 'renamed', oldMode: '', newMode: '', size: 0 }],
      refusals: [{ path: `${HOSTILE}3`, kind: 'dangerous', reason: HOSTILE }],
    },
  })
}

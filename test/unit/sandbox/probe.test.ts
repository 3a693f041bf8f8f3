import { describe, expect, test } from 'vitest'
import type { ProbeRow } from '../../../src/gateway/gateway-config.ts'
import { probeTargets, THE_GATEWAY } from '../../../src/gateway/probe-targets.ts'
import { judgeProbe } from '../../../src/sandbox/probe.ts'

const services = [
  { service: 'db', port: 5432, waitMs: 1000 },
  { service: 'healthy', port: 80 },
]
const targets = probeTargets({ addresses: ['172.17.0.1'], gateway: 'airlock-gateway', tools: false, services })

const rowsWith = (wrong: (row: ProbeRow) => boolean): readonly ProbeRow[] =>
  targets.map((target) => {
    const where = target.kind === 'tcp' ? `${target.host}:${target.port}` : target.kind
    const { name, direction } = target
    const row = { name, direction, target: where, detail: 'seen', durationMs: 1, ok: true, result: 'open' as const }
    return wrong(row) ? { ...row, ok: false } : row
  })

const judging = (wrong: (row: ProbeRow) => boolean) => () => judgeProbe(rowsWith(wrong), targets)

describe('a probe’s table', () => {
  test('passes when every way is as it should be', () => expect(judging(() => false)).not.toThrow())

  test.each(
    targets.filter((target) => target.direction === 'out').map(({ name }) => name),
  )('ends the run when %s answers', (name) =>
    expect(judging((row) => row.name === name)).toThrow('the sandbox is not closed'))

  test('ends the run when the gateway is out of reach', () =>
    expect(judging((row) => row.name === THE_GATEWAY)).toThrow('does not reach its gateway'))

  test('ends the run when one of the gateway’s two ports is', () =>
    expect(judging((row) => row.target.endsWith(':8080'))).toThrow('does not reach its gateway'))

  test('ends the run when a service without a health check is silent', () =>
    expect(judging((row) => row.name === 'db')).toThrow('service db does not answer'))

  test('takes a health check’s word for it', () => expect(judging((row) => row.name === 'healthy')).not.toThrow())

  test('tells of an open way out first', () =>
    expect(judging((row) => row.name === THE_GATEWAY || row.name === 'the host')).toThrow('not closed'))
})

import { describe, expect, test } from 'vitest'
import { parseAllowedDomain } from '../../../src/gateway/domains.ts'
import { parseAuthority } from '../../../src/gateway/hosts.ts'
import { decide, type Policy } from '../../../src/gateway/policy.ts'

const OWN = ['127.0.0.1', '172.20.0.2', '::1']
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'example.com': ['2a00::1', '93.184.216.34', '93.184.216.35'],
  'v6.example': ['2a00::1'],
  'empty.example': [],
  'inside.example': ['10.0.0.5'],
  'mixed.example': ['93.184.216.34', '10.0.0.5'],
  'loop.example': ['127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'gateway.example': ['172.20.0.2'],
  'half.example': ['10.0.0.5', '169.254.169.254'],
  'mapped.example': ['::ffff:10.0.0.5'],
  'host.docker.internal': ['172.17.0.1'],
  'api.example': ['93.184.216.40'],
}

function policy(allow: readonly string[], rest: Partial<Policy> = {}): Policy {
  return {
    allow: allow.map(parseAllowedDomain),
    model: { host: 'api.example', port: 443 },
    proxied: () => false,
    ...rest,
  }
}

async function judged(rules: Policy, asked: string) {
  const questions: string[] = []
  const target = parseAuthority(asked)
  if (!target) throw new Error(`${asked} is no authority`)
  const verdict = await decide(rules, target.host, target.port, {
    ownAddresses: () => OWN,
    async resolve(name) {
      questions.push(name)
      const found = NAMES[name]
      if (!found) throw new Error('ENOTFOUND')
      return found
    },
  })
  return { verdict, questions }
}

describe('allowed', () => {
  test.each([
    ['by name, at its first IPv4 address', ['example.com'], 'example.com:443', '93.184.216.34'],
    ['an address as it is', ['1.1.1.1'], '1.1.1.1:443', '1.1.1.1'],
    ['IPv6 when there is nothing else', ['v6.example'], 'v6.example:443', '2a00::1'],
    ['private, marked so', ['inside.example+private'], 'inside.example:80', '10.0.0.5'],
    ['public, marked private', ['example.com+private'], 'example.com:80', '93.184.216.34'],
    ['mixed, marked private', ['mixed.example+private'], 'mixed.example:80', '93.184.216.34'],
    ['the host, by its name', ['host.docker.internal:4010+private'], 'host.docker.internal:4010', '172.17.0.1'],
    ['the host, by its address', ['172.17.0.1:4010+private'], '172.17.0.1:4010', '172.17.0.1'],
    ['another port of the model’s host', ['api.example:9000'], 'api.example:9000', '93.184.216.40'],
  ])('%s', async (_, allow, asked, address) => {
    const { verdict, questions } = await judged(policy(allow), asked)
    expect(verdict).toEqual({ verdict: 'allowed', address })
    expect(questions.length).toBeLessThanOrEqual(1)
  })
})

describe('refused', () => {
  test.each([
    ['not listed', ['example.com'], 'other.example:443', 'not on the allowlist'],
    ['other port', ['example.com'], 'example.com:22', 'not on the allowlist'],
    ['nothing listed', [], 'example.com:443', 'not on the allowlist'],
    ['an address, when its name is listed', ['example.com'], '93.184.216.34:443', 'not on the allowlist'],
    ['private', ['inside.example'], 'inside.example:443', 'not a public address'],
    ['one of several private', ['mixed.example'], 'mixed.example:443', 'not a public address'],
    ['loopback, marked private', ['loop.example+private'], 'loop.example:443', 'no entry can open'],
    ['metadata, marked private', ['metadata.example+private'], 'metadata.example:80', 'no entry can open'],
    ['one of several metadata', ['half.example+private'], 'half.example:80', 'no entry can open'],
    ['mapped, marked private', ['mapped.example+private'], 'mapped.example:80', 'no entry can open'],
    ['the gateway itself', ['gateway.example:8081+private'], 'gateway.example:8081', 'no entry can open'],
    ['the gateway by address', ['172.20.0.2:8081+private'], '172.20.0.2:8081', 'no entry can open'],
    ['the host, not marked', ['host.docker.internal:4010'], 'host.docker.internal:4010', 'not a public address'],
    ['no such name', ['nowhere.example'], 'nowhere.example:443', 'has no address'],
    ['no addresses', ['empty.example'], 'empty.example:443', 'has no address'],
    ['the model', ['api.example'], 'api.example:443', 'ANTHROPIC_BASE_URL'],
    ['the model in other spelling', ['api.example'], 'API.example.:443', 'ANTHROPIC'],
    ['the model without TLS', ['api.example'], 'api.example:80', 'ANTHROPIC_BASE_URL'],
  ])('%s', async (_, allow, asked, reason) => {
    const { verdict } = await judged(policy(allow), asked)
    expect(verdict).toEqual({ verdict: 'refused', reason: expect.stringContaining(reason) })
  })

  test('what is not listed is not even looked up: a question could carry data', async () => {
    expect((await judged(policy(['example.com']), 'secret.evil.example:443')).questions).toEqual([])
  })

  test('the model on the host leaves the host’s other ports to their entries', async () => {
    const model = { host: 'host.docker.internal', port: 4010 }
    const rules = policy(['host.docker.internal:4010+private', 'host.docker.internal:80+private'], { model })
    expect((await judged(rules, 'host.docker.internal:4010')).verdict.verdict).toBe('refused')
    expect((await judged(rules, 'host.docker.internal:80')).verdict.verdict).toBe('allowed')
  })
})

describe('behind the host’s proxy', () => {
  const proxied = { proxied: () => true }
  test('a name that only the proxy knows is left to it', async () => {
    const { verdict } = await judged(policy(['nowhere.example'], proxied), 'nowhere.example:443')
    expect(verdict).toEqual({ verdict: 'allowed', address: undefined })
  })
  test.each([
    ['inside.example', 'inside.example:443', 'not a public address'],
    ['metadata.example+private', 'metadata.example:443', 'no entry can open'],
    ['example.com', 'nowhere.example:443', 'not on the allowlist'],
  ])('%s, asked for %s: still refused', async (entry, asked, reason) => {
    const { verdict } = await judged(policy([entry], proxied), asked)
    expect(verdict).toEqual({ verdict: 'refused', reason: expect.stringContaining(reason) })
  })
})

import { describe, expect, test } from 'vitest'
import { findAllowed, parseAllowedDomain, readAllowedDomain } from '../../../src/gateway/domains.ts'
import { parseAuthority } from '../../../src/gateway/hosts.ts'
import { PRESETS, presetDomains } from '../../../src/gateway/presets.ts'

const web = [443, 80]

describe('entries', () => {
  test.each([
    ['example.com', { domain: 'example.com', ports: web }],
    [' example.com ', { domain: 'example.com', ports: web }],
    ['Example.COM.', { domain: 'example.com', ports: web }],
    ['.example.com', { domain: '.example.com', ports: web }],
    ['*.example.com', { domain: '.example.com', ports: web }],
    ['example.com:8443', { domain: 'example.com', ports: [8443] }],
    ['.example.com:8443+private', { domain: '.example.com', ports: [8443], private: true }],
    ['bücher.example', { domain: 'xn--bcher-kva.example', ports: web }],
    ['mirror+private', { domain: 'mirror', ports: web, private: true }],
    ['host.docker.internal:4010+private', { domain: 'host.docker.internal', ports: [4010], private: true }],
    ['10.1.2.3:8080+private', { domain: '10.1.2.3', ports: [8080], private: true }],
    ['172.17.0.1+private', { domain: '172.17.0.1', ports: web, private: true }],
    ['[fc00::1]:80+private', { domain: 'fc00::1', ports: [80], private: true }],
    ['[2a00::1]', { domain: '2a00::1', ports: web }],
    ['1.1.1.1', { domain: '1.1.1.1', ports: web }],
    ['.example.co.uk', { domain: '.example.co.uk', ports: web }],
  ])('%s', (text, expected) => {
    expect(readAllowedDomain(text)).toEqual(expected)
    expect(parseAllowedDomain(text)).toEqual(expected)
  })
})

describe('refused, saying why', () => {
  test.each([
    ['', 'is not a domain'],
    ['*', 'is not a domain'],
    ['.', 'is not a valid domain name'],
    ['ex*mple.com', 'is not a domain'],
    ['https://example.com', 'is not a domain'],
    ['example.com:x', 'is not a domain'],
    ['example.com:443+public', 'is not a domain'],
    ['::1', 'is not a domain'],
    ['example.com/path', 'is not a valid domain name'],
    ['user@example.com', 'is not a valid domain name'],
    ['example..com', 'is not a valid domain name'],
    ['..example.com', 'is not a valid domain name'],
    ['example.com:0', 'port 0 does not exist'],
    ['example.com:65536', 'port 65536 does not exist'],
    ['.com', 'too wide'],
    ['*.internal', 'too wide'],
    ['.co.uk', 'too wide'],
    ['.com.au', 'too wide'],
    ['.1.1.1.1', 'an address has no subdomains'],
    ['10.0.0.1', '+private'],
    ['[fc00::1]', '+private'],
    ['127.0.0.1:80+private', 'stay closed'],
    ['2130706433:80+private', 'stay closed'],
    ['169.254.169.254+private', 'stay closed'],
    ['0.0.0.0+private', 'stay closed'],
    ['[::1]:80+private', 'stay closed'],
    ['[::ffff:10.0.0.1]:80+private', 'stay closed'],
  ])('%s', (text, why) => {
    expect(readAllowedDomain(text)).toContain(why)
    expect(() => parseAllowedDomain(text)).toThrow(why)
  })
})

describe('what an entry matches', () => {
  test.each([
    ['example.com', 'example.com:443', true],
    ['example.com', 'example.com:80', true],
    ['example.com', 'EXAMPLE.com.:443', true],
    ['example.com', 'example.com:8080', false],
    ['example.com', 'www.example.com:443', false],
    ['example.com', 'evilexample.com:443', false],
    ['example.com', 'example.com.evil.net:443', false],
    ['.example.com', 'example.com:443', true],
    ['.example.com', 'a.b.example.com:443', true],
    ['.example.com', 'evilexample.com:443', false],
    ['.example.com', 'example.com.evil.net:443', false],
    ['.example.com', 'com:443', false],
    ['bücher.example', 'xn--bcher-kva.example:443', true],
    ['example.com:8443', 'example.com:8443', true],
    ['example.com:8443', 'example.com:443', false],
    ['1.1.1.1', '1.1.1.1:443', true],
    ['1.1.1.1', '0x1.1.1.1:443', true],
    ['1.1.1.1', '16843009:443', true],
    ['1.1.1.1', '1.1.1.1.:443', true],
    ['1.1.1.1', '[::ffff:1.1.1.1]:443', false],
    ['[2a00::1]', '[2A00:0::1]:443', true],
  ])('%s, asked for %s: %s', (entry, asked, expected) => {
    const target = parseAuthority(asked)
    const found = target && findAllowed([parseAllowedDomain(entry)], target.host, target.port)
    expect(found !== undefined).toBe(expected)
  })

  test('of two entries, the one marked private decides', () => {
    const allow = ['example.com', '.example.com+private'].map(parseAllowedDomain)
    expect(findAllowed(allow, { kind: 'name', name: 'example.com' }, 443)?.private).toBe(true)
  })

  test('an empty list matches nothing', () => {
    expect(findAllowed([], { kind: 'name', name: 'example.com' }, 443)).toBeUndefined()
  })
})

test.each(Object.keys(PRESETS))('preset %s holds suffixes that can be read', (name) => {
  for (const text of presetDomains([name])) expect(parseAllowedDomain(text).domain).toBe(text)
})

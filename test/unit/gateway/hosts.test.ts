import { describe, expect, test } from 'vitest'
import { hostPort, hostText, normaliseHost, parseAuthority } from '../../../src/gateway/hosts.ts'

const shown = (text: string) => {
  const host = normaliseHost(text)
  return host && `${host.kind} ${hostText(host)}`
}

describe('every spelling of a host comes out as one', () => {
  test.each([
    ['example.com', 'name example.com'],
    ['EXAMPLE.Com', 'name example.com'],
    ['example.com.', 'name example.com'],
    ['db', 'name db'],
    ['my_service.internal', 'name my_service.internal'],
    ['bücher.example', 'name xn--bcher-kva.example'],
    ['BÜCHER.example', 'name xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'name xn--bcher-kva.example'],
    ['ｅｘａｍｐｌｅ.com', 'name example.com'],
    ['example。com', 'name example.com'],
    ['exa\u00admple.com', 'name example.com'],
    ['127.0.0.1', 'address 127.0.0.1'],
    ['127.0.0.1.', 'address 127.0.0.1'],
    ['2130706433', 'address 127.0.0.1'],
    ['0177.0.0.1', 'address 127.0.0.1'],
    ['017700000001', 'address 127.0.0.1'],
    ['0x7f.1', 'address 127.0.0.1'],
    ['0x7F000001', 'address 127.0.0.1'],
    ['127.1', 'address 127.0.0.1'],
    ['127.0.1', 'address 127.0.0.1'],
    ['１２７.0.0.1', 'address 127.0.0.1'],
    ['0', 'address 0.0.0.0'],
    ['::1', 'address ::1'],
    ['[::1]', 'address ::1'],
    ['[0:0:0:0:0:0:0:1]', 'address ::1'],
    ['[2001:DB8::1]', 'address 2001:db8::1'],
    ['[::ffff:127.0.0.1]', 'address ::ffff:7f00:1'],
    ['[::ffff:7f00:1]', 'address ::ffff:7f00:1'],
  ])('%s → %s', (text, expected) => expect(shown(text)).toBe(expected))
})

describe('what is no host is none', () => {
  test.each([
    '',
    '.',
    '..',
    '.example.com',
    'example..com',
    'example.com..',
    'exam ple.com',
    'example.com\t',
    'example.com\n',
    'example.com\0',
    'example%2ecom',
    '%31%32%37.0.0.1',
    'user@example.com',
    'user:password@example.com',
    'example.com\\@evil.example',
    'example.com/path',
    'example.com?query',
    'example.com#fragment',
    'example.com:80',
    '*.example.com',
    '-example.com',
    'example-.com',
    '256.256.256.256',
    '1.2.3.4.5',
    'example.0x1',
    '[::1',
    '::1]',
    '[::1]x',
    'x[::1]',
    '[fe80::1%eth0]',
    'fe80::1%25eth0',
    '[127.0.0.1]',
    '[v1.x]',
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(128)}com`,
  ])('%j', (text) => expect(shown(text)).toBeUndefined())
})

describe('host and port', () => {
  test.each([
    ['example.com:443', undefined, { host: { kind: 'name', name: 'example.com' }, port: 443 }],
    ['[::1]:8080', undefined, { host: { kind: 'address', address: '::1' }, port: 8080 }],
    ['example.com', 80, { host: { kind: 'name', name: 'example.com' }, port: 80 }],
    ['example.com', undefined, undefined],
    ['example.com:', 80, undefined],
    ['example.com:0', undefined, undefined],
    ['example.com:65536', undefined, undefined],
    ['example.com:443:443', undefined, undefined],
    ['example.com:0x1bb', undefined, undefined],
    ['example.com:-1', undefined, undefined],
    ['::1:443', undefined, undefined],
    ['user@example.com:443', undefined, undefined],
    ['a:b@example.com:443', undefined, undefined],
    ['example.com:443/', undefined, undefined],
    ['http://example.com:443', undefined, undefined],
    [':443', undefined, undefined],
  ])('%s with default %s', (text, defaultPort, expected) => expect(parseAuthority(text, defaultPort)).toEqual(expected))

  test.each([
    ['example.com', 80, 80, 'example.com'],
    ['example.com', 8080, 80, 'example.com:8080'],
    ['::1', 80, 80, '[::1]'],
    ['::1', 443, undefined, '[::1]:443'],
  ])('written: %s %i', (host, port, scheme, expected) => expect(hostPort(host, port, scheme)).toBe(expected))
})

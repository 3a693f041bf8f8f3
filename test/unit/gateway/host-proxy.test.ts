import { describe, expect, test } from 'vitest'
import { proxyChooser, proxyLogin, reachableUrl } from '../../../src/gateway/host-proxy.ts'

const httpProxy = 'http://plain.corp:3128'
const httpsProxy = 'http://tls.corp:3128'

describe('which proxy', () => {
  test.each([
    ['none', {}, 443, undefined],
    ['TLS', { httpProxy, httpsProxy }, 443, 'tls.corp:3128'],
    ['any other port', { httpProxy, httpsProxy }, 8443, 'tls.corp:3128'],
    ['plain', { httpProxy, httpsProxy }, 80, 'plain.corp:3128'],
    ['only one given', { httpProxy }, 443, 'plain.corp:3128'],
    ['only the other given', { httpsProxy }, 80, 'tls.corp:3128'],
    ['without a scheme', { httpsProxy: 'tls.corp:3128' }, 443, 'tls.corp:3128'],
    ['on this machine', { httpsProxy: 'http://127.0.0.1:3128' }, 443, 'host.docker.internal:3128'],
  ])('%s', (_, options, port, expected) => expect(proxyChooser(options)('example.com', port)?.host).toBe(expected))

  test.each([
    'socks5://user:pass-word@corp:1080',
    'http://',
    'file:///etc/passwd',
    'http://a b',
  ])('%s is refused, and its password not repeated', (text) => {
    expect(() => proxyChooser({ httpsProxy: text })).toThrow(/^the proxy is not an http or https address$/)
  })
})

describe('NO_PROXY', () => {
  test.each([
    ['', 'example.com', 443, false],
    ['*', 'example.com', 443, true],
    ['example.com', 'example.com', 443, true],
    ['EXAMPLE.com', 'example.com', 443, true],
    ['example.com', 'www.example.com', 443, true],
    ['.example.com', 'www.example.com', 443, true],
    ['*.example.com', 'www.example.com', 443, true],
    ['.example.com', 'example.com', 443, true],
    ['example.com', 'evilexample.com', 443, false],
    ['a.example, b.example', 'b.example', 443, true],
    ['a.example b.example', 'b.example', 443, true],
    ['example.com:8443', 'example.com', 8443, true],
    ['example.com:8443', 'example.com', 443, false],
    ['10.0.0.1', '10.0.0.1', 443, true],
    ['0.1', '10.0.0.1', 443, false],
    ['10.0.0.0/8', '10.9.9.9', 443, true],
    ['10.0.0.0/8', '11.0.0.1', 443, false],
    ['10.0.0.0/8', 'example.com', 443, false],
    ['10.0.0.0/99', '10.0.0.1', 443, false],
    ['fc00::/7', 'fd00::1', 443, true],
    ['::1', '::1', 443, true],
    ['[::1]:80', '::1', 80, true],
    ['[::1]:80', '::1', 443, false],
    ['', 'host.docker.internal', 443, true],
  ])('%j: %s:%i bypasses: %s', (noProxy, host, port, bypassed) => {
    expect(proxyChooser({ httpsProxy, noProxy })(host, port) === undefined).toBe(bypassed)
  })
})

test.each([
  ['http://corp:1', {}],
  ['http://user:pass@corp:1', { 'proxy-authorization': `Basic ${btoa('user:pass')}` }],
  ['http://user:p%40ss%25@corp:1', { 'proxy-authorization': `Basic ${btoa('user:p@ss%')}` }],
  ['http://user:100%@corp:1', { 'proxy-authorization': `Basic ${btoa('user:100%')}` }],
  ['http://user:p%C3%BC@corp:1', { 'proxy-authorization': `Basic ${Buffer.from('user:pü').toString('base64')}` }],
])('login of %s', (text, expected) => expect(proxyLogin(new URL(text))).toEqual(expected))

test.each([
  ['http://localhost:4010', 'http://host.docker.internal:4010/'],
  ['http://127.0.0.1:4010/base', 'http://host.docker.internal:4010/base'],
  ['http://127.8.8.8', 'http://host.docker.internal/'],
  ['http://[::1]:4010', 'http://host.docker.internal:4010/'],
  ['http://0x7f.1:4010', 'http://host.docker.internal:4010/'],
  ['https://api.anthropic.com', 'https://api.anthropic.com/'],
  ['http://localhost.example', 'http://localhost.example/'],
])('%s, seen from the container', (text, expected) => expect(reachableUrl(text).href).toBe(expected))

import { describe, expect, test } from 'vitest'
import { normaliseHost } from '../../../src/gateway/hosts.ts'
import { judgeOpening } from '../../../src/gateway/opening.ts'

function judge(said: string, port: number, target = 'site.example') {
  const host = normaliseHost(target)
  if (!host) throw new Error(target)
  return judgeOpening(Buffer.from(said, 'latin1'), host, port).kind
}

describe('on the ports of the web', () => {
  test.each([
    ['', 443, 'hold'],
    ['\x16', 443, 'hold'],
    ['\x16\x03\x01', 443, 'hold'],
    ['\x16\x03\x01', 80, 'hold'],
    ['\x17\x03\x03\x00\x01', 443, 'refuse'],
    ['\x16\x02\x00', 443, 'refuse'],
    ['\x80\x2e\x01', 443, 'refuse'],
    ['S', 443, 'hold'],
    ['SSH-2.0', 443, 'hold'],
    ['SSH-2.0-OpenSSH_10\r\n', 443, 'pass'],
    ['SSH-1.5-', 443, 'refuse'],
    ['GET / HTTP/1.1\r\n', 80, 'refuse'],
    ['\r\nGET / HTTP/1.1\r\n', 80, 'refuse'],
    ['G', 80, 'refuse'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 80, 'refuse'],
    ['hello', 443, 'refuse'],
  ])('%j to port %i: %s', (said, port, kind) => {
    expect(judge(said, port)).toBe(kind)
  })
})

describe('on other ports', () => {
  test.each([
    ['\0\0\0\x08\x04\xd2\x16\x2f', 'pass'], // Postgres asks for TLS
    ['*1\r\n$4\r\nPING\r\n', 'pass'], // Redis
    ['SSH-2.0-OpenSSH_10\r\n', 'pass'],
    ['EHLO a.example\r\n', 'pass'],
    ['PING\r\n', 'pass'],
    ['PING', 'watch'],
    ['GET', 'watch'],
    ['GET /', 'watch'],
    ['GET / HTTP/', 'watch'],
    ['\r\n', 'watch'],
    ['GET / HTTP/1.1', 'refuse'],
    ['get / http/1.1\n', 'refuse'],
    ['\n\r\n GET', 'watch'],
    ['\r\n\r\nGET\t/\tHTTP/1.0\r\n', 'refuse'],
    ['M-SEARCH * HTTP/1.1\r\n', 'refuse'],
    ['PRI * HTTP/2.0\r\n', 'refuse'],
    [`GET /${'a'.repeat(20_000)}`, 'refuse'],
    ['GET /\xff HTTP/1.1\r\n', 'refuse'],
    ['\x16\x03\x01', 'hold'],
    ['\x15\x03\x01', 'refuse'],
  ])('%j: %s', (said, kind) => {
    expect(judge(said, 8443)).toBe(kind)
  })
})

import { describe, expect, test } from 'vitest'
import { isPublicAddress, reachOf } from '../../../src/gateway/addresses.ts'

describe('the internet', () => {
  test.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '168.63.129.15',
    '2606:4700:4700::1111',
    '2a00::1',
    '2001:200::1',
  ])('%s', (address) => {
    expect(reachOf(address)).toBe('public')
    expect(isPublicAddress(address)).toBe(true)
  })
})

describe('open to entries marked private, and to no other', () => {
  test.each([
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '172.16.0.0',
    '172.17.0.1',
    '172.31.255.255',
    '192.168.0.0',
    '192.168.255.255',
    '198.18.0.0',
    '198.19.255.255',
    'fc00::1',
    'fdff:ffff::1',
  ])('%s', (address) => {
    expect(reachOf(address)).toBe('private')
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('open to nobody', () => {
  test.each([
    ['this network', '0.0.0.0'],
    ['this network', '0.255.255.255'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.255'],
    ['link-local', '169.254.0.0'],
    ['metadata', '169.254.169.254'],
    ['metadata of containers', '169.254.170.2'],
    ['link-local', '169.254.255.255'],
    ['Azure', '168.63.129.16'],
    ['Alibaba', '100.100.100.200'],
    ['Oracle', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.255'],
    ['6to4 relay', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.0'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['mapped', '::ffff:127.0.0.1'],
    ['mapped', '::ffff:7f00:1'],
    ['mapped public', '::ffff:1.1.1.1'],
    ['mapped private', '::ffff:10.0.0.1'],
    ['compatible', '::7f00:1'],
    ['translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64', '64:ff9b::a9fe:a9fe'],
    ['local NAT64', '64:ff9b:1::1'],
    ['Teredo', '2001::1'],
    ['ORCHID', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['6to4', '2002:7f00:1::1'],
    ['documentation', '3fff::1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['AWS', 'fd00:ec2::254'],
    ['Google', 'fd20:ce::254'],
    ['nothing', ''],
    ['a name', 'localhost'],
    ['another spelling', '2130706433'],
    ['another spelling', '0177.0.0.1'],
    ['a zone on a public address', '2a00::1%1'],
  ])('%s: %s', (_, address) => expect(reachOf(address)).toBe('never'))
})

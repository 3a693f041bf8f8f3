// Which addresses count as the internet. Everything else is somebody's inside: the host's, the LAN's, a cloud's.
import { BlockList, isIPv4, isIPv6 } from 'node:net'

// Sources: IANA's special-purpose registries (RFC 6890 and successors). Each line is refused for a reason of its own.
const NOT_PUBLIC_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // this network; 0.0.0.0 is the machine itself on Linux
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT; some clouds' metadata
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local: metadata services
  ['172.16.0.0', 12], // private; Docker's bridges
  ['192.0.0.0', 24], // protocol assignments; Oracle's metadata
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]

// IPv6 is public only inside 2000::/3, less the transition ranges that can carry any IPv4 address.
const NOT_PUBLIC_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // protocol assignments, Teredo among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
]

const blocked = new BlockList()
for (const [net, prefix] of NOT_PUBLIC_V4) blocked.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of NOT_PUBLIC_V6) blocked.addSubnet(net, prefix, 'ipv6')
// Azure's metadata and DNS answer on this public address from inside its networks.
blocked.addAddress('168.63.129.16', 'ipv4')
const global = new BlockList()
global.addSubnet('2000::', 3, 'ipv6')

/** False for private, loopback, link-local, metadata and all other special addresses, and for what is no address. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !blocked.check(address, 'ipv4')
  // IPv4-mapped (::ffff:a.b.c.d) and NAT64 addresses lie outside 2000::/3.
  if (isIPv6(address)) return global.check(address, 'ipv6') && !blocked.check(address, 'ipv6')
  return false
}

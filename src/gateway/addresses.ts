// Which addresses count as the internet. Everything else is somebody's inside: the host's, the LAN's, a cloud's.
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * `public`: the internet. `private`: networks of a company or of an engine, for entries marked so. `never`: this machine
 * itself, its link, metadata services, multicast, transition ranges that carry any address, and what is no address.
 */
export type Reach = 'public' | 'private' | 'never'

type Ranges = readonly (readonly [string, number])[]

// Sources: IANA's special-purpose registries (RFC 6890 and successors). Each line is refused for a reason of its own.
const NOT_PUBLIC_V4: Ranges = [
  ['0.0.0.0', 8], // this network; 0.0.0.0 is the machine itself on Linux
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT; some clouds' metadata
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's metadata and DNS answer here from inside its networks
  ['169.254.0.0', 16], // link-local: metadata services
  ['172.16.0.0', 12], // private; Docker's bridges
  ['192.0.0.0', 24], // protocol assignments; Oracle's metadata
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks; made-up addresses of some company proxies
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]

// IPv6 is public only inside 2000::/3, less the transition ranges that can carry any IPv4 address.
const NOT_PUBLIC_V6: Ranges = [
  ['2001::', 23], // protocol assignments, Teredo among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
]

// What an entry marked private may reach: named one by one, so that a range nobody thought of stays closed.
const PRIVATE_V4: Ranges = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
]

// Metadata services inside private ranges: they hand out the machine's own credentials.
const METADATA: Ranges = [
  ['100.100.100.200', 32], // Alibaba
  ['fd00:ec2::', 32], // AWS: metadata, DNS, time, pod identity
  ['fd20:ce::', 32], // Google
]

function list(...ranges: Ranges): BlockList {
  const made = new BlockList()
  for (const [net, prefix] of ranges) made.addSubnet(net, prefix, isIPv4(net) ? 'ipv4' : 'ipv6')
  return made
}

const notPublic = list(...NOT_PUBLIC_V4, ...NOT_PUBLIC_V6)
const globalV6 = list(['2000::', 3])
const privateNets = list(...PRIVATE_V4, ['fc00::', 7])
const metadata = list(...METADATA)

export function reachOf(address: string): Reach {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6'
  // A zone names an interface of this machine. BlockList throws on one.
  if (family === 'ipv6' && (!isIPv6(address) || address.includes('%'))) return 'never'
  if (metadata.check(address, family)) return 'never'
  // BlockList sees through IPv4-mapped addresses; here they are nobody's spelling but an attacker's.
  if (/^::ffff:/i.test(address)) return 'never'
  if (privateNets.check(address, family)) return 'private'
  // Mapped (::ffff:0:0/96), NAT64 and compatible addresses lie outside 2000::/3.
  const inGlobal = family === 'ipv4' || globalV6.check(address, 'ipv6')
  return inGlobal && !notPublic.check(address, family) ? 'public' : 'never'
}

/** False for private, loopback, link-local, metadata and all other special addresses, and for what is no address. */
export const isPublicAddress = (address: string): boolean => reachOf(address) === 'public'

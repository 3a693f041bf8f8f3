// Every address at which the machine could be reached from a container: the probe tries them all.
import { networkInterfaces } from 'node:os'
import type { Docker } from '../ports/docker.ts'

// A machine with hundreds of networks is not made safer by hundreds of connections at each start.
const MOST = 24

/** IPv4 addresses: the bridges of the engine (written or first of their subnets), and this machine's own interfaces. */
export async function hostAddresses(docker: Docker): Promise<readonly string[]> {
  const format = '{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}} {{end}}'
  const ids = await docker.expect('listing networks', ['network', 'ls', '--quiet', '--filter', 'driver=bridge'])
  // A network that another run has just removed is no error here.
  const listed = await docker.run([
    'network',
    'inspect',
    '--format',
    format,
    ...ids.split('\n').filter((id) => id !== ''),
  ])
  const bridges = listed.stdout.toString('utf8').split(/\s+/).map(firstOfSubnet)
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  const mine = own.filter((entry) => entry.family === 'IPv4' && !entry.internal).map((entry) => entry.address)
  return [...new Set([...mine, ...bridges])].filter((text) => /^\d+\.\d+\.\d+\.\d+$/.test(text)).slice(0, MOST)
}

function firstOfSubnet(text: string): string {
  return text.replace(/^(\d+\.\d+\.\d+)\.(\d+)\/\d+$/, (_, head: string, tail: string) => `${head}.${Number(tail) + 1}`)
}

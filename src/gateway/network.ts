// What the gateway asks of the system: names, connections, and which addresses are its own.
import { lookup } from 'node:dns/promises'
import { type Socket, connect as tcpConnect } from 'node:net'
import { networkInterfaces } from 'node:os'

export interface Network {
  /** All addresses of a name, in the resolver's order; rejects or is empty when there are none. */
  resolve(name: string): Promise<readonly string[]>
  /** Starts a TCP connection to an address, or to a name that the gateway's own configuration gave. */
  dial(host: string, port: number): Socket
  ownAddresses(): readonly string[]
}

export const systemNetwork: Network = {
  resolve: async (name) => (await lookup(name, { all: true })).map((entry) => entry.address),
  dial: (host, port) => tcpConnect({ host, port }),
  ownAddresses: () => Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((entry) => entry.address)),
}

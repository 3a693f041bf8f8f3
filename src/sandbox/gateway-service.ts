// The only container with a way out.
import type { JsonObject } from '../config/resolved-config.ts'
import { EGRESS_NETWORK, GATEWAY } from './names.ts'
import type { TopologyInput } from './topology.ts'

export function gatewayService(input: TopologyInput, networks: readonly string[]): JsonObject {
  return {
    [GATEWAY]: {
      image: input.gatewayImage,
      pull_policy: 'never',
      command: ['serve'],
      networks: Object.fromEntries([...networks, EGRESS_NETWORK].map((name) => [name, null])),
      cap_drop: ['ALL'],
      read_only: true,
      security_opt: ['no-new-privileges:true'],
      // Holds the control stream, through which secrets come: in memory only, and nobody else's.
      tmpfs: ['/run/airlock:mode=0700,uid=65532,gid=65532,size=1m,noexec'],
      mem_limit: '268435456',
      pids_limit: 128,
      init: true,
      restart: 'no',
      labels: { 'airlock.run': input.runId, 'airlock.role': 'gateway' },
      ...(input.upstreamOnHost ? { extra_hosts: ['host.docker.internal:host-gateway'] } : {}),
    },
  }
}

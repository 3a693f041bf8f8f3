// What becomes of a refused thing that is allowed: the compose file of a run has it, or has nothing of it, as its rule
// says.
import { describe, expect, it } from 'vitest'
import { ruleOf } from '../../../src/audit/rules.ts'
import { mergeMetadata } from '../../../src/sandbox/metadata.ts'
import { runNames } from '../../../src/sandbox/names.ts'
import { topology } from '../../../src/sandbox/topology.ts'
import { composeConfig } from './config-of.ts'
import { SERVICE_CASES, service } from './service-cases.ts'

const IMAGE = {
  ...{ name: 'airlock-sandbox:1', id: 'sha256:1', uid: 0, gid: 0, user: 'root', env: [], exposedPorts: [] },
  ...{ entrypoint: [], command: [], metadataEntries: [], metadata: mergeMetadata([]) },
}
const LIMITS = { timeoutMs: 1, memory: 1, cpus: 1, pids: 1, outputBytes: 1, patchFiles: 1, patchBytes: 1 }

/** The compose file of a run, in which db is beside the sandbox. */
function composeFileOf(yaml: string) {
  const { compose } = topology({
    config: composeConfig(yaml),
    names: runNames('abcd1234'),
    ...{ runId: 'abcd1234', image: IMAGE, gatewayImage: 'airlock-gateway:1', briefed: false, upstreamOnHost: false },
    builtImages: new Map([['db', 'built:1']]),
    limits: LIMITS,
    inCopy: () => true,
  })
  return compose
}

const WITHOUT = composeFileOf(service('init: null'))

describe('the sandbox starts without what it is said to leave out', () => {
  const cases = SERVICE_CASES.filter(([rule]) => ruleOf(rule)?.whenAllowed === 'left out')

  it.each(cases)('%s: %s', (_rule, refused) => {
    expect(composeFileOf(service(refused))).toEqual(WITHOUT)
  })
})

describe('control: what is said to be kept is there', () => {
  it.each(
    SERVICE_CASES.filter(([rule]) => ['AL103', 'AL104', 'AL107', 'AL403'].includes(rule)),
  )('%s: %s', (rule, refused) => {
    expect(ruleOf(rule)?.whenAllowed).toBe('kept')
    expect(composeFileOf(service(refused))).not.toEqual(WITHOUT)
  })
})

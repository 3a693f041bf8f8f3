import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { composeConfig, devcontainerConfig } from './config-of.ts'

describe('a tool that reads a file in another way', () => {
  it('AL901: compose', () => {
    const config = composeConfig('services:\n  a:\n    image: x\n')
    const differences = [
      { tool: 'compose', message: 'compose reads another image', path: ['services', 'a', 'image'] },
    ] as const
    const found = audit({ ...config, differences }, { allow: [] })
    expect(found).toMatchObject([{ rule: 'AL901', severity: 'refuse', source: { file: 'compose.yaml', line: 3 } }])
    expect(audit({ ...config, differences: [] }, { allow: [] })).toEqual([])
  })

  it('AL902: the devcontainers CLI', () => {
    const config = devcontainerConfig('{\n  "image": "x"\n}')
    const differences = [
      { tool: 'devcontainers', message: 'the devcontainers CLI reads another image', path: ['image'] },
    ] as const
    const found = audit({ ...config, differences }, { allow: [] })
    expect(found).toMatchObject([{ rule: 'AL902', severity: 'refuse', source: { line: 2 } }])
    expect(audit({ ...config, differences: [] }, { allow: [] })).toEqual([])
  })
})

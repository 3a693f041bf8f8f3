import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { auditError, formatFindings } from '../../../src/audit/format.ts'
import { RULES } from '../../../src/audit/rules.ts'
import { composeConfig } from './config-of.ts'

const YAML = `x-base: &base
  cap_add:
    - SYS_PTRACE
    - SYS_ADMIN
services:
  db:
    <<: *base
    image: postgres
  web:
    image: web
    privileged: true
    volumes:
      - { type: volume, source: a, target: /a }
      - { type: bind, source: /etc, target: /host-etc }
  worker:
    image: worker
    privileged: true
`

describe('findings as text', () => {
  const findings = audit(composeConfig(YAML), { allow: [{ rule: 'AL202', reason: 'reads the zone files' }] })

  it('lists each with its place, and a reason and remedy for each rule', () => {
    expect(formatFindings(findings).join('\n')).toMatchInlineSnapshot(`
      "AL101 refused  privileged: true on service web     compose.yaml:11:17
      AL101 refused  privileged: true on service worker  compose.yaml:17:17
            why: a privileged container owns the host: its disks, its devices, its network and every other container
            do:  Remove it and give the one capability that is needed, or leave the service out (services).
            see: https://github.com/airlock-run/airlock/blob/main/docs/audit.md#al101
      AL103 refused  capability SYS_ADMIN on service db  compose.yaml:4:7
            why: this capability changes networks or the kernel, and has been a way out of containers
            do:  Remove it, or leave the service out (services).
            see: https://github.com/airlock-run/airlock/blob/main/docs/audit.md#al103
      AL202 allowed  bind of /etc on service web  compose.yaml:14:9
            why: a bind gives the container the host's own files: keys, configuration, other projects
            allowed because: reads the zone files
            so: the sandbox starts without it"
    `)
  })

  it('makes an error of those that are refused and not allowed', () => {
    const error = auditError(findings)
    expect(error?.kind).toBe('audit')
    expect(error?.describe()).toContain('asks for 3 things')
    expect(error?.describe()).not.toContain('AL202')
  })

  it('is no error when everything is allowed', () => {
    const allow = ['AL101', 'AL103', 'AL202'].map((rule) => ({ rule, reason: 'test' }))
    const allowed = audit(composeConfig(YAML), { allow })
    expect(allowed).toHaveLength(4)
    expect(auditError(allowed)).toBeUndefined()
  })

  it('says so when a rule is allowed that does not exist', () => {
    const found = audit(composeConfig('services: {a: {image: x}}'), { allow: [{ rule: 'AL999', reason: 'x' }] })
    expect(found).toMatchObject([{ rule: 'AL000', severity: 'warn' }])
  })
})

describe('the rules', () => {
  it('have unique numbers, and each a reason and a remedy that are sentences of their own', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length)
    for (const rule of RULES) {
      expect(rule.id).toMatch(/^AL\d{3}$/)
      expect(rule.remedy).toMatch(/\.$/)
      expect(rule.reason).not.toMatch(/\.$/)
    }
  })
})

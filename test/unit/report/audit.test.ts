// The forms of an audit: SARIF against its official schema and GitHub's limits, JSON, Markdown, a terminal.
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { RULES } from '../../../src/audit/rules.ts'
import type { Examined } from '../../../src/report/examined.ts'
import { showAudit } from '../../../src/report/show-audit.ts'
import { composeConfig } from '../audit/config-of.ts'

const YAML = `services:
  db:
    image: postgres
    privileged: true
    cap_add: [NET_ADMIN]
    ports: [{ target: 1 }]
  web:
    image: "web[x](http://evil)"
    volumes:
      - { type: bind, source: "/etc", target: "/a\\e[31m|b" }
      - { type: bind, source: "/etc", target: "/a\\e[31m|b" }
`

const examined = (yaml = YAML, more: Partial<Examined> = {}): Examined => ({
  findings: audit(composeConfig(yaml), { allow: [{ rule: 'AL103', reason: 'the <profiler> needs it' }] }),
  files: ['compose.yaml'],
  unseen: ['the engine: it does not answer'],
  notes: [],
  prefix: '',
  ...more,
})

interface Sarif {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly Record<string, Record<string, string> & string>[] } }
    readonly results: readonly {
      readonly ruleId: string
      readonly ruleIndex: number
      readonly level: string
      readonly message: { readonly text: string }
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string }
          readonly region: Record<string, number>
        }
      }[]
      readonly partialFingerprints: { readonly primaryLocationLineHash: string }
      readonly suppressions?: readonly { readonly justification: string }[]
    }[]
  }[]
}

const sarifOf = (input: Examined) => JSON.parse(showAudit(input, 'sarif', '1.2.3', false)) as Sarif

describe('SARIF', () => {
  // The schema is of draft 04, and ajv's of today: for what this one says they differ in the name of `id` only.
  const text = readFileSync(new URL('../../fixtures/sarif/sarif-schema-2.1.0.json', import.meta.url), 'utf8')
  const { $schema: _, id: __, ...schema } = JSON.parse(text) as Record<string, unknown>
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  const validate = ajv.compile(schema)

  it.each([
    ['findings of each kind', examined()],
    ['none', examined('services: {}')],
    ['a folder in its repository', examined(YAML, { prefix: 'packages/shop one/' })],
  ])('is valid with %s', (_name, input) => {
    validate(sarifOf(input))
    expect(validate.errors).toBeNull()
  })

  it('control: the schema refuses what is no SARIF', () => {
    const broken = sarifOf(examined()) as unknown as { runs: { results: Record<string, unknown>[] }[] }
    Object.assign(broken.runs[0]?.results[0] ?? {}, {
      level: 'refused',
      locations: [{ physicalLocation: { line: 1 } }],
    })
    expect(validate(broken)).toBe(false)
  })

  it('has what GitHub asks of each rule', () => {
    const rules = sarifOf(examined()).runs[0]?.tool.driver.rules ?? []
    expect(rules.map(({ id }) => id)).toEqual(RULES.map(({ id }) => id))
    for (const rule of rules) {
      expect(rule.helpUri).toMatch(/^https:\/\/github\.com\/.*\/docs\/audit\.md#al\d{3}$/)
      for (const key of ['shortDescription', 'fullDescription', 'help']) {
        expect(rule[key]?.text?.length).toBeGreaterThan(5)
        expect(rule[key]?.text?.length).toBeLessThan(1024)
      }
      expect(rule.name?.length).toBeLessThan(255)
    }
  })

  it('has what GitHub asks of each result', () => {
    const results = sarifOf(examined()).runs[0]?.results ?? []
    expect(results.map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual([
      ...['AL101 error', 'AL103 note', 'AL202 error', 'AL202 error', 'AL701 note'],
    ])
    for (const { ruleId, ruleIndex, locations } of results) {
      expect(RULES[ruleIndex]?.id).toBe(ruleId)
      const { artifactLocation, region } = locations[0]?.physicalLocation ?? {}
      expect(artifactLocation?.uri).toBe('compose.yaml')
      for (const key of ['startLine', 'startColumn', 'endLine', 'endColumn']) expect(region?.[key]).toBeGreaterThan(0)
    }
    expect(results[1]?.suppressions?.[0]?.justification).toBe('the <profiler> needs it')
  })

  it('keeps fingerprints when lines move, tells equal findings apart, and shows no link or escape of a file', () => {
    const hashes = (input: Examined) =>
      sarifOf(input).runs[0]?.results.map(
        ({ partialFingerprints: { primaryLocationLineHash } }) => primaryLocationLineHash,
      )
    const before = hashes(examined())
    expect(new Set(before).size).toBe(before?.length)
    expect(hashes(examined(`# a comment\n\n${YAML}`))).toEqual(before)
    const texts = sarifOf(examined(YAML.replaceAll('/etc', '/x](http://evil)'))).runs[0]?.results.map(
      ({ message }) => message.text,
    )
    expect(texts?.join()).toContain('/x\\](http://evil)')
    expect(texts?.join()).not.toContain('\u001b')
  })

  it('names files from the root of the repository, as an URI', () => {
    const [run] = sarifOf(examined(YAML, { prefix: 'packages/shop one/' })).runs
    expect(run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(
      'packages/shop%20one/compose.yaml',
    )
  })

  it('puts what is in no file at the first line of the configuration', () => {
    const findings = audit(composeConfig('services: {}'), { allow: [], engineVersion: '20.10.24' })
    const [result] = sarifOf(examined('services: {}', { findings })).runs[0]?.results ?? []
    expect(result?.ruleId).toBe('AL404')
    expect(result?.locations[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'compose.yaml' },
      region: { startLine: 1 },
    })
  })
})

describe('the other forms', () => {
  it('JSON: verdict, counts, findings with their help', () => {
    const json = JSON.parse(showAudit(examined(), 'json', '1', false))
    expect(json).toMatchObject({
      ...{ version: 1, verdict: 'refused', counts: { refused: 3, allowed: 1, warnings: 0, changed: 1 } },
      ...{ files: ['compose.yaml'], notLookedAt: ['the engine: it does not answer'] },
    })
    expect(json.findings[0]).toMatchObject({
      ...{ rule: 'AL101', title: 'privileged container', source: { file: 'compose.yaml', line: 4, column: 17 } },
      help: expect.stringMatching(/#al101$/),
    })
  })

  it('Markdown: nothing of a file is markup', () => {
    const markdown = showAudit(examined(), 'markdown', '1', false)
    for (const part of ['## ❌ Audit: 3 refused · 1 allowed · 1 changed', '### Refused by', '### Allowed on purpose']) {
      expect(markdown).toContain(part)
    }
    expect(markdown).toContain('the sandbox has it, and promise 1 is open')
    expect(markdown).not.toMatch(/<profiler>|\u001b|\]\(http:\/\/evil/)
  })

  it('text: what, where, why, what to do; colours only where they are wanted', () => {
    const text = showAudit(examined(), 'text', '1', false)
    expect(text).toMatch(/^✗ 3 refused · 1 allowed · 1 changed\n/)
    expect(text).toMatch(
      /AL101 refused {2}privileged: true on service db +compose\.yaml:4:17\n +why: .*\n +do: {2}.*\n +see: http/,
    )
    expect(text).toContain('allowed because: the <profiler> needs it')
    expect(text).toContain('Not looked at\n  the engine: it does not answer')
    expect(text).not.toContain('\u001b')
    expect(showAudit(examined(), 'text', '1', true)).toContain('\u001b[')
    expect(showAudit(examined('services: {}'), 'text', '1', false)).toMatch(/^✓ nothing found\n/)
  })
})

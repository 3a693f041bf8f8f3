// What holds for every workflow of examples/workflows, beside what actionlint sees.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Workflow {
  readonly permissions: unknown
  readonly jobs: Readonly<Record<string, { readonly permissions?: object; readonly steps: readonly Step[] }>>
}

const NAMES = readdirSync(join(ROOT, 'examples/workflows'))
const INPUTS = Object.keys((parse(read('action.yml')) as { inputs: object }).inputs)
const E2E = readdirSync(join(ROOT, 'test/e2e')).map((name) => read(`test/e2e/${name}`))

test('there are six', () => expect(NAMES).toHaveLength(6))

describe.each(NAMES)('%s', (name) => {
  const text = read(`examples/workflows/${name}`)
  const workflow = parse(text) as Workflow
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps)

  test('begins with what it is for and what it needs', () => {
    expect(text).toMatch(/^(#.*\n){2,}name: /)
    expect(text).toMatch(/^# .*ANTHROPIC_API_KEY/m)
  })

  test('asks for no permission but those of its jobs, each with its reason', () => {
    expect(workflow.permissions).toEqual({})
    for (const job of jobs) {
      const asked = Object.keys(job.permissions ?? {})
      expect(asked).toContain('contents')
      for (const scope of asked) expect(text).toMatch(new RegExp(`^ +${scope}: (read|write) # `, 'm'))
    }
  })

  test('pins what it uses, leaves no token in the checkout, and puts no expression into a script', () => {
    for (const { uses, run = '' } of steps) {
      if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/)
      expect(run).not.toContain('${{')
    }
    const checkouts = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'))
    expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual(jobs.map(() => false))
  })

  test('names inputs that there are, and is run by a test', () => {
    const own = steps.filter(({ uses = '' }) => uses.startsWith('airlock-run/airlock@'))
    expect(own.length).toBe(jobs.length)
    for (const step of own) {
      expect(Object.keys(step.with ?? {}).filter((input) => !INPUTS.includes(input))).toEqual([])
    }
    expect(E2E.some((source) => source.includes(`'examples/workflows/${name}'`))).toBe(true)
  })
})

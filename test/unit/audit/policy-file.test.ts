// `.airlock.yml`: every problem with its place, and only a reason makes an allowance.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { isOpen, openPromises } from '../../../src/audit/open-promises.ts'
import { parsePolicyFile, readPolicyFile } from '../../../src/audit/policy-file.ts'
import { collectProblems } from '../../../src/config/problems.ts'
import { AirlockError } from '../../../src/ports/errors.ts'
import { temporaryFolder } from '../../support/airlock.ts'
import { composeConfig } from './config-of.ts'

function problemsOf(text: string): readonly string[] {
  const problems = collectProblems()
  parsePolicyFile(text, problems)
  try {
    problems.throwIfAny()
    return []
  } catch (error) {
    const { problems: parts, message, where } = error as AirlockError
    return (parts.length > 0 ? parts : [{ message, where }]).map((part) => `${part.where} ${part.message}`)
  }
}

describe('what it may hold', () => {
  it('rules with a reason, at their lines', () => {
    const text = 'allow:\n  - rule: AL103\n    reason: " the profiler needs it "\n  - { rule: AL503, reason: x }\n'
    expect(parsePolicyFile(text, collectProblems())).toEqual([
      { rule: 'AL103', reason: 'the profiler needs it', source: { file: '.airlock.yml', line: 2, column: 5 } },
      { rule: 'AL503', reason: 'x', source: { file: '.airlock.yml', line: 4, column: 5 } },
    ])
    for (const empty of ['', 'allow: []\n', '# nothing\n'])
      expect(parsePolicyFile(empty, collectProblems())).toEqual([])
  })

  it.each([
    ['allow:\n  - rule: AL103\n', ['.airlock.yml:2:5 the reason is missing for AL103']],
    ['allow:\n  - { rule: AL103, reason: "  " }', ['.airlock.yml:2:28 the reason is missing for AL103']],
    ['allow:\n  - { reason: x }', ['.airlock.yml:2:5 "rule" is missing']],
    ['allow:\n  - { rule: AL999, reason: x }', ['.airlock.yml:2:13 there is no rule "AL999"']],
    ['allow:\n  - AL103', ['.airlock.yml:2:5 an entry of "allow" must have a rule and a reason']],
    ['allow: AL103 x', ['.airlock.yml:1:8 "allow" must be a list']],
    ['alow: []', ['.airlock.yml:1:7 there is no key "alow"']],
    [
      'allow:\n  - { rule: AL103, reason: x, until: never }\nprompt: x',
      ['.airlock.yml:3:9 there is no key "prompt"', '.airlock.yml:2:38 there is no key "until"'],
    ],
    ['allow: []\nallow: []', ['.airlock.yml:2:1 Map keys must be unique']],
    ['- x', ['.airlock.yml:1:1 the file must hold a YAML mapping']],
  ])('%j is refused', (text, expected) => expect(problemsOf(text)).toEqual(expected))
})

describe('where it is read from', () => {
  it('the trusted folder, and nothing else', async () => {
    using folder = temporaryFolder('policy')
    const head = join(folder.path, 'head')
    mkdirSync(head)
    writeFileSync(join(folder.path, '.airlock.yml'), 'allow: [{ rule: AL103, reason: base }]')
    writeFileSync(join(head, '.airlock.yml'), 'allow: [{ rule: AL101, reason: head }]')
    expect(await readPolicyFile(folder.path)).toMatchObject([{ rule: 'AL103', reason: 'base' }])
  })

  it.each(['link', 'other spelling', 'folder'])('a %s is refused', async (kind) => {
    using folder = temporaryFolder('policy')
    const file = join(folder.path, kind === 'other spelling' ? '.airlock.yaml' : '.airlock.yml')
    if (kind === 'link') symlinkSync('/etc/hostname', file)
    else if (kind === 'folder') mkdirSync(file)
    else writeFileSync(file, 'allow: []')
    await expect(readPolicyFile(folder.path)).rejects.toThrow(AirlockError)
  })

  it('without it nothing is allowed', async () => {
    using folder = temporaryFolder('policy')
    expect(await readPolicyFile(folder.path)).toEqual([])
  })
})

describe('what is allowed', () => {
  const findings = audit(
    composeConfig('services: { db: { image: x, privileged: true, cap_add: [NET_ADMIN], build: { context: / } } }'),
    { allow: ['AL101', 'AL103', 'AL503'].map((rule) => ({ rule, reason: 'test' })) },
  )

  it('stands as open in the probe’s table when it breaks promise 1 or 2 and the sandbox has it', () => {
    expect(openPromises(findings)).toEqual([
      {
        name: 'AL103, allowed on purpose',
        target: 'capability NET_ADMIN on service db',
        ...{ direction: 'out', result: 'open', detail: 'allowed: test', durationMs: 0, ok: false },
      },
    ])
    expect(findings.filter(isOpen).map(({ rule }) => rule)).toEqual(['AL103', 'AL503'])
  })

  it('is no row when it is not allowed', () => {
    const refused = findings.map(({ allowed: _, ...finding }) => finding)
    expect(openPromises(refused)).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { commandFromArgv } from '../../../src/request/from-argv.ts'
import { around, byFlags, KEY, problems, project } from './given.ts'

const folder = project()
const command = (...args: string[]) => commandFromArgv(args, around(folder))

describe('commands', () => {
  test.each([
    [[], { kind: 'help' }],
    [['--help'], { kind: 'help' }],
    [['-h'], { kind: 'help' }],
    [['help'], { kind: 'help' }],
    [['run', '--help'], { kind: 'help' }],
    [['--version'], { kind: 'version' }],
    [['sweep'], { kind: 'sweep', dryRun: false, discard: false, json: false }],
    [
      ['sweep', '--dry-run', '--run-id', 'abcd1234', '--json'],
      { kind: 'sweep', dryRun: true, discard: false, runId: 'abcd1234', json: true },
    ],
  ])('%j', (args, expected) => {
    expect(command(...args)).toEqual(expected)
  })

  test.each([
    [['runn'], 'there is no command "runn"; did you mean run?'],
    [['frobnicate'], 'there is no command "frobnicate"'],
    [['--prompt', 'x'], 'a command is missing before --prompt'],
    [['sweep', 'all'], 'sweep takes no further words: "all"'],
    [['sweep', '--run-id', '../x'], '--run-id: "../x" is no run\'s id'],
    [['sweep', '--discard'], '--discard needs the --run-id whose work it gives up'],
    [['sweep', '--prompt', 'x'], 'there is no flag --prompt'],
    [['audit', '--prompt', 'x'], 'there is no flag --prompt'],
    [['audit', '--format', 'xml'], '--format: "xml" is none of text, json, sarif, markdown'],
    [['audit', '--format', 'sarif', '--json'], '--json and --format sarif exclude each other'],
    [['audit', '.', 'x'], '"x" belongs to no flag; audit takes one folder'],
    [['audit', 'nowhere'], '--directory: nowhere does not exist'],
    [['audit', '--allow', 'AL103'], '--allow: AL103 lacks its reason; write "AL103 why it is all right here"'],
  ])('%j is refused', (args, problem) => {
    expect(problems(() => command(...args))[0]).toBe(problem)
  })

  test('audit needs neither a prompt nor a credential', () => {
    const bare = commandFromArgv(['audit'], { ...around(folder), env: {} })
    expect(bare).toEqual({
      ...{ kind: 'audit', format: 'text' },
      request: {
        ...{ directory: folder, project: { kind: 'auto' }, include: [], allow: [] },
        upstream: 'https://api.anthropic.com',
      },
    })
    const args = ['audit', '.', '--json', '--services', 'a,b', '--allow', 'AL103 x', '--include', '.env']
    expect(command(...args)).toMatchObject({
      format: 'json',
      request: { services: ['a', 'b'], allow: [{ rule: 'AL103', reason: 'x' }], include: ['.env'] },
    })
  })
})

describe('flags of run', () => {
  test('the least that is needed', () => {
    const { request, json, quiet } = byFlags(['--prompt', 'Fix it'], folder)
    expect({ json, quiet }).toEqual({ json: false, quiet: false })
    expect(request).toMatchObject({
      directory: folder,
      prompt: 'Fix it',
      project: { kind: 'auto' },
      credential: { kind: 'api-key', value: 'sk-ant-api-test' },
      upstream: 'https://api.anthropic.com',
      network: {},
      limits: { timeoutMs: 1_800_000, memory: 4 * 1024 ** 3, cpus: 2, pids: 2048 },
      claude: { args: [], version: '2.1.330' },
    })
    expect(request.runId).toMatch(/^[a-z0-9]{8}$/)
    expect(request.outputDir).toBe(`/out/${request.runId}`)
  })

  test('the folder stands by itself, values by = or after, lists again and again', () => {
    const { request } = byFlags(
      ['.', '--prompt=--starts with a dash', '--include', 'a', '--include=b', '--allowed-domains', 'a.org,b.org c.org'],
      folder,
    )
    expect(request.prompt).toBe('--starts with a dash')
    expect(request.include).toEqual(['a', 'b'])
    expect(request.allowedDomains).toEqual(['a.org', 'b.org', 'c.org'])
  })

  test('claude_args may start with a dash', () => {
    expect(byFlags(['--prompt', 'x', '--claude-args', '--model opus'], folder).request.claude.args).toEqual([
      '--model',
      'opus',
    ])
  })

  test.each([
    [['--promt', 'x'], 'there is no flag --promt; did you mean --prompt?'],
    [['--prompt', 'x', '--memry=4g'], 'there is no flag --memry; did you mean --memory?'],
    [['--prompt', 'x', '--zzzzzzzz'], 'there is no flag --zzzzzzzz'],
    [['--prompt', 'x', '--prompt', 'y'], '--prompt is given twice'],
    [['--prompt', 'x', '--json=yes'], '--json takes no value'],
    [['--prompt', 'x', '--memory'], '--memory lacks its value'],
    [['--prompt', '--json'], '--prompt lacks its value (or write --prompt=--json)'],
    [['--prompt', 'x', '--service='], '--service has an empty value'],
    [['.', 'fix', 'it', '--prompt', 'x'], '"fix it" belongs to no flag; quote the prompt'],
    [['.', '--directory', '.', '--prompt', 'x'], 'the folder is given twice: . and --directory'],
    [
      ['--prompt', 'x', '--anthropic-api-key', 'sk'],
      '--anthropic-api-key is no flag, because command lines are visible to others: set ANTHROPIC_API_KEY instead',
    ],
  ])('%j is refused', (args, problem) => {
    expect(problems(() => byFlags(args, folder))).toContain(problem)
  })

  test('every problem is in one message', () => {
    const found = problems(() =>
      byFlags(
        ['nowhere', '--memory', '4', '--cpus', 'many', '--egress-presets', 'npn', '--claude-args', '-p', '--nope=1'],
        folder,
        { ...KEY, CLAUDE_CODE_OAUTH_TOKEN: 'x' },
      ),
    )
    expect(found).toHaveLength(8)
    for (const part of ['--nope', 'nowhere', '-p can', 'no prompt', 'both set', '"npn"', '--memory', '--cpus']) {
      expect(found.filter((problem) => problem.includes(part))).toHaveLength(1)
    }
  })
})

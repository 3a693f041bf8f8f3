import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { byFlags, byInputs, KEY, problems, project, request } from './given.ts'

const folder = project()
const refused = (args: readonly string[], env = KEY as Record<string, string>) =>
  problems(() => request(args, folder, env))

describe('the prompt', () => {
  test.each([
    [['--prompt', ' as it is\n'], ' as it is\n'],
    [['--prompt-file', 'task.md'], 'Do the task\n'],
    [['--prompt-file', '-'], 'from stdin\n'],
  ])('%j', (args, prompt) => {
    expect(byFlags(args, folder).request.prompt).toBe(prompt)
  })

  test.each([
    [[], 'there is no prompt: give --prompt or --prompt-file'],
    [['--prompt', 'x', '--prompt-file', 'task.md'], 'give --prompt or --prompt-file, not both'],
    [['--prompt-file', 'nope.md'], `--prompt-file: ${join(folder, 'nope.md')} does not exist`],
    [['--prompt-file', '.'], `--prompt-file: ${folder} is not a file`],
    [['--prompt-file', 'empty.md'], '--prompt-file: empty.md is empty'],
  ])('%j is refused', (args, problem) => {
    expect(problems(() => byFlags(args, folder))).toEqual([problem])
  })
})

describe('the credential', () => {
  test.each([
    [{}, 'there is no credential for the model: set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN'],
    [
      { ANTHROPIC_API_KEY: '  ' },
      'there is no credential for the model: set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN',
    ],
    [
      { ANTHROPIC_API_KEY: 'a', CLAUDE_CODE_OAUTH_TOKEN: 'b' },
      'ANTHROPIC_API_KEY and CLAUDE_CODE_OAUTH_TOKEN are both set: it takes one of them',
    ],
    [{ ANTHROPIC_API_KEY: 'sk-ant\nx-evil: 1' }, 'ANTHROPIC_API_KEY holds white space or characters that no key has'],
    [
      { ANTHROPIC_API_KEY: 'sk-ant-oat01-x' },
      'ANTHROPIC_API_KEY holds an OAuth token: give it as CLAUDE_CODE_OAUTH_TOKEN',
    ],
    [
      { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-api03-x' },
      'CLAUDE_CODE_OAUTH_TOKEN holds an API key: give it as ANTHROPIC_API_KEY',
    ],
  ])('%j is refused', (env, problem) => {
    expect(refused([], env)).toEqual([problem])
  })

  test('an empty variable is none, and the line end of a file is none of it', () => {
    const env = { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-x\n' }
    expect(request([], folder, env).credential).toEqual({ kind: 'oauth-token', value: 'sk-ant-oat01-x' })
  })

  test('inputs that are both given are named as inputs', () => {
    const inputs = { prompt: 'x', anthropic_api_key: 'a', claude_code_oauth_token: 'b' }
    expect(problems(() => byInputs(inputs, folder))[0]).toMatch(/^anthropic_api_key and claude_code_oauth_token/)
  })

  test('no message repeats it', () => {
    const env = { ANTHROPIC_API_KEY: 'sk-very secret', CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-api-hidden' }
    expect(refused([], env).join()).not.toMatch(/very|hidden/)
  })
})

describe('the project', () => {
  const file = (name: string) => join(folder, name)
  test.each([
    [[], { kind: 'auto' }],
    [
      ['--config-file', '.devcontainer/devcontainer.json'],
      { kind: 'devcontainer', file: file('.devcontainer/devcontainer.json') },
    ],
    [['--compose-file', 'compose.yml'], { kind: 'compose', files: [file('compose.yml')] }],
    [
      ['--compose-file', 'compose.yml', '--compose-file', 'compose.dev.yml', '--base-image', 'ruby:3.4'],
      {
        kind: 'compose',
        files: [file('compose.yml'), file('compose.dev.yml')],
        base: { kind: 'image', image: 'ruby:3.4' },
      },
    ],
    [['--base-dockerfile', 'Dockerfile'], { kind: 'auto', base: { kind: 'dockerfile', file: file('Dockerfile') } }],
  ])('%j', (args, source) => {
    expect(request(args, folder).project).toEqual(source)
  })

  test.each([
    [['--config-file', 'nope.json'], /^--config-file: nope.json does not exist$/],
    [['--compose-file', '.devcontainer'], /^--compose-file: .devcontainer is not a file$/],
    [['--directory', 'task.md'], /^--directory: task.md is not a folder$/],
    [['--config-file', 'compose.yml', '--compose-file', 'compose.yml'], /not both/],
    [['--config-file', 'compose.yml', '--base-image', 'x'], /^--base-image is for projects without a devcontainer/],
    [['--base-image', 'x', '--base-dockerfile', 'Dockerfile'], /not both/],
    [['--base-image=--privileged'], /is not the name of an image/],
    [['--service', 'a b'], /is not the name of a service/],
    [['--services', 'db,-x'], /"-x" is not the name of a service/],
    [['--runtime', 'run sc'], /is not the name of a runtime/],
    [['--output-dir', 'task.md'], /^--output-dir: .*task.md is not a folder$/],
  ])('%j is refused', (args, problem) => {
    expect(refused(args)).toEqual([expect.stringMatching(problem)])
  })
})

describe('limits', () => {
  test.each([
    [['--memory', '512m'], { memory: 512 * 1024 ** 2 }],
    [['--memory', '1.5GiB'], { memory: 1.5 * 1024 ** 3 }],
    [['--cpus', '0.5'], { cpus: 0.5 }],
    [['--timeout-minutes', '0.5'], { timeoutMs: 30_000 }],
    [['--max-turns', '3', '--max-cost-usd', '1.25'], { maxTurns: 3, maxCostUsd: 1.25 }],
    [['--claude-args', '--max-turns 3 --max-budget-usd=2'], { maxTurns: 3, maxCostUsd: 2 }],
    [['--claude-args', '--max-turns 3', '--max-turns', '3'], { maxTurns: 3 }],
  ])('%j', (args, limits) => {
    expect(request(args, folder).limits).toMatchObject(limits)
  })

  test.each([
    [['--memory', '4'], '--memory: "4" is no size; write 512m or 4g'],
    [['--memory', '1m'], '--memory: "1m" is out of range (512m to 4t); write 512m or 4g'],
    [['--memory=-4g'], '--memory: "-4g" is no size; write 512m or 4g'],
    [['--cpus', '0'], '--cpus: "0" is out of range (0.1 to 1024)'],
    [['--cpus', 'two'], '--cpus: "two" is not a number (0.1 to 1024)'],
    [['--cpus', '1e3'], '--cpus: "1e3" is not a number (0.1 to 1024)'],
    [['--timeout-minutes', '0'], '--timeout-minutes: "0" is out of range (0.1 to 1440)'],
    [['--max-turns', '0'], '--max-turns: "0" is out of range (1 to 10000)'],
    [['--max-turns', '2.5'], '--max-turns: "2.5" is not a whole number (1 to 10000)'],
    [['--max-cost-usd', '0'], '--max-cost-usd: "0" is out of range (0.001 to 100000)'],
    [['--pids-limit', '1'], '--pids-limit: "1" is out of range (64 to 1000000)'],
    [['--max-turns', '3', '--claude-args', '--max-turns 4'], '--max-turns says 3 and --claude-args says 4'],
  ])('%j is refused', (args, problem) => {
    expect(refused(args)).toEqual([problem])
  })
})

describe('the network', () => {
  test('both spellings of the proxy, the lower case first', () => {
    const env = {
      ...KEY,
      HTTP_PROXY: 'http://upper:1',
      http_proxy: 'lower:2',
      HTTPS_PROXY: 'http://u:p@upper:3',
      NO_PROXY: '.corp',
    }
    expect(request([], folder, env).network).toEqual({
      httpProxy: 'http://lower:2/',
      httpsProxy: 'http://u:p@upper:3/',
      noProxy: '.corp',
    })
  })

  test('extra authorities, the same file once', () => {
    const ca = join(folder, 'ca.pem')
    const { network } = request([], folder, { ...KEY, NODE_EXTRA_CA_CERTS: ca, SSL_CERT_FILE: ca })
    expect(network.extraCa?.match(/BEGIN CERTIFICATE/g)).toHaveLength(1)
  })

  test('another upstream', () => {
    const env = { ...KEY, ANTHROPIC_BASE_URL: 'http://127.0.0.1:4010/v/' }
    expect(request([], folder, env).upstream).toBe('http://127.0.0.1:4010/v')
  })

  test.each([
    [{ ANTHROPIC_BASE_URL: 'ftp://x' }, 'ANTHROPIC_BASE_URL: "ftp://x" is not an http or https address'],
    [{ ANTHROPIC_BASE_URL: 'https://u:hidden@x' }, 'ANTHROPIC_BASE_URL must not hold a user name or password'],
    [
      { ANTHROPIC_BASE_URL: 'https://x/?a=1' },
      'ANTHROPIC_BASE_URL: "https://x/?a=1" must not have a query or fragment',
    ],
    [{ HTTPS_PROXY: 'socks5://u:hidden@x' }, 'HTTPS_PROXY is not the address of an http or https proxy'],
    [{ NODE_EXTRA_CA_CERTS: '/nope.pem' }, 'NODE_EXTRA_CA_CERTS: /nope.pem does not exist'],
    [
      { SSL_CERT_FILE: join(folder, 'task.md') },
      `SSL_CERT_FILE: ${join(folder, 'task.md')} holds no certificate in PEM form`,
    ],
  ])('%j is refused', (env, problem) => {
    expect(refused([], { ...KEY, ...env })).toEqual([problem])
  })

  test.each([
    [['--allowed-domains', 'https://x.org'], /^--allowed-domains: /],
    [['--allowed-domains', '*'], /^--allowed-domains: /],
    [['--egress-presets', 'nmp'], /there is no preset "nmp"; did you mean npm\? \(there are: npm, /],
  ])('%j is refused', (args, problem) => {
    expect(refused(args)).toEqual([expect.stringMatching(problem)])
  })
})

describe('globs and allowed findings', () => {
  test('protected paths may be taken off the list', () => {
    expect(request(['--protected-paths', '!.github/**'], folder).protectedPaths).toEqual(['!.github/**'])
  })

  test.each([
    [['--include', '/etc/passwd'], '--include: "/etc/passwd" must be relative to the project\'s folder'],
    [['--include', '../secret'], '--include: "../secret" must stay in the project\'s folder'],
    [['--include', 'a/../../b'], '--include: "a/../../b" must stay in the project\'s folder'],
    [['--exclude', '!x'], '--exclude: "!x" can\'t start with ! here'],
    [['--exclude', 'src/{a,b'], '--exclude: "src/{a,b" has a bracket or brace that is never closed'],
    [['--exclude', 'src/[ab'], '--exclude: "src/[ab" has a bracket or brace that is never closed'],
    [['--allow', 'AL101'], '--allow: AL101 lacks its reason; write "AL101 why it is all right here"'],
    [['--allow', 'AL1O1 because'], '--allow: there is no rule "AL1O1"; did you mean AL101?'],
  ])('%j is refused', (args, problem) => {
    expect(refused(args)).toEqual([problem])
  })

  test('a reason is kept as it is written', () => {
    expect(request(['--allow', 'AL107  the database needs it, see docs'], folder).allow).toEqual([
      { rule: 'AL107', reason: 'the database needs it, see docs' },
    ])
  })
})

describe('Claude', () => {
  test.each([
    [['--settings', '{"model":"opus"}'], '{"model":"opus"}'],
    [['--settings', 'settings.json'], '{"model":"opus"}'],
    [['--claude-args', '--settings settings.json'], '{"model":"opus"}'],
  ])('settings %j', (args, settings) => {
    const { claude } = request(args, folder)
    expect(claude).toMatchObject({ settings, args: [] })
  })

  test('settings that undo what airlock sets are warned of', () => {
    const { warnings } = byFlags(
      ['--prompt', 'x', '--settings', '{"apiKeyHelper":"x","env":{"ANTHROPIC_BASE_URL":"http://x","FOO":"1"}}'],
      folder,
    )
    expect(warnings).toEqual([
      '--settings: env sets ANTHROPIC_BASE_URL, which Airlock sets itself; Claude may not reach its model',
      expect.stringContaining('apiKeyHelper has no use'),
    ])
  })

  test.each([
    [['--settings', '{"a":1'], /^--settings is no valid JSON/],
    [['--settings', 'broken.json'], /^--settings: broken.json is no valid JSON at position \d+/],
    [['--settings', 'nope.json'], /does not exist$/],
    [['--settings', '{}', '--claude-args', '--settings {}'], /^settings are given by --settings and in --claude-args$/],
    [['--claude-version', '2'], /is not latest, stable or a version/],
    [['--claude-version', '$(id)'], /is not latest, stable or a version/],
    [['--claude-npm-registry', 'registry.example'], /is not an http or https address/],
  ])('%j is refused', (args, problem) => {
    expect(refused(args)).toEqual([expect.stringMatching(problem)])
  })

  test('a message about broken settings does not quote them', () => {
    expect(refused(['--settings', 'broken.json']).join()).not.toContain('sk-secret')
  })
})

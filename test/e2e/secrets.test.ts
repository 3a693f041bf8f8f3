// Promise 2: no key and no token is in the sandbox. A search as root, with a control that finds a planted one.
import { expect, test } from 'vitest'
import { ActionRunner, npmRegistry, runIdOf, sandboxContainer, TEST_KEY, temporaryFolder } from '../support/airlock.ts'
import { docker, NOTHING, runObjects } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { dockerInput, searchInside, searchOutside } from '../support/search-sandbox.ts'
import { tiny } from '../support/tiny.ts'

const TOKEN = 'ghs_test_token_of_the_repository_0123456789'

test('a search as root finds neither key nor token; foreign keys and paths get nowhere', async () => {
  using folder = temporaryFolder('secrets')
  using workspace = tiny()
  const model = await startModel({ scenario: { kind: 'bash', commands: ['tail -f /dev/null'] } })
  const runner = new ActionRunner(
    { prompt: 'Wait.', anthropic_api_key: TEST_KEY, claude_npm_registry: npmRegistry() },
    {
      workspace: workspace.directory,
      folder: folder.path,
      env: { ANTHROPIC_BASE_URL: model.url, GITHUB_TOKEN: TOKEN, ACTIONS_RUNTIME_TOKEN: TOKEN },
    },
  )
  const main = runner.startMain()
  let runId = ''
  try {
    await main.says('tail -f /dev/null')
    runId = runIdOf(main)
    const container = sandboxContainer(runId)
    const needles = [TEST_KEY, TOKEN]

    expect((await searchInside(container, needles)).split('\n')).toEqual(['0', '0'])
    expect(searchOutside(runId, needles)).toEqual([])
    const gateway = docker(
      'ps',
      '-q',
      '--filter',
      `label=airlock.run=${runId}`,
      '--filter',
      'label=airlock.role=gateway',
    )
    expect(docker('inspect', gateway)).not.toContain(TEST_KEY)

    // What an attacker inside would send: his own key on an allowed path, and the placeholder on another path.
    const before = model.requests().length
    expect(
      await request(container, 'POST /v1/messages', 'x-api-key: sk-attacker\r\nauthorization: Bearer sk-attacker'),
    ).toMatch(/^HTTP\/1\.1 /)
    expect(await request(container, 'GET /v1/files', 'x-api-key: placeholder')).toContain(' 403 ')
    expect(await request(container, 'POST /v1/messages/../files', 'x-api-key: placeholder')).toContain(' 403 ')
    const arrived = model.requests().slice(before)
    expect(arrived.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/messages'])
    expect(JSON.stringify(model.requests())).not.toContain('sk-attacker')
    expect(arrived[0]?.headers['x-api-key']).toBe(TEST_KEY)
  } finally {
    main.child.kill('SIGINT')
    await main.done
    await runner.post()
    await model.stop()
  }
  expect(runObjects(runId)).toEqual(NOTHING)
})

function request(container: string, line: string, headers: string): Promise<string> {
  const body = '{"model":"claude","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
  const text = `${line} HTTP/1.1\r\nHost: airlock-gateway\r\n${headers}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  const script = 'exec 3<>/dev/tcp/airlock-gateway/8081; cat >&3; timeout 5 cat <&3 || true'
  return dockerInput(text, 'exec', '-i', '-u', '0', container, 'bash', '-c', script)
}

test('control: the same search finds a key that a plain container was given', async () => {
  const name = `airlock-test-control-${process.pid}`
  const started = Math.floor(Date.now() / 1000)
  docker(
    'run',
    '-d',
    '--rm',
    '--name',
    name,
    '--label',
    'airlock.test=secrets',
    '-e',
    `ANTHROPIC_API_KEY=${TEST_KEY}`,
    'debian:trixie-slim',
    'sleep',
    '60',
  )
  try {
    docker('exec', name, 'sh', '-c', 'env > /root/leaked')
    expect(await searchInside(name, [TEST_KEY])).toMatch(/^[1-9]\d*\n\/root\/leaked/)
    // What runs on GitHub are searched with looks at no more than what is new.
    expect(await searchInside(name, [TEST_KEY], started)).toMatch(/^[1-9]\d*\n\/root\/leaked/)
    expect(docker('inspect', name)).toContain(TEST_KEY)
  } finally {
    docker('rm', '-f', name)
  }
})

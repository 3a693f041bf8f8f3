// Promise 2: no key and no token is in the sandbox. A search as root, with a control that finds a planted one.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ActionRunner, npmRegistry, runIdOf, sandboxContainer, TEST_KEY, temporaryFolder } from '../support/airlock.ts'
import { docker, NOTHING, runObjects } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { tiny } from '../support/tiny.ts'

const TOKEN = 'ghs_test_token_of_the_repository_0123456789'

// Environments and command lines of every process, and every file of every mounted file system.
// Processes are read before any needle is on a command line, or the search would find itself.
const SEARCH = `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' > /dev/shm/processes
readarray -t needles
for s in "\${needles[@]}"; do
  grep -F -c -- "$s" /dev/shm/processes
  grep -r -l -F --exclude-dir=proc --exclude-dir=sys -- "$s" / 2>/dev/null | head -5 || true
done
rm /dev/shm/processes`

function searchInside(container: string, needles: readonly string[]): Promise<string> {
  return dockerInput(`${needles.join('\n')}\n`, 'exec', '-i', '-u', '0', container, 'bash', '-c', SEARCH)
}

// Not synchronous: the model's stand-in lives in this process and has to answer meanwhile.
async function dockerInput(input: string, ...args: string[]): Promise<string> {
  const child = spawn('docker', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(input)
  return (await text(child.stdout)).trim()
}

function searchOutside(runId: string, needles: readonly string[]): readonly string[] {
  const ids = docker('ps', '-aq', '--filter', `label=airlock.run=${runId}`).split('\n')
  const images = docker('inspect', '--format', '{{.Image}}', ...ids).split('\n')
  const texts: [string, string][] = [
    ['docker inspect', docker('inspect', ...ids)],
    ['image history', images.map((image) => docker('history', '--no-trunc', image)).join('\n')],
    ['image inspect', docker('image', 'inspect', ...images)],
    ['container logs', ids.map((id) => docker('logs', id)).join('\n')],
    ['networks', docker('network', 'inspect', ...runObjects(runId).networks)],
    ['volumes', docker('volume', 'inspect', ...runObjects(runId).volumes)],
    ['process list', processList()],
  ]
  return texts.filter(([, text]) => needles.some((needle) => text.includes(needle))).map(([where]) => where)
}

const processList = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
    .join('\n')

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
    expect(docker('inspect', name)).toContain(TEST_KEY)
  } finally {
    docker('rm', '-f', name)
  }
})

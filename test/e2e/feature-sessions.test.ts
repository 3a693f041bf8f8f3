// The feature in devcontainers that the real CLI boots, with the real Claude Code in a real terminal: sessions that
// survive a rebuild, that run side by side, and that take every key.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/airlock.ts'
import { type Devcontainer, devcontainer } from '../support/devcontainer.ts'
import { docker } from '../support/engine-state.ts'
import { featureImage } from '../support/feature-images.ts'
import { type Model, startModel } from '../support/model.ts'
import { ROOT } from '../support/steps.ts'
import { Terminal } from '../support/tmux.ts'

/**
 * Draws the terminal for the documentation, where it is written only when UPDATE_SCREENS asks for it. Returns what can be
 * read on the new picture and on the one in the documentation.
 */
function picture(name: string, title: string, terminal: Terminal): readonly string[] {
  using folder = temporaryFolder('screens')
  const recorded = join(folder.path, name)
  writeFileSync(recorded, terminal.colours())
  const draw = [join(ROOT, 'test/demo/picture.ts'), recorded, title]
  const drawn = execFileSync(process.execPath, draw, { encoding: 'utf8' })
  const file = join(ROOT, 'docs', `${name}.svg`)
  if (process.env.UPDATE_SCREENS) writeFileSync(file, drawn)
  return [drawn, readFileSync(file, 'utf8')].map((svg) => svg.replaceAll(/<[^>]*>/g, ''))
}

// What a login leaves behind. The tokens are nobody's.
const CREDENTIALS = JSON.stringify({
  claudeAiOauth: {
    ...{ accessToken: 'sk-ant-oat01-test-0123456789', refreshToken: 'sk-ant-ort01-test-0123456789' },
    ...{ expiresAt: 4_102_444_800_000, scopes: ['user:inference', 'user:profile'], subscriptionType: 'max' },
  },
})
const LOG_IN = `umask 077; cat > "$CLAUDE_CONFIG_DIR/.credentials.json" <<'X'\n${CREDENTIALS}\nX`

let model: Model
let base: string
let host: string
beforeAll(async () => {
  base = await featureImage('glibc')
  model = await startModel({ scenario: { kind: 'say', text: 'ALL-DONE' } })
  host = docker('network', 'inspect', 'bridge', '--format', '{{range .IPAM.Config}}{{.Gateway}}{{end}}')
})
afterAll(() => model?.stop())

const withModel = () => ({ env: [`ANTHROPIC_BASE_URL=http://${host}:${model.port}`] })
const onImage = (more = {}) => devcontainer({ config: { image: base, remoteUser: 'dev' }, ...more })
const workspace = (place: Devcontainer) => `/workspaces/${place.directory.split('/').at(-1)}`
const session = (place: Devcontainer, user = 'dev', cwd = workspace(place)) => [
  ...[
    'docker',
    'exec',
    '-it',
    '--user',
    user,
    '--workdir',
    cwd,
    '--env',
    ...withModel().env,
    '--detach-keys',
    'ctrl-@,ctrl-_',
  ],
  ...[place.container, 'claude'],
]

async function trusted(terminal: Terminal): Promise<string> {
  const first = await terminal.shows(/Yes, I trust this folder|mode on/)
  if (first.includes('mode on')) return first
  // The dialog may be drawn anew once, with its first answer chosen again.
  for (let tries = 0; tries < 5; tries += 1) {
    await terminal.pressUntil('Down', '❯ Yes, I trust this folder')
    await sleep(1000)
    if (terminal.screen().includes('❯ Yes, I trust')) break
  }
  return terminal.pressUntil('Enter', 'mode on')
}

const config = async (place: Devcontainer) => {
  const { output } = await place.exec('cat "$CLAUDE_CONFIG_DIR/.claude.json"')
  return JSON.parse(output) as { mcpServers?: object; projects?: Record<string, { hasTrustDialogAccepted?: boolean }> }
}

// Five at a time, each of which adds to the one settings file and runs Claude before and after.
const FIVE = `cd /tmp; for i in 1 2 3 4 5; do ( mkdir -p /tmp/w$i && cd /tmp/w$i && claude -p "run $i" && claude mcp add --scope user server-$i -- true && claude -p again ) & done; wait`
const QUESTION = 'Which files are here?'
const SERVERS = [1, 2, 3, 4, 5].map((number) => `server-${number}`)

describe('settings and login', () => {
  test('host UID 1001: five runs and a session at once lose nothing, and a rebuild keeps it all', async () => {
    await using place = await onImage({ hostUser: 1001 })
    expect((await place.exec('id -u')).output).toBe('1001\n')
    expect((await place.exec(LOG_IN)).exitCode).toBe(0)
    using terminal = new Terminal(session(place))
    await trusted(terminal)
    terminal.type(QUESTION)
    const five = place.exec(FIVE, withModel())
    terminal.press('Enter')
    // Six of them share the machine meanwhile.
    await terminal.shows('ALL-DONE', 900)
    for (const seen of picture('feature-first-session', 'A first session', terminal)) {
      expect(seen).toContain(QUESTION)
      expect(seen).toContain('ALL-DONE')
    }
    const { exitCode, output } = await five
    expect(exitCode, output).toBe(0)
    expect(output.match(/ALL-DONE/g)).toHaveLength(10)
    const before = await config(place)
    expect(Object.keys(before.mcpServers ?? {}).sort()).toEqual(SERVERS)
    expect(before.projects?.[workspace(place)]?.hasTrustDialogAccepted).toBe(true)

    // The image changes and the container is another one.
    const old = place.container
    await place.rebuild({ unattended: true })
    expect(place.container).not.toBe(old)
    expect(Object.keys((await config(place)).mcpServers ?? {}).sort()).toEqual(SERVERS)
    expect((await place.exec('claude -p hello', withModel())).output).toContain('ALL-DONE')
    using again = new Terminal(session(place))
    // Neither wizard nor login nor the question of trust: the prompt.
    const screen = await again.shows('bypass permissions on')
    expect(screen).not.toMatch(/log ?in|theme|trust this folder/i)
    again.press('Up')
    await again.shows(`❯ ${QUESTION}`)
    for (const seen of picture('feature-after-rebuild', 'A session after a rebuild', again)) {
      expect(seen).toContain(QUESTION)
      expect(seen).toContain('bypass permissions on')
      expect(seen).not.toMatch(/log ?in|theme|trust this folder/i)
    }
  })

  test('control: without the folder’s mode the same runs lose everything', async () => {
    await using place = await onImage({ hostUser: 1001 })
    await place.exec(
      'chown root "$CLAUDE_CONFIG_DIR" "$CLAUDE_CONFIG_DIR/.claude.json"; chmod 755 "$CLAUDE_CONFIG_DIR"; chmod 644 "$CLAUDE_CONFIG_DIR/.claude.json"',
      { user: 'root' },
    )
    expect((await place.exec(LOG_IN)).exitCode).not.toBe(0)
    await place.exec(FIVE, { env: [...withModel().env, 'ANTHROPIC_API_KEY=sk-x-0123456789'] })
    expect(Object.keys((await config(place)).mcpServers ?? {})).toEqual([])
  })

  test('control: with the sticky bit that others use, settings are written over in place', async () => {
    await using place = await onImage({ hostUser: 1001 })
    const inode = async () => (await place.exec('stat -c %i "$CLAUDE_CONFIG_DIR/.claude.json"')).output
    const add = (name: string) => place.exec(`cd /tmp; claude mcp add --scope user ${name} -- true`)
    const first = await inode()
    // A second name keeps the number from being given to the next file.
    await place.exec('ln "$CLAUDE_CONFIG_DIR/.claude.json" "$CLAUDE_CONFIG_DIR/first"')
    await add('one')
    const second = await inode()
    // Replaced whole: a reader has the one state or the other.
    expect(second).not.toBe(first)
    await place.exec(
      'chown 4242 "$CLAUDE_CONFIG_DIR" "$CLAUDE_CONFIG_DIR/.claude.json"; chmod 1777 "$CLAUDE_CONFIG_DIR"; chmod 666 "$CLAUDE_CONFIG_DIR/.claude.json"',
      { user: 'root' },
    )
    await add('two')
    expect(await inode()).toBe(second)
  })

  test('root reads and writes what the user has, and the user after root', async () => {
    await using place = await onImage()
    await place.exec(LOG_IN)
    for (const [user, name] of [
      ['dev', 'a'],
      ['root', 'b'],
      ['dev', 'c'],
    ] as const) {
      const { exitCode, output } = await place.exec(`cd /tmp; claude mcp add --scope user ${name} -- true`, { user })
      expect(exitCode, output).toBe(0)
    }
    expect(Object.keys((await config(place)).mcpServers ?? {})).toEqual(['a', 'b', 'c'])
    const asRoot = await place.exec('claude -p hello', { user: 'root', ...withModel() })
    expect(asRoot.output).toContain('ALL-DONE')
  })

  test('a mount of one’s own for the folder takes the place of the feature’s volume', async () => {
    const source = `airlock-test-shared-${process.pid}`
    const mounts = [{ source, target: '/var/lib/claude-code', type: 'volume' }]
    await using place = await devcontainer({ config: { image: base, remoteUser: 'dev', mounts } })
    const shown = '{{range .Mounts}}{{if eq .Destination "/var/lib/claude-code"}}{{println .Name}}{{end}}{{end}}'
    expect(docker('inspect', '--format', shown, place.container)).toBe(source)
    const { exitCode, output } = await place.exec('cd /tmp; claude mcp add --scope user mine -- true')
    expect(exitCode, output).toBe(0)
  })

  test('managed settings can’t be changed by the user', async () => {
    await using place = await onImage({ feature: { unattended: true } })
    const { exitCode } = await place.exec(
      'echo {} > /etc/claude-code/managed-settings.json || rm -f /etc/claude-code/managed-settings.json',
    )
    expect(exitCode).not.toBe(0)
    expect(
      (
        await place.exec(
          'claude -p "$(env)"; env | grep -c DISABLE_AUTOUPDATER; cat /etc/claude-code/managed-settings.json',
        )
      ).output,
    ).toContain('DISABLE_AUTOUPDATER')
  })
})

const ORDERS = join(ROOT, 'examples/orders')
const onCompose = () =>
  devcontainer({
    from: ORDERS,
    config: {
      ...{ dockerComposeFile: ['../docker-compose.dev.yml', 'compose.yml'], service: 'app', remoteUser: 'dev' },
      workspaceFolder: '/workspaces/orders',
    },
  })

describe.each([
  ['on an image', onImage, undefined],
  ['on compose', onCompose, '/workspaces/orders'],
] as const)('a terminal %s', (_, make, cwd) => {
  let place: Devcontainer
  beforeAll(async () => {
    place = await make()
    await place.exec(LOG_IN)
  })
  afterAll(() => place?.[Symbol.asyncDispose]())

  test('has the right size from the first frame, and follows', async () => {
    using terminal = new Terminal(session(place, 'dev', cwd ?? workspace(place)), { columns: 90, rows: 25 })
    const first = await terminal.shows(/─{10}/)
    expect(first.split('\n').find((line) => line.startsWith('──'))).toHaveLength(90)
    await trusted(terminal)
    terminal.resize({ columns: 60, rows: 20 })
    await terminal.shows((screen) => screen.split('\n').some((line) => /^─{60}$/.test(line)))
    terminal.resize({ columns: 120, rows: 35 })
    await terminal.shows((screen) => screen.split('\n').some((line) => /^─{120}$/.test(line)))
  })

  test('takes every key', async () => {
    using terminal = new Terminal(session(place, 'dev', cwd ?? workspace(place)))
    await trusted(terminal)
    terminal.type('Grüße 日本 🦀')
    await terminal.shows('❯ Grüße 日本 🦀')
    terminal.press('Enter')
    await terminal.shows('ALL-DONE')
    terminal.press('Up')
    await terminal.shows(/❯ Grüße[\s\S]*ALL-DONE[\s\S]*❯ Grüße/)
    terminal.press('Down')
    await terminal.shows(/ALL-DONE[\s\S]*❯\s*\n/)
    terminal.press('C-p')
    await terminal.shows(/ALL-DONE[\s\S]*❯ Grüße/)
    terminal.press('C-u')
    const long = `${'0123456789'.repeat(1024)}-the-end`
    terminal.paste(long)
    await terminal.shows(/Pasted text|the-end/)
    terminal.press('Enter')
    await terminal.shows(/the-end[\s\S]*ALL-DONE/)
    expect(model.requests().some(({ body }) => body.includes(long))).toBe(true)
    terminal.type('not this')
    await terminal.shows('❯ not this')
    // Twice within a second clears the line, and neither key may be taken for the start of another.
    terminal.press('Escape')
    await sleep(300)
    terminal.press('Escape')
    await terminal.shows(/ALL-DONE[\s\S]*❯ *\n─/)
    terminal.press('C-c')
    await terminal.shows(/Press Ctrl-C again to exit/i)
    terminal.press('C-c')
    await terminal.shows('ended with 0')
  })

  test('the same through `devcontainer exec`', async () => {
    const [program = '', ...args] = place.cli('exec', '--remote-env', ...withModel().env, 'claude')
    using terminal = new Terminal([program, ...args], { columns: 80, rows: 24 })
    const screen = await trusted(terminal)
    expect(screen.split('\n').find((line) => /^─+$/.test(line))).toHaveLength(80)
    terminal.resize({ columns: 110, rows: 30 })
    await terminal.shows((now) => now.split('\n').some((line) => /^─{110}$/.test(line)))
    terminal.type('hello')
    terminal.press('Enter')
    await terminal.shows('ALL-DONE')
  })

  test('colours and locale are right, and nobody’s orphans stay', async () => {
    const shown = ['sh', '-lc', 'echo "$TERM $COLORTERM ${LC_ALL:-$LANG}"']
    using terminal = new Terminal(['docker', 'exec', '-it', '--user', 'dev', place.container, ...shown])
    await terminal.shows(/xterm-256color truecolor \S*UTF-8/)
    await place.exec('for i in 1 2 3 4 5; do sh -c "sleep 0.1 &"; done; sleep 0.5')
    const { output } = await place.exec('cat /proc/[0-9]*/stat | grep -c ") Z " || true')
    expect(output.trim()).toBe('0')
  })
})

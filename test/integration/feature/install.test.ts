// install.sh by itself, in containers: options, downloads and their faults. The registry is on loopback; what it serves is
// the real package where Claude Code has to run, and a small one where only the way there matters.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/airlock.ts'
import { makeCertificates } from '../../support/certificates.ts'
import { type Done, dockerAsync, featureImage } from '../../support/feature-images.ts'
import { type Mirror, npmMirror } from '../../support/npm-mirror.ts'
import { ROOT } from '../../support/steps.ts'

const SCRIPT = '#!/bin/sh\necho "1.2.3 (Claude Code)"\n'
const images = { glibc: '', musl: '' }
let small: Mirror
beforeAll(async () => {
  images.glibc = await featureImage('glibc')
  images.musl = await featureImage('musl')
  small = await npmMirror({ script: SCRIPT })
})
afterAll(() => small?.[Symbol.asyncDispose]())

interface Install {
  readonly image?: keyof typeof images
  readonly options?: Readonly<Record<string, string>>
  /** Shell lines before and after the installer, which is what $INSTALL runs. */
  readonly before?: string
  readonly after?: string
  readonly args?: readonly string[]
}

function install({ image = 'glibc', options = {}, before = '', after = '', args = [] }: Install): Promise<Done> {
  const env = Object.entries(options).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const script = `${before}\nsh /feature/install.sh; code=$?\n${after}\nexit $code`
  return dockerAsync([
    ...['run', '--rm', '--network', 'host', '--label', 'airlock.test=feature', '--tmpfs', '/scratch'],
    ...['--volume', `${join(ROOT, 'features/src/claude-code')}:/feature:ro`, ...env, ...args],
    ...[images[image], 'sh', '-c', script],
  ])
}

const SMALL = () => ({ VERSION: '1.2.3', NPMREGISTRY: small.url })
const RUNS = 'claude --version; ls /usr/local/bin /usr/local/.claude* 2>/dev/null'
const NOTHING_LEFT =
  'ls -A /usr/local/bin; ls -d /usr/local/.claude* 2>/dev/null; ls /etc/claude-code 2>/dev/null; true'

describe('installs', () => {
  test.each(['glibc', 'musl'] as const)('the real binary on %s', async (image) => {
    await using mirror = await npmMirror()
    const options = { VERSION: '2.1.330', NPMREGISTRY: mirror.url }
    const { exitCode, output } = await install({ image, options, after: RUNS })
    expect(exitCode, output).toBe(0)
    expect(output).toContain(`Claude Code 2.1.330 for linux-x64${image === 'musl' ? '-musl' : ''} is installed`)
    expect(output).toContain('2.1.330 (Claude Code)')
  })

  test.each([
    ['curl', 'rm -f /usr/bin/wget'],
    ['wget', 'rm -f /usr/bin/curl'],
    [
      'busybox sh and its wget',
      'rm -f /usr/bin/curl /usr/bin/wget; mkdir /bb; /bin/busybox --install -s /bb; export PATH=/bb:$PATH; rm /bin/sh; ln -s /bin/busybox /bin/sh',
    ],
  ])('with %s', async (_, before) => {
    const { exitCode, output } = await install({ options: SMALL(), before, after: RUNS })
    expect(exitCode, output).toBe(0)
    expect(output).toContain('1.2.3 (Claude Code)')
  })

  test.each(['latest', 'stable'])('%s, resolved by the registry', async (version) => {
    const { exitCode, output } = await install({ options: { ...SMALL(), VERSION: version }, after: RUNS })
    expect(exitCode, output).toBe(0)
    expect(output).toContain('Claude Code 1.2.3 for linux-x64 is installed')
  })

  test('a second time without a single request', async () => {
    const before = small.asked.length
    const again = 'asked=$(sh /feature/install.sh); echo "$asked"'
    const { exitCode, output } = await install({ options: SMALL(), after: again })
    expect(exitCode, output).toBe(0)
    expect(output).toContain('Claude Code 1.2.3 is installed already')
    expect(small.asked.length - before).toBe(2)
  })

  test('another version over it', async () => {
    const { output } = await install({
      options: SMALL(),
      before:
        'mkdir -p /usr/local/bin; echo old > /usr/local/bin/claude; chmod +x /usr/local/bin/claude; echo "1.0.0 linux-x64" > /usr/local/bin/claude.version',
      after: RUNS,
    })
    expect(output).toContain('1.2.3 (Claude Code)')
  })

  test('and removes what it only needed for that', async () => {
    const { exitCode, output } = await install({
      options: SMALL(),
      // A package manager that does as apt does, without a mirror.
      before: `rm -f /usr/bin/wget; mv /usr/bin/curl /curl; printf '#!/bin/sh\\necho "$@" >> /apt.log\\ncase $1 in install) cp /curl /usr/bin/curl;; purge) rm /usr/bin/curl;; esac\\n' > /usr/local/bin/apt-get; chmod +x /usr/local/bin/apt-get; PATH=/usr/local/bin:$PATH`,
      after: 'cat /apt.log; command -v curl; claude --version',
    })
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(
      /install -y -qq --no-install-recommends curl ca-certificates\npurge -y --auto-remove curl\n1\.2\.3/,
    )
  })
})

describe('settings', () => {
  const managed = async (options: Record<string, string>, before = '') => {
    const after =
      'echo; echo ==; cat /etc/claude-code/managed-settings.json; ls -ln /etc/claude-code/managed-settings.json; cat /etc/claude-code/managed-settings.d/* 2>/dev/null'
    const { exitCode, output } = await install({ options: { ...SMALL(), ...options }, before, after })
    expect(exitCode, output).toBe(0)
    return output.slice(output.indexOf('==') + 3)
  }

  test('no self-update, unless asked for', async () => {
    expect(await managed({})).toContain('{"env":{"CLAUDE_CODE_FEATURE":"1.2.3","DISABLE_AUTOUPDATER":"1"}}')
    expect(await managed({ AUTOUPDATE: 'true' })).toContain('{"env":{"CLAUDE_CODE_FEATURE":"1.2.3"}}')
  })

  test('unattended skips the questions; the file is root’s and read-only to others', async () => {
    const output = await managed({ UNATTENDED: 'true' })
    expect(JSON.parse(output.split('\n')[0] ?? '')).toMatchObject({
      permissions: { defaultMode: 'bypassPermissions' },
      skipDangerousModePermissionPrompt: true,
    })
    expect(output).toMatch(/-rw-r--r-- +1 0 +0 /)
  })

  test('settings of the image’s own are kept', async () => {
    const before = `mkdir -p /etc/claude-code; echo '{"model":"opus"}' > /etc/claude-code/managed-settings.json`
    const output = await managed({ UNATTENDED: 'true' }, before)
    expect(output).toMatch(/^\{"model":"opus"\}\n/)
    expect(output).toContain('bypassPermissions')
  })
})

describe('a fault of the network', () => {
  test('that passes is tried again, and a cut transfer goes on where it was', async () => {
    small.fail(/1\.2\.3$/, { kind: 'status', status: 503 })
    small.fail(/p\.tgz$/, { kind: 'cut' })
    const from = small.asked.length
    const { exitCode, output } = await install({ options: SMALL(), after: RUNS })
    expect(exitCode, output).toBe(0)
    const asked = small.asked.slice(from)
    expect(asked.filter((path) => path.endsWith('1.2.3'))).toHaveLength(2)
    expect(asked.at(-1)).toMatch(/p\.tgz bytes=\d{5,}-$/)
    expect(output).toContain('1.2.3 (Claude Code)')
  })

  test('that stays is told with the host', async () => {
    small.fail(/1\.2\.3$/, { kind: 'status', status: 500 }, 3)
    const { exitCode, output } = await install({ options: SMALL(), after: NOTHING_LEFT })
    expect(exitCode).toBe(1)
    expect(output).toMatch(/claude-code feature: 127\.0\.0\.1:\d+ can not be reached/)
    expect(output.trim().split('\n').at(-1)).toContain('→')
  })

  const REFUSED: readonly (readonly [string, () => Record<string, string>, RegExp])[] = [
    [
      'nobody there',
      () => ({ NPMREGISTRY: 'http://127.0.0.1:9' }),
      /127\.0\.0\.1:9 can not be reached[\s\S]*npmRegistry/,
    ],
    [
      'a version that was never published',
      () => ({ VERSION: '1.2.9' }),
      /there is no Claude Code 1\.2\.9 for linux-x64\n.*1\.2\.1 1\.2\.2 1\.2\.3 and others/,
    ],
    [
      'a line that was never published',
      () => ({ VERSION: '7.7.7' }),
      /there is no Claude Code 7\.7\.7[\s\S]*2\.0\.0 and others/,
    ],
  ]
  test.each(REFUSED)('%s', async (_, options, message) => {
    const { exitCode, output } = await install({ options: { ...SMALL(), ...options() }, after: NOTHING_LEFT })
    expect(exitCode).toBe(1)
    expect(output).toMatch(message)
  })

  test.each([403, 401])('a refusal (%i) is not tried again', async (status) => {
    small.fail(/1\.2\.3$/, { kind: 'status', status }, 3)
    const from = small.asked.length
    const { exitCode, output } = await install({ options: SMALL() })
    expect(exitCode).toBe(1)
    expect(output).toContain(`refused the download (HTTP ${status})`)
    expect(small.asked.length - from).toBe(1)
    // The faults that were not used up.
    for (let left = 0; left < 2; left += 1) await fetch(`${small.url}/@anthropic-ai/claude-code-linux-x64/1.2.3`)
  })

  test('other bytes than the hash is of are not installed', async () => {
    small.fail(/p\.tgz$/, { kind: 'changed' })
    const { exitCode, output } = await install({ options: SMALL(), after: `echo; ${NOTHING_LEFT}` })
    expect(exitCode).toBe(1)
    expect(output).toContain('what was downloaded is not Claude Code 1.2.3: its hash is wrong')
    expect(output.trim().split('\n').at(-1)).toContain('→')
  })

  test('a full disk', async () => {
    const { exitCode, output } = await install({ options: SMALL(), args: ['--tmpfs', '/usr/local:size=100k'] })
    expect(exitCode).toBe(1)
    expect(output).toContain('the disk is full')
  })

  test('another architecture', async () => {
    const uname = `printf '#!/bin/sh\\n[ "$1" = -m ] && echo riscv64 || echo Linux\\n' > /usr/bin/uname`
    const { exitCode, output } = await install({
      options: SMALL(),
      before: `rm /usr/bin/uname; ${uname}; chmod +x /usr/bin/uname`,
    })
    expect(exitCode).toBe(1)
    expect(output).toContain('there is no Claude Code for the architecture riscv64')
  })

  test.each([
    'curl',
    'wget',
  ])('a certificate that is not trusted, and one that the image brings, with %s', async (tool) => {
    const certificates = makeCertificates('localhost')
    await using mirror = await npmMirror({ script: SCRIPT, tls: certificates })
    using folder = temporaryFolder('ca')
    writeFileSync(join(folder.path, 'ca.pem'), certificates.ca)
    const options = { VERSION: '1.2.3', NPMREGISTRY: mirror.url }
    const other = tool === 'curl' ? 'wget' : 'curl'
    const common = { before: `rm /usr/bin/${other}`, args: ['--volume', `${folder.path}:/ca:ro`] }
    const refused = await install({ ...common, options })
    expect(refused.exitCode).toBe(1)
    expect(refused.output).toMatch(/the certificate of localhost:\d+ is not trusted\n.*caCertificate/)
    const after = 'cat /etc/claude-code/managed-settings.json'
    const taken = await install({ ...common, after, options: { ...options, CACERTIFICATE: '/ca/ca.pem' } })
    expect(taken.exitCode, taken.output).toBe(0)
    expect(taken.output).toContain('"NODE_EXTRA_CA_CERTS":"/ca/ca.pem"')
  })
})

test('a wget that takes any certificate is not used', async () => {
  const certificates = makeCertificates('localhost')
  await using mirror = await npmMirror({ script: SCRIPT, tls: certificates })
  const options = { VERSION: '1.2.3', NPMREGISTRY: mirror.url }
  const { exitCode, output } = await install({ image: 'musl', options })
  expect(exitCode).toBe(1)
  expect(output).toMatch(/the wget of this image does not check certificates\n.*Install curl/)
})

describe('an option is a word, never a command', () => {
  const HOSTILE = [
    '"; id > /pwned; "',
    '$(id > /pwned)',
    '`id > /pwned`',
    'a\nb',
    `x${'y'.repeat(10_000)}`,
    '--help',
    '; id > /pwned',
    '../../x',
    'http://x y',
  ]
  const OPTIONS = ['VERSION', 'NPMREGISTRY', 'CACERTIFICATE', 'AUTOUPDATE', 'UNATTENDED']

  test.each(OPTIONS)('%s', async (option) => {
    for (const value of HOSTILE) {
      const options = { ...SMALL(), [option]: value }
      const { exitCode, output } = await install({ options, after: `${NOTHING_LEFT}; ls /pwned 2>/dev/null` })
      expect({ value, exitCode }).toEqual({ value, exitCode: 1 })
      expect(output).toMatch(/^claude-code feature: option (version|npmRegistry|caCertificate|autoUpdate|unattended) /)
      expect(output).not.toContain('/pwned')
    }
  })
})

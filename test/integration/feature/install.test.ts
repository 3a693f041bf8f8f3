// install.sh by itself, in containers: options, downloads and their faults. The registry is on loopback; what it serves is
// the real package where Claude Code has to run, and a small one where only the way there matters.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/airlock.ts'
import { makeCertificates } from '../../support/certificates.ts'
import { devcontainer } from '../../support/devcontainer.ts'
import { docker } from '../../support/engine-state.ts'
import { featureImage } from '../../support/feature-images.ts'
import { install, NOTHING_LEFT, RUNS, SCRIPT } from '../../support/feature-install.ts'
import { type Mirror, npmMirror } from '../../support/npm-mirror.ts'

let small: Mirror
beforeAll(async () => {
  await Promise.all([featureImage('glibc'), featureImage('musl')])
  small = await npmMirror({ script: SCRIPT })
})
afterAll(() => small?.[Symbol.asyncDispose]())

const SMALL = () => ({ VERSION: '1.2.3', NPMREGISTRY: small.url })

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
    ['dash and curl', 'rm -f /usr/bin/wget; [ "$(readlink -f /bin/sh)" = /usr/bin/dash ] || exit 9'],
    ['dash and wget', 'rm -f /usr/bin/curl; [ "$(readlink -f /bin/sh)" = /usr/bin/dash ] || exit 9'],
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
        'lib=/usr/local/lib/claude-code; mkdir -p $lib; echo old > $lib/claude; chmod +x $lib/claude; echo "1.0.0 linux-x64" > $lib/claude.version; echo own > /usr/local/bin/claude',
      after: RUNS,
    })
    expect(output).toContain('1.2.3 (Claude Code)')
  })

  test('and removes what it installed only for that, and nothing else', async () => {
    const { exitCode, output } = await install({
      ...{ image: 'bare', options: SMALL() },
      before: 'dpkg-query -W >/before',
      after: `dpkg-query -W | diff /before - && ls /var/lib/apt/lists /var/cache/apt && claude --version; command -v curl`,
    })
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(
      /is installed\n\/var\/cache\/apt:\narchives\n\n\/var\/lib\/apt\/lists:\n(.*\n)?1\.2\.3 \(Claude Code\)\n$/,
    )
  })

  // Package managers that do as the real ones do: there are no images with them to be had without a registry.
  test.each([
    ['apk', ['add -q --no-cache --virtual .claude-code-downloader curl', 'del -q .claude-code-downloader']],
    ['dnf', ['install -y -q curl', 'remove -y -q curl', 'clean all']],
    ['zypper', ['-q -n install curl', '-q -n remove curl', '-q clean --all']],
  ] as const)('and removes what %s installed only for that', async (manager, calls) => {
    const does = `case " $* " in *" install "*|*" add "*) cp /curl /usr/bin/curl;; *" del "*|*" remove "*) rm /usr/bin/curl;; esac`
    const fake = `printf '%s\\n' '#!/bin/sh' 'echo "$@" >> /packages.log' '${does}' > /usr/local/bin/${manager}`
    const { exitCode, output } = await install({
      options: SMALL(),
      before: `rm -f /usr/bin/wget /usr/bin/apt-get; mv /usr/bin/curl /curl; ${fake}; chmod +x /usr/local/bin/${manager}`,
      after: 'cat /packages.log; command -v curl; claude --version',
    })
    expect(exitCode, output).toBe(0)
    const log = output
      .slice(output.indexOf('is installed\n') + 13)
      .split('\n')
      .filter(Boolean)
    const told = log.map((line) => line.replace(' ca-certificates', ''))
    expect(told).toEqual([...calls, '1.2.3 (Claude Code)'])
  })

  test('neither downloader nor package manager', async () => {
    const before = 'rm -f /usr/bin/wget /usr/bin/curl /usr/bin/apt-get'
    const { exitCode, output } = await install({ options: SMALL(), before, after: NOTHING_LEFT })
    expect(exitCode).toBe(1)
    expect(output).toMatch(/neither curl nor wget is in the image[\s\S]*Install curl in the Dockerfile/)
  })

  test('for arm64, what is made for it', async () => {
    const uname = `rm /usr/bin/uname; printf '#!/bin/sh\\n[ "$1" = -m ] && echo aarch64 || echo Linux\\n' > /usr/bin/uname; chmod +x /usr/bin/uname`
    const { exitCode, output } = await install({ options: SMALL(), before: uname })
    expect(exitCode, output).toBe(0)
    expect(output).toContain('Claude Code 1.2.3 for linux-arm64 is installed')
  })

  test('nothing, where a build finds its layers in the cache', async () => {
    await using mirror = await npmMirror({ script: SCRIPT, host: '0.0.0.0' })
    const gateway = docker('network', 'inspect', 'bridge', '--format', '{{range .IPAM.Config}}{{.Gateway}}{{end}}')
    const feature = { version: '1.2.3', npmRegistry: mirror.url.replace('127.0.0.1', gateway) }
    const image = await featureImage('glibc')
    const make = () => devcontainer({ config: { image, remoteUser: 'dev' }, feature })
    await using first = await make()
    const { length } = mirror.asked
    expect(length).toBeGreaterThan(0)
    await using second = await make()
    expect((await second.exec('claude --version')).output).toBe((await first.exec('claude --version')).output)
    expect(mirror.asked).toHaveLength(length)
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
    expect(await managed({})).toContain(
      '{"env":{"CLAUDE_CODE_FEATURE":"1.2.3","DISABLE_AUTOUPDATER":"1","DISABLE_UPDATES":"1"}}',
    )
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
    const values = HOSTILE.flatMap((value, at) => ['--env', `VALUE_${at}=${value}`])
    const each = `for at in ${HOSTILE.map((_, at) => at).join(' ')}; do eval "value=\\$VALUE_$at"
      env "${option}=$value" sh /feature/install.sh 2>/said; echo "$at ended with $?: $(head -1 /said)"; done`
    const before = `${each}; ls /pwned 2>/dev/null; ${NOTHING_LEFT}; echo ==`
    // Control: without such a value the same container installs.
    const { exitCode, output } = await install({ options: SMALL(), before, args: values })
    expect(exitCode, output).toBe(0)
    const name = option.toLowerCase()
    const refused = HOSTILE.map((_, at) =>
      expect.stringMatching(new RegExp(`^${at} ended with 1: .*option ${name} `, 'i')),
    )
    expect(output.slice(0, output.indexOf('==')).trim().split('\n')).toEqual(refused)
  })
})

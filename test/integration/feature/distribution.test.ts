// install.sh from Claude Code's own distribution: the way that most people install, and what autoUpdate is about.
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/airlock.ts'
import { makeCertificates } from '../../support/certificates.ts'
import { type DistributionOptions, startDistribution } from '../../support/distribution.ts'
import { type Install, install, NOTHING_LEFT, RUNS, SCRIPT } from '../../support/feature-install.ts'

describe('from Claude Code’s own distribution, through a proxy that ends TLS', () => {
  const small = { newest: '1.2.3', releases: { 'linux-x64': ['1.2.2', '1.2.3'] }, script: SCRIPT }
  const through = async (options: DistributionOptions, more: Install) => {
    await using distribution = await startDistribution(options)
    using folder = temporaryFolder('ca')
    chmodSync(folder.path, 0o755)
    writeFileSync(join(folder.path, 'ca.pem'), distribution.ca)
    const proxy = `http://127.0.0.1:${distribution.port}`
    const env = ['HTTPS_PROXY', 'https_proxy'].flatMap((name) => ['--env', `${name}=${proxy}`])
    const ended = await install({
      ...more,
      options: { CACERTIFICATE: '/ca/ca.pem', ...more.options },
      args: ['--volume', `${folder.path}:/ca:ro`, ...env],
    })
    return { ...ended, asked: [...distribution.asked] }
  }

  test.each(['curl', 'wget'])('latest, with %s', async (tool) => {
    const before = `rm /usr/bin/${tool === 'curl' ? 'wget' : 'curl'}`
    const { exitCode, output, asked } = await through(small, { options: { VERSION: 'latest' }, before, after: RUNS })
    expect(exitCode, output).toBe(0)
    expect(output).toContain('1.2.3 (Claude Code)')
    expect(asked.map((path) => path.split('/').slice(2).join('/'))).toEqual([
      'latest',
      '1.2.3/manifest.json',
      '1.2.3/linux-x64/claude',
    ])
  })

  test('a version that was never published', async () => {
    const { exitCode, output } = await through(small, { options: { VERSION: '1.2.9' }, after: NOTHING_LEFT })
    expect(exitCode).toBe(1)
    expect(output).toMatch(/there is no Claude Code 1\.2\.9 for linux-x64\n.*latest is 1\.2\.3/)
  })

  test('another binary than the manifest’s', async () => {
    const { exitCode, output } = await through({ ...small, tamper: true }, { options: { VERSION: '1.2.3' } })
    expect(exitCode).toBe(1)
    expect(output).toContain('what was downloaded is not Claude Code 1.2.3: its hash is wrong')
  })

  test('and the image’s own authorities stay trusted beside the option’s', async () => {
    // The proxy's is the image's here; the option's is another.
    const other = makeCertificates('localhost').ca
    const before = `cat /ca/ca.pem >> /etc/ssl/certs/ca-certificates.crt; cat > /other.pem <<'X'\n${other}X`
    const options = { VERSION: '1.2.3', CACERTIFICATE: '/other.pem' }
    const { exitCode, output } = await through(small, { options, before })
    expect(exitCode, output).toBe(0)
  })

  const NEXT = { newest: '2.1.330', releases: { 'linux-x64': ['2.1.329', '2.1.330'] } }
  const UPDATE =
    'echo; echo ==; su dev -c "cd /tmp; HOME=/home/dev NODE_EXTRA_CA_CERTS=/ca/ca.pem claude update"; su dev -c "claude --version"'

  test('autoUpdate: an update made by a plain user is the claude that runs', async () => {
    const options = { VERSION: '2.1.329', AUTOUPDATE: 'true' }
    const { output } = await through(NEXT, { options, after: UPDATE })
    expect(output.slice(output.indexOf('=='))).toMatch(
      /Successfully updated from 2\.1\.329 to version 2\.1\.330[\s\S]*\n2\.1\.330 \(Claude Code\)\n$/,
    )
  })

  test('without it none is made, even by hand', async () => {
    const { output, asked } = await through(NEXT, { options: { VERSION: '2.1.329' }, after: UPDATE })
    expect(output.slice(output.indexOf('=='))).toMatch(/\n2\.1\.329 \(Claude Code\)\n$/)
    expect(asked.filter((path) => path.includes('2.1.330'))).toEqual([])
  })
})

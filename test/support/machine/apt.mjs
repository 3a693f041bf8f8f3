// Debian packages for a bare machine. Mirrors are read from apt's own configuration and never written down here.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { ask, run } from './run.mjs'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** `{id: 'debian', version: '12'}` of /etc/os-release, or undefined. */
export function distribution() {
  if (!existsSync('/etc/os-release')) return undefined
  const fields = Object.fromEntries(
    readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .map((line) => line.split('='))
      .filter((pair) => pair.length === 2)
      .map(([key, value]) => [key, value.replaceAll('"', '')]),
  )
  return { id: fields.ID, version: fields.VERSION_ID }
}

/** True where this script may install: root on Debian 12 or 13. */
export function canInstall() {
  const os = distribution()
  return process.getuid?.() === 0 && os?.id === 'debian' && ['12', '13'].includes(os.version)
}

/** The Debian mirror this machine uses, from apt itself. Throws when apt has no Debian source. */
export function debianMirror() {
  const listed = () =>
    run('apt-get', ['indextargets', '--format', '$(ORIGIN)|$(CREATED_BY)|$(REPO_URI)|$(COMPONENT)'])
      .split('\n')
      .map((line) => line.split('|'))
      .find(([origin, kind, , component]) => origin === 'Debian' && kind === 'Packages' && component === 'main')?.[2]
  let uri = listed()
  if (!uri) {
    run('apt-get', ['update'])
    uri = listed()
  }
  if (!uri) throw new Error('apt has no source for Debian’s main component: add one to /etc/apt/sources.list.d')
  return uri
}

/** Debian 13 as a second source on Debian 12, pinned below the machine's own release. */
export function addTrixie() {
  if (distribution()?.version !== '12') return
  const source = '/etc/apt/sources.list.d/airlock-trixie.sources'
  if (!existsSync(source)) {
    const stanza = [
      'Types: deb',
      `URIs: ${debianMirror()}`,
      'Suites: trixie',
      'Components: main',
      `Signed-By: ${KEYRING}`,
    ]
    writeFileSync('/etc/apt/preferences.d/airlock-trixie', 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n')
    writeFileSync(source, `${stanza.join('\n')}\n`)
  }
  run('apt-get', ['update'])
}

/** Installs those of the packages that are missing; `name/trixie` asks for Debian 13's. */
export function install(packages) {
  const missing = packages.filter((name) => {
    const state = ask('dpkg-query', ['-W', '-f', '${db:Status-Status}', name.split('/')[0]])
    return state !== 'installed'
  })
  if (missing.length === 0) return
  const attempt = () => run('apt-get', ['install', '-y', '--no-install-recommends', ...missing])
  try {
    attempt()
  } catch {
    run('apt-get', ['update'])
    attempt()
  }
}

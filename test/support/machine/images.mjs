// The base image that the example, the tests and the gateway build on: pulled, or made from Debian's packages where
// no container registry answers.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canInstall, debianMirror, install } from './apt.mjs'
import { ask, run, step } from './run.mjs'

const releaseOf = (image) => /^debian:([a-z]+)-slim$/.exec(image)[1]
const HOST_CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

/** Makes sure that the image is in the engine that nearly everything here builds on. */
export const baseImage = () => provide('debian:trixie-slim')

/** And the release before, which the feature has to work on too. */
export const olderImage = () => provide('debian:bookworm-slim')

function provide(image) {
  if (ask('docker', ['image', 'inspect', '-f', '{{.Id}}', image])) return
  // A machine without a way to the registry answers at once or never; 40 s is a slow pull of 30 MB.
  const pulled = step(`Pulling ${image}`, () => ask('docker', ['pull', '-q', image], { timeout: 40_000 }))
  if (pulled) return
  if (!canInstall()) {
    throw new Error(`${image} can't be pulled. Check the engine's way to its registry with: docker pull ${image}`)
  }
  step(`No registry answers: making ${image} from Debian's packages (about a minute)`, () => bootstrap(image))
}

function bootstrap(image) {
  install(['debootstrap', 'ca-certificates'])
  const root = mkdtempSync(join(tmpdir(), 'airlock-base-'))
  try {
    run('debootstrap', ['--variant=minbase', '--include=ca-certificates', releaseOf(image), root, debianMirror()])
    trustHostBundle(root)
    run('sh', ['-c', 'rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*', 'sh', root])
    const imported = spawnSync('sh', ['-c', `tar -C "$1" -c . | docker import - ${image}`, 'sh', root])
    if (imported.status !== 0) throw new Error(`docker import failed: ${imported.stderr}`)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

// TLS on such a machine may pass an inspecting proxy: what the host trusts, containers made here must trust too.
function trustHostBundle(root) {
  if (!existsSync(HOST_CA_BUNDLE)) return
  const split =
    'awk -v d="$1/usr/local/share/ca-certificates" \'/BEGIN CERT/{n++} {print > (d "/host-" n ".crt")}\' "$2"'
  run('sh', ['-c', split, 'sh', root, HOST_CA_BUNDLE])
  run('chroot', [root, 'update-ca-certificates'])
}

// The base image that the example, the tests and the gateway build on: pulled, or made from Debian's packages where
// no container registry answers.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canInstall, debianMirror, install } from './apt.mjs'
import { ask, run, step } from './run.mjs'

export const BASE_IMAGE = 'debian:trixie-slim'
const HOST_CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

/** Makes sure that BASE_IMAGE is in the engine. */
export function baseImage() {
  if (ask('docker', ['image', 'inspect', '-f', '{{.Id}}', BASE_IMAGE])) return
  // A machine without a way to the registry answers at once or never; 40 s is a slow pull of 30 MB.
  const pulled = step(`Pulling ${BASE_IMAGE}`, () => ask('docker', ['pull', '-q', BASE_IMAGE], { timeout: 40_000 }))
  if (pulled) return
  if (!canInstall()) {
    throw new Error(
      `${BASE_IMAGE} can't be pulled. Check the engine's way to its registry with: docker pull ${BASE_IMAGE}`,
    )
  }
  step(`No registry answers: making ${BASE_IMAGE} from Debian's packages (about a minute)`, bootstrapBaseImage)
}

function bootstrapBaseImage() {
  install(['debootstrap', 'ca-certificates'])
  const root = mkdtempSync(join(tmpdir(), 'airlock-base-'))
  try {
    run('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'trixie', root, debianMirror()])
    trustHostBundle(root)
    run('sh', ['-c', 'rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*', 'sh', root])
    const imported = spawnSync('sh', ['-c', `tar -C "$1" -c . | docker import - ${BASE_IMAGE}`, 'sh', root])
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

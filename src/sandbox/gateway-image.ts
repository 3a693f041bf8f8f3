// The image of the gateway, which also serves as the helper that fills and reads volumes.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Docker } from '../ports/docker.ts'
import type { Installation } from '../ports/installation.ts'

/** Returns the image's name, building it only when the engine has none made from these exact files. */
export async function ensureGatewayImage(
  docker: Docker,
  files: Installation,
  onStep: (title: string) => void = () => {},
): Promise<string> {
  const image = `airlock-gateway:${await contextHash(files.gatewayContext)}`
  const found = await docker.run(['image', 'inspect', '--format', '{{.Id}}', image])
  if (found.exitCode === 0) return image
  onStep('Building the gateway image (kept for the next run)')
  await docker.expect('building the gateway image', [
    'build',
    '--quiet',
    '--tag',
    image,
    '--label',
    'airlock.image=gateway',
    files.gatewayContext,
  ])
  return image
}

async function contextHash(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(folder)).sort()) {
    hash.update(`${name}\0`).update(await readFile(join(folder, name)))
  }
  return hash.digest('hex').slice(0, 16)
}

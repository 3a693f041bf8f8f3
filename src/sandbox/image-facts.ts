// What the engine knows of an image, and whose ids its remote user has.
import type { JsonObject } from '../config/resolved-config.ts'
import { AirlockError } from '../ports/errors.ts'
import type { BuildDeps } from './build-image.ts'
import { type Metadata, mergeMetadata, parseLabel } from './metadata.ts'

export interface ImageFacts {
  readonly id: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly exposedPorts: readonly number[]
  readonly env: readonly string[]
  /** The entries of the devcontainer.metadata label, as written; for the audit. */
  readonly metadataEntries: readonly JsonObject[]
  readonly metadata: Metadata
  /** The user that commands run as: remoteUser, containerUser, or the image's own. */
  readonly user: string
}

interface Inspected {
  readonly Id: string
  readonly Config: {
    readonly User?: string
    readonly Env?: readonly string[] | null
    readonly Entrypoint?: readonly string[] | null
    readonly Cmd?: readonly string[] | null
    readonly ExposedPorts?: Readonly<Record<string, unknown>> | null
    readonly Labels?: Readonly<Record<string, string>> | null
  }
}

export async function inspectImage(
  name: string,
  { docker, signal }: Pick<BuildDeps, 'docker' | 'signal'>,
): Promise<ImageFacts> {
  const output = await docker.expect(`inspecting image ${name}`, ['image', 'inspect', name], { signal })
  const [image] = JSON.parse(output) as readonly Inspected[]
  if (!image) throw new AirlockError('engine', `the engine knows no image ${name}`)
  const { Config: config } = image
  const metadataEntries = entriesOf(name, config.Labels?.['devcontainer.metadata'])
  const metadata = mergeMetadata(metadataEntries)
  return {
    id: image.Id,
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    env: config.Env ?? [],
    exposedPorts: Object.keys(config.ExposedPorts ?? {})
      .filter((port) => !port.endsWith('/udp'))
      .map((port) => Number.parseInt(port, 10)),
    metadataEntries,
    metadata,
    user: metadata.remoteUser ?? metadata.containerUser ?? (config.User?.split(':')[0] || 'root'),
  }
}

function entriesOf(name: string, label: string | undefined): readonly JsonObject[] {
  try {
    return parseLabel(label)
  } catch (cause) {
    throw new AirlockError('audit', `the devcontainer.metadata label of image ${name} is not JSON`, {
      next: 'Rebuild that image, or use another: what it asks for can not be read.',
      cause,
    })
  }
}

/** Asks the image itself for the ids of its user, in a container that can do nothing else. */
export async function userIds(
  name: string,
  facts: ImageFacts,
  { docker, signal }: Pick<BuildDeps, 'docker' | 'signal'>,
) {
  const script = 'printf "%s %s\\n" "$(id -u "$1")" "$(id -g "$1")"'
  const output = await docker.expect(
    `looking up user ${facts.user} in the sandbox image`,
    [
      ...['run', '--rm', '--network', 'none', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
      ...['--user', '0', '--entrypoint', '/bin/sh', name, '-c', script, 'sh', facts.user],
    ],
    { signal },
  )
  const match = /^(\d+) (\d+)$/.exec(output)
  if (!match) {
    throw new AirlockError('sandbox', `user ${facts.user} does not exist in the devcontainer's image`, {
      detail: output,
      next: 'Set remoteUser in devcontainer.json to a user of the image, or create that user in its Dockerfile.',
    })
  }
  return { uid: Number(match[1]), gid: Number(match[2]) }
}

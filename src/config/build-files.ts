// The Dockerfiles that a run builds from, read for the audit.
import { relative } from 'node:path'
import { baseOfService } from './base-image.ts'
import { parseDockerfile } from './dockerfile.ts'
import { readProjectFile } from './project-file.ts'
import type { BaseImage, Dockerfile, ResolvedConfig } from './resolved-config.ts'

type Build = Extract<BaseImage, { kind: 'build' }>

export async function readDockerfiles(config: ResolvedConfig): Promise<readonly Dockerfile[]> {
  const read = buildsOf(config).map(({ build, service }) => readOne(build, service, config))
  return (await Promise.all(read)).filter((dockerfile) => dockerfile !== undefined)
}

function buildsOf(config: ResolvedConfig): readonly { build: Build; service?: string }[] {
  const services = config.services.flatMap((service) => {
    const build = baseOfService(config.compose?.services[service] ?? {})
    return build?.kind === 'build' ? [{ build, service }] : []
  })
  // On compose the sandbox's image is that of its service.
  const own = config.services.includes(config.service) || config.base.kind !== 'build' ? [] : [{ build: config.base }]
  return [...own, ...services]
}

async function readOne(
  { dockerfile, inline, args }: Build,
  service: string | undefined,
  config: ResolvedConfig,
): Promise<Dockerfile | undefined> {
  const common = { args, ...(service === undefined ? {} : { service }) }
  if (inline !== undefined) {
    return { ...common, file: 'dockerfile_inline', hasLines: false, text: parseDockerfile(inline) }
  }
  const file = relative(config.directory, dockerfile)
  const read = await readProjectFile(config.directory, dockerfile)
  if ('missing' in read) return undefined
  const what = 'text' in read ? { text: parseDockerfile(read.text) } : { problem: read.problem }
  return { ...common, file, hasLines: true, ...what }
}

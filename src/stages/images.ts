// Images: the sandbox's, the services' and the gateway's, side by side.
import { auditMetadata } from '../audit/audit.ts'
import { auditError } from '../audit/format.ts'
import { devcontainersCli } from '../ports/devcontainers-cli.ts'
import { ensureGatewayImage } from '../sandbox/gateway-image.ts'
import { ensureSandboxImage, type SandboxImage } from '../sandbox/sandbox-image.ts'
import { ensureServiceImages } from '../sandbox/service-images.ts'
import type { Prepared } from './prepare.ts'
import type { Stage } from './stage.ts'

export interface Images {
  readonly sandbox: SandboxImage
  readonly gateway: string
  readonly services: ReadonlyMap<string, string>
}

/** Errors: `engine`, `sandbox`, and `audit` for what the built image asks of its container. */
export async function images({ config, policy, snapshot, trusted }: Prepared, stage: Stage): Promise<Images> {
  const { request, record, docker, signal, installation, host } = stage
  const onStep = (title: string) => host.info(title)
  const { has } = trusted ?? snapshot
  const build = { docker, signal, onStep, shown: { directory: config.directory, has } }
  const cli = devcontainersCli(stage.process, installation, request.network, (line) => host.untrusted(line))
  return record.time('build', async () => {
    const [sandbox, gateway, services] = await Promise.all([
      ensureSandboxImage(config, request, { ...build, cli, installation }),
      ensureGatewayImage(docker, installation, onStep),
      ensureServiceImages(config, build),
    ])
    const findings = auditMetadata(sandbox.metadataEntries, config, policy)
    record.findings = [...record.findings, ...findings]
    const error = auditError(findings)
    if (error) throw error
    return { sandbox, gateway, services }
  })
}

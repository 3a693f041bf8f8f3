// Images: the sandbox's, the services' and the gateway's, side by side.
import { auditMetadata, auditTriggers } from '../audit/audit.ts'
import type { Finding } from '../audit/finding.ts'
import { auditError } from '../audit/format.ts'
import { devcontainersCli } from '../ports/devcontainers-cli.ts'
import type { JudgeTriggers } from '../sandbox/base-triggers.ts'
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
  const judge = (findings: readonly Finding[]) => {
    record.findings = [...record.findings, ...findings]
    const error = auditError(findings)
    if (error) throw error
  }
  const judgeTriggers: JudgeTriggers = (image, triggers, source) =>
    judge(auditTriggers(image, triggers, config, policy, source))
  const build = { docker, signal, onStep, shown: { directory: config.directory, has }, judgeTriggers }
  const cli = devcontainersCli(stage.process, installation, request.network, (line) => host.untrusted(line))
  return record.time('build', async () => {
    const [sandbox, gateway, services] = await Promise.all([
      ensureSandboxImage(config, request, { ...build, cli, installation }),
      ensureGatewayImage(docker, installation, onStep),
      ensureServiceImages(config, build),
    ])
    judge(auditMetadata(sandbox.metadataEntries, config, policy))
    return { sandbox, gateway, services }
  })
}

// `airlock audit`: everything that a run would judge before it starts anything, without a run. Reads only.
import { relative, resolve } from 'node:path'
import { audit, auditMetadata, auditTriggers } from '../audit/audit.ts'
import type { Finding } from '../audit/finding.ts'
import { readPolicyFile } from '../audit/policy-file.ts'
import type { Allowance, Policy } from '../audit/rule.ts'
import { cliDifferences } from '../config/cli-differences.ts'
import { developmentConfigs } from '../config/discover.ts'
import { type ConfigDeps, resolveConfig, UNDECIDED } from '../config/resolve.ts'
import type { Json, ResolvedConfig } from '../config/resolved-config.ts'
import { readConfiguration } from '../ports/devcontainers-cli.ts'
import type { Docker } from '../ports/docker.ts'
import { allOrErrors } from '../ports/errors.ts'
import type { Installation } from '../ports/installation.ts'
import type { Examined } from '../report/examined.ts'
import type { AuditRequest } from '../request/audit-request.ts'
import { checkTriggers } from '../sandbox/base-triggers.ts'
import { parseLabel } from '../sandbox/metadata.ts'
import { policyOf } from './policy.ts'

export interface ExamineDeps extends ConfigDeps {
  readonly installation: Installation
}

/** Errors: `input` with every problem at its line, and `engine` for a compose project without docker compose. */
export async function examine(request: AuditRequest, deps: ExamineDeps): Promise<Examined> {
  const [sources, engineVersion, prefix] = await Promise.all([
    developmentConfigs(request.directory, request.project),
    versionOf(deps.docker),
    prefixOf(request.directory, deps),
  ])
  // What is wrong with any of them is told at once.
  const resolved = sources.map(async (project) =>
    withCliReading(await resolveConfig({ ...request, project, undecided: true }, deps), deps),
  )
  const [allowed, ...configs] = await allOrErrors<[readonly Allowance[], ...ResolvedConfig[]]>([
    readPolicyFile(request.policyFolder ?? request.directory),
    ...resolved,
  ])
  const policy: Policy = {
    ...policyOf(request, allowed),
    ...(engineVersion === undefined ? {} : { engineVersion }),
  }
  const judged = configs.map(async (config) => {
    const images = await lookAtImage(config, policy, engineVersion !== undefined, deps.docker)
    return { config, findings: [...audit(config, policy), ...images.findings], unseen: images.unseen }
  })
  const parts = await Promise.all(judged)
  const engine = engineVersion === undefined ? ["the Docker engine's version (AL404): it does not answer"] : []
  return {
    findings: unique(parts.flatMap(({ findings }) => findings)),
    files: [...new Set(parts.flatMap(({ config }) => filesOf(config)))],
    unseen: [...engine, ...new Set(parts.flatMap(({ unseen }) => unseen))],
    notes: [...new Set(parts.flatMap(({ config }) => config.notes))],
    prefix,
  }
}

/** A run lets no other tool read devcontainer.json; who starts the project otherwise does. */
async function withCliReading(config: ResolvedConfig, { process, installation }: ExamineDeps): Promise<ResolvedConfig> {
  const { devcontainer, directory, differences = [] } = config
  if (!devcontainer) return config
  const file = resolve(directory, devcontainer.file)
  const theirs = (await readConfiguration(process, installation, directory, file)) as Json | undefined
  return { ...config, differences: [...differences, ...cliDifferences(devcontainer, theirs)] }
}

// Several devcontainers may share a compose file.
function unique(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]
}

function filesOf(config: ResolvedConfig): readonly string[] {
  const { devcontainer, composeFiles, composeParts = [], dockerfiles = [], localFeatures = [], lockfile } = config
  const features = localFeatures.flatMap(({ document }) => (document ? [document] : []))
  const documents = [devcontainer, ...composeFiles, ...composeParts, ...dockerfiles, ...features, lockfile]
  return documents.flatMap((document) => (document ? [document.file] : []))
}

async function versionOf(docker: Docker): Promise<string | undefined> {
  const asked = await docker.run(['version', '--format', '{{.Server.Version}}'], { timeoutMs: 5000 })
  return asked.exitCode === 0 ? asked.stdout.toString('utf8').trim() : undefined
}

async function prefixOf(directory: string, { process }: ConfigDeps): Promise<string> {
  const asked = await process.run('git', ['rev-parse', '--show-prefix'], { cwd: directory })
  return asked.exitCode === 0 ? asked.stdout.toString('utf8').replace(/\n$/, '') : ''
}

/** What an image's own label asks for; nothing is built or pulled to see it. */
async function lookAtImage(config: ResolvedConfig, policy: Policy, engine: boolean, docker: Docker) {
  const unseen = (what: string, why: string) => ({
    findings: [] as readonly Finding[],
    unseen: [`what ${what} asks for (mounts, privileges): ${why}; a run judges it before it starts anything`],
  })
  const features = Object.keys(config.features)
  if (config.base.kind === 'build') {
    const name =
      config.base.dockerfile === '-' ? 'an inline Dockerfile' : relative(config.directory, config.base.dockerfile)
    return unseen(`the image of ${name}`, 'it is built by a run')
  }
  const { image } = config.base
  if (image === UNDECIDED) return { findings: [], unseen: [] }
  if (!engine) return unseen(`image ${image}`, 'the engine does not answer')
  const asked = await docker.run(['image', 'inspect', '--format', LABEL, image], { timeoutMs: 10_000 })
  if (asked.exitCode !== 0) return unseen(`image ${image}`, 'it is not on this machine')
  const findings = [...auditMetadata(parseLabel(asked.stdout.toString('utf8').trim() || undefined), config, policy)]
  const judgeTriggers = (name: string, triggers: readonly string[]) =>
    void findings.push(...auditTriggers(name, triggers, config, policy))
  await checkTriggers(image, { docker, signal: AbortSignal.timeout(10_000), judgeTriggers })
  if (features.length === 0) return { findings, unseen: [] }
  return { findings, unseen: unseen(`feature ${features.join(', ')}`, 'it is fetched by a run').unseen }
}

const LABEL = '{{index .Config.Labels "devcontainer.metadata"}}'

// Judges a resolved configuration before anything of it is built or started. Pure.
import { resolve } from 'node:path'
import { isBelow } from '../config/below.ts'
import { parseDockerfile } from '../config/dockerfile.ts'
import { singleDollars } from '../config/dollars.ts'
import type { ComposeModel, JsonObject, ResolvedConfig, Source } from '../config/resolved-config.ts'
import { containersOf, metadataContainer } from './containers.ts'
import type { Finding } from './finding.ts'
import type { Container, Hit, Policy, Project, Rule } from './rule.ts'
import { DOCKERFILES } from './rules/dockerfiles.ts'
import { RULES, ruleOf } from './rules.ts'

/** @returns every finding, allowed ones included and marked; the run must stop at one that `isRefused` */
export function audit(config: ResolvedConfig, policy: Policy): readonly Finding[] {
  const project = projectOf(config)
  const containers = containersOf(config)
  const findings = RULES.flatMap((rule) => [
    ...inContainers(rule, containers, project, policy),
    ...(rule.config?.(config, project, policy) ?? []).map((hit) => finding(rule, hit)),
  ])
  return [...findings.map((found) => withAllowance(found, policy)), ...pointlessAllowances(policy)]
}

/**
 * Judges what the built image asks of its container: features and base images can ask for mounts and privileges too.
 *
 * @param entries the image's devcontainer.metadata label, parsed
 */
export function auditMetadata(
  entries: readonly JsonObject[],
  config: ResolvedConfig,
  policy: Policy,
): readonly Finding[] {
  const { directory } = config
  const inside = (path: string) => isBelow(directory, resolve(path))
  const project: Project = { directory, inside, withheld: () => false, model: undefined }
  const containers = entries.map((entry) => metadataContainer(entry, config))
  return RULES.flatMap((rule) => inContainers(rule, containers, project, policy)).map((found) =>
    withAllowance(found, policy),
  )
}

/** Judges ONBUILD triggers of an image that the project builds on, as if they stood in its Dockerfile. */
export function auditTriggers(
  image: string,
  triggers: readonly string[],
  config: ResolvedConfig,
  policy: Policy,
  from?: Source,
): readonly Finding[] {
  // Each is read alone, as the builder does; behind an empty line nothing is a directive.
  const dockerfiles = triggers.map((trigger) => ({
    ...{ file: `ONBUILD of ${image}`, args: {}, hasLines: false, text: parseDockerfile(`\n${trigger}`) },
  }))
  const source = from ?? metadataContainer({}, config).at('')
  return DOCKERFILES.flatMap((rule) =>
    (rule.config?.({ ...config, dockerfiles }, projectOf(config), policy) ?? []).map(({ message }) =>
      withAllowance(finding(rule, { message: `ONBUILD ${message} of image ${image}`, source }), policy),
    ),
  )
}

/** Whether a finding stops the run. */
export const isRefused = (finding: Finding) => finding.severity === 'refuse' && finding.allowed === undefined

function inContainers(
  rule: Rule,
  containers: readonly Container[],
  project: Project,
  policy: Policy,
): readonly Finding[] {
  return containers.flatMap((container) =>
    (rule.container?.(container, project, policy) ?? []).map((hit) => finding(rule, hit)),
  )
}

const finding = ({ id, severity, reason, remedy }: Rule, { message, source }: Hit): Finding => ({
  rule: id,
  severity,
  message,
  reason,
  remedy,
  source,
})

function withAllowance(found: Finding, { allow }: Policy): Finding {
  const allowance = found.severity === 'rewrite' ? undefined : allow.find(({ rule }) => rule === found.rule)
  return allowance ? { ...found, allowed: allowance.reason } : found
}

// A rule that is spelled wrong would leave the user wondering why the finding still stops the run.
function pointlessAllowances({ allow }: Policy): readonly Finding[] {
  return allow.flatMap(({ rule, source = { file: 'allow' } }) => {
    const known = ruleOf(rule)
    if (known && known.severity !== 'rewrite') return []
    const why = known ? 'which stops nothing' : 'and there is no such rule'
    return [
      {
        rule: 'AL000',
        severity: 'warn',
        message: `allow names ${rule}, ${why}`,
        reason: 'nothing is allowed by it',
        remedy: 'Take it away; findings that are refused name their rule.',
        source,
      } as const,
    ]
  })
}

function projectOf(config: ResolvedConfig): Project {
  const paths = config.realPaths ?? {}
  const real = (path: string) => (Object.hasOwn(paths, path) ? (paths[path] as string) : resolve(path))
  const root = real(config.directory)
  const withheld = new Set(config.notInCopy)
  return {
    directory: config.directory,
    // A path that was not looked up may be a link to anywhere; remote contexts are no paths at all.
    inside: (path) => isBelow(root, real(path)) && (config.realPaths === undefined || Object.hasOwn(paths, path)),
    withheld: (path) => withheld.has(path),
    model: config.compose && (singleDollars(config.compose as unknown as JsonObject) as unknown as ComposeModel),
  }
}

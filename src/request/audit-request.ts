// What `airlock audit` is asked: which project, and what is allowed in it. It needs no credential and no prompt.
import type { ConfigRequest } from '../config/resolve.ts'
import { existing } from './files.ts'
import type { Findings, Given } from './given.ts'
import { parseUpstream } from './network.ts'
import type { Surroundings } from './parse-request.ts'
import { parseAllow, parseGlobs } from './policies.ts'
import { parseProjectSource, parseServices } from './project-source.ts'
import type { RunRequest } from './run-request.ts'

export const AUDIT_FORMATS = ['text', 'json', 'sarif', 'markdown'] as const
export type AuditFormat = (typeof AUDIT_FORMATS)[number]

export interface AuditRequest extends ConfigRequest {
  readonly allow: RunRequest['allow']
  /** Base URL of the model's API: the project may not have its name. */
  readonly upstream: string
  /** The folder whose .airlock.yml counts; the project's own unless told. */
  readonly policyFolder?: string
}

/** The inputs that the audit of a project depends on; their meaning is a run's. */
export const AUDIT_INPUTS: readonly string[] = [
  ...['directory', 'config_file', 'compose_file', 'base_image', 'base_dockerfile', 'service', 'services'],
  ...['include', 'allow'],
]

type Place = Pick<Surroundings, 'cwd' | 'env'>

/** What is wrong goes to `findings`: the request is of use only if there is no problem among them. */
export function parseAuditRequest(given: Given, { cwd, env }: Place, findings: Findings): AuditRequest {
  const directory = existing(cwd, given.text('directory') ?? '.', 'folder', given.spell('directory'), findings)
  return {
    directory,
    project: parseProjectSource(given, directory, findings),
    ...parseServices(given, findings),
    include: parseGlobs('include', false, given, findings),
    allow: parseAllow(given, findings),
    upstream: parseUpstream(env, findings),
  }
}

export function parseFormat(written: string | undefined, json: boolean, findings: Findings): AuditFormat {
  if (written === undefined) return json ? 'json' : 'text'
  const format = AUDIT_FORMATS.find((name) => name === written)
  if (!format) findings.problem(`--format: "${written}" is none of ${AUDIT_FORMATS.join(', ')}`)
  else if (json && format !== 'json') findings.problem(`--json and --format ${format} exclude each other`)
  return format ?? 'text'
}

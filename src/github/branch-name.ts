// Names of the branches that changes go to, by the rules of claude-code-action (src/utils/branch-template.ts there): a
// template with the same variables, or prefix, kind, number and time. The time is that of the event, so that a job that is
// run again arrives at the branch of its first try.
import { AirlockError } from '../ports/errors.ts'
import { isBranchName } from '../request/github-request.ts'

export interface BranchFacts {
  readonly template: string
  readonly prefix: string
  /** `issue`, `pr`, or `run` for what is about neither. */
  readonly entityType: string
  readonly entityNumber: string
  /** ISO 8601. */
  readonly time: string
  readonly sha: string
  readonly labels: readonly string[]
  readonly title: string
}

/** The name by the template, and the plain one for where that is taken by somebody else. Errors: `publish`. */
export function branchNames(facts: BranchFacts): { readonly wanted: string; readonly plain: string } {
  const { prefix, entityType, entityNumber, template } = facts
  const timestamp = stamp(facts.time)
  const plain = `${prefix}${entityType}-${entityNumber}-${timestamp}`.toLowerCase().slice(0, 50)
  const values: Readonly<Record<string, string>> = {
    ...{ prefix, entityType, entityNumber, timestamp },
    sha: facts.sha.slice(0, 8),
    label: words(facts.labels[0] ?? '', '-') || entityType,
    description: words(facts.title.trim().split(/\s+/).slice(0, 5).join('-'), ''),
  }
  const filled = template
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? '')
    .replaceAll(/\/+/g, '/')
    .replaceAll(/^\/|\/$/g, '')
  return { wanted: valid(filled.trim() === '' ? plain : filled), plain: valid(plain) }
}

// `YYYYMMDD-HHMM`, as claude-code-action has it on a runner, whose clock is UTC.
function stamp(time: string): string {
  const digits = new Date(time).toISOString().replaceAll(/\D/g, '')
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}`
}

const words = (text: string, instead: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, instead)
    .replaceAll(/-+/g, '-')
    .replaceAll(/^-|-$/g, '')

function valid(name: string): string {
  if (isBranchName(name)) return name
  throw new AirlockError('publish', `${JSON.stringify(name)} can't be a branch's name`, {
    next: 'Change branch_name_template or branch_prefix.',
  })
}

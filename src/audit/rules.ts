// All rules of the audit, in the order of their numbers.
import type { Rule } from './rule.ts'
import { BUILD } from './rules/build.ts'
import { DIFFERENCES } from './rules/differences.ts'
import { DOCKERFILES } from './rules/dockerfiles.ts'
import { FEATURES } from './rules/features.ts'
import { FILES } from './rules/files.ts'
import { MOUNTS } from './rules/mounts.ts'
import { NETWORKS } from './rules/networks.ts'
import { PRIVILEGES } from './rules/privileges.ts'
import { REWRITES } from './rules/rewrites.ts'
import { UNKNOWN } from './rules/unknown.ts'

export const RULES: readonly Rule[] = [
  ...PRIVILEGES,
  ...MOUNTS,
  ...FILES,
  ...NETWORKS,
  ...BUILD,
  ...UNKNOWN,
  ...REWRITES,
  ...DOCKERFILES,
  ...FEATURES,
  ...DIFFERENCES,
]

const BY_ID: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]))

/** Undefined for AL000, which is about allowances and no rule. */
export const ruleOf = (id: string): Rule | undefined => BY_ID.get(id)

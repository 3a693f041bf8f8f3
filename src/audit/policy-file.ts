// `.airlock.yml`: what a repository allows on purpose. It is read from the trusted configuration only; what a pull
// request's head or a sandbox wrote into it is content like any other.
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject, isString } from '../config/json.ts'
import { collectProblems, type Problems } from '../config/problems.ts'
import type { Json, SourceDocument } from '../config/resolved-config.ts'
import { parseYaml } from '../config/yaml.ts'
import { AirlockError } from '../ports/errors.ts'
import type { Allowance } from './rule.ts'
import { RULES } from './rules.ts'

export const POLICY_FILE = '.airlock.yml'
const MOST_BYTES = 1024 * 1024

/**
 * @param folder the trusted configuration's: the project's folder, or the base commit's of a pull request
 * @returns nothing without such a file
 * Errors: `input`, with every problem of the file at its line
 */
export async function readPolicyFile(folder: string): Promise<readonly Allowance[]> {
  const text = await textIn(folder)
  if (text === undefined) return []
  const problems = collectProblems()
  const allow = parsePolicyFile(text, problems)
  problems.throwIfAny()
  return allow
}

async function textIn(folder: string): Promise<string | undefined> {
  const path = join(folder, POLICY_FILE)
  const found = await lstat(path).catch(() => undefined)
  if (!found) return nameless(folder)
  // A link could lead to a file that nobody reviewed.
  if (!found.isFile()) throw new AirlockError('input', `${POLICY_FILE} is not a file`, { where: POLICY_FILE })
  if (found.size > MOST_BYTES) throw new AirlockError('input', `${POLICY_FILE} is larger than 1 MiB`)
  return readFile(path, 'utf8')
}

// Allowances that are never read would be looked for in vain.
async function nameless(folder: string): Promise<undefined> {
  const other = '.airlock.yaml'
  const found = await lstat(join(folder, other)).catch(() => undefined)
  if (found) throw new AirlockError('input', `${other} is not read`, { next: `Rename it to ${POLICY_FILE}.` })
}

/** What is wrong goes to `problems`, each with line and column. */
export function parsePolicyFile(text: string, problems: Problems): readonly Allowance[] {
  const document = parseYaml(text, POLICY_FILE, problems)
  if (!document) return []
  for (const key of Object.keys(document.value)) {
    if (key !== 'allow') problems.add(`there is no key "${key}"`, document.locate([key]), 'The one key is `allow`.')
  }
  const { allow = [] } = document.value
  if (!Array.isArray(allow)) {
    problems.add('"allow" must be a list', document.locate(['allow']), EXAMPLE)
    return []
  }
  return allow.flatMap((entry, index) => allowanceOf(entry, index, document, problems))
}

const EXAMPLE = 'Write each as: - { rule: AL103, reason: why it is all right here }'

function allowanceOf(entry: Json, index: number, { locate }: SourceDocument, problems: Problems): readonly Allowance[] {
  const at = (key?: string) => locate(key === undefined ? ['allow', index] : ['allow', index, key])
  if (!isObject(entry)) {
    problems.add('an entry of "allow" must have a rule and a reason', at(), EXAMPLE)
    return []
  }
  for (const key of Object.keys(entry)) {
    if (!['rule', 'reason'].includes(key)) problems.add(`there is no key "${key}"`, at(key), EXAMPLE)
  }
  const { rule, reason } = entry
  if (!isString(rule)) problems.add('"rule" is missing', at('rule'), EXAMPLE)
  else if (!RULES.some(({ id }) => id === rule)) problems.add(`there is no rule "${rule}"`, at('rule'))
  if (!isString(reason) || reason.trim() === '') {
    problems.add(`the reason is missing${isString(rule) ? ` for ${rule}` : ''}`, at('reason'), EXAMPLE)
    return []
  }
  return isString(rule) ? [{ rule, reason: reason.trim(), source: at() }] : []
}

// What is let out, looked at, protected and accepted: domains, presets, globs and allowed findings.
import picomatch from 'picomatch'
import { RULES } from '../audit/rules.ts'
import { readAllowedDomain } from '../gateway/domains.ts'
import { PRESETS } from '../gateway/presets.ts'
import type { Findings, Given } from './given.ts'
import { suggestion } from './nearest.ts'
import type { RunRequest } from './run-request.ts'

export function parseDomains(given: Given, findings: Findings): readonly string[] {
  const domains = given.list('allowed_domains')
  for (const domain of domains) {
    const read = readAllowedDomain(domain)
    if (typeof read === 'string') findings.problem(`${given.spell('allowed_domains')}: ${read}`)
  }
  return domains
}

export function parsePresets(given: Given, findings: Findings): readonly string[] {
  const names = Object.keys(PRESETS)
  const presets = given.list('egress_presets')
  for (const preset of presets) {
    if (names.includes(preset)) continue
    const meant = suggestion(preset, names)
    findings.problem(
      `${given.spell('egress_presets')}: there is no preset "${preset}"${meant} (there are: ${names.join(', ')})`,
    )
  }
  return presets
}

/** @param negatable whether `!glob` means something here */
export function parseGlobs(name: string, negatable: boolean, given: Given, findings: Findings): readonly string[] {
  const globs = given.list(name)
  for (const glob of globs) {
    const wrong = wrongGlob(glob, negatable)
    if (wrong) findings.problem(`${given.spell(name)}: "${glob}" ${wrong}`)
  }
  return globs
}

function wrongGlob(glob: string, negatable: boolean): string | undefined {
  if (glob.startsWith('!') && !negatable) return "can't start with ! here"
  const bare = glob.replace(/^!/, '')
  if (bare.startsWith('/') || /^[a-z]:/i.test(bare)) return "must be relative to the project's folder"
  if (bare.split('/').includes('..')) return "must stay in the project's folder"
  if (bare.includes('\0') || bare.length > 4096) return 'is no path'
  if (!balanced(bare)) return 'has a bracket or brace that is never closed'
  try {
    picomatch.makeRe(bare, { dot: true, strictBrackets: true })
    return undefined
  } catch (error) {
    return `is no glob (${error instanceof Error ? error.message : String(error)})`
  }
}

// picomatch takes an open brace or bracket for a letter, and the glob would silently match nothing.
function balanced(glob: string): boolean {
  const open: string[] = []
  const pairs: Readonly<Record<string, string>> = { ']': '[', '}': '{', ')': '(' }
  for (const letter of glob.replaceAll(/\\./g, '')) {
    if ('[{('.includes(letter)) open.push(letter)
    else if (letter in pairs && open.pop() !== pairs[letter]) return false
  }
  return open.length === 0
}

export function parseAllow(given: Given, findings: Findings): RunRequest['allow'] {
  const ids = RULES.map((rule) => rule.id)
  return given.list('allow').map((line) => {
    const [, rule = line, reason = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    if (!ids.includes(rule)) {
      findings.problem(`${given.spell('allow')}: there is no rule "${rule}"${suggestion(rule, ids)}`)
    } else if (reason.trim() === '') {
      findings.problem(`${given.spell('allow')}: ${rule} lacks its reason; write "${rule} why it is all right here"`)
    }
    return { rule, reason: reason.trim() }
  })
}

// Findings as SARIF 2.1.0, the part of it that GitHub's code scanning reads:
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
import { createHash } from 'node:crypto'
import { ruleLink } from '../audit/docs-link.ts'
import type { Finding, Severity } from '../audit/finding.ts'
import type { Rule } from '../audit/rule.ts'
import { RULES } from '../audit/rules.ts'
import type { Examined } from './examined.ts'
import { plainLine } from './plain-text.ts'

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
const HOME = 'https://github.com/airlock-run/airlock'

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  refuse: 'error',
  warn: 'warning',
  rewrite: 'note',
}

/** @param version of airlock */
export function sarif(examined: Examined, version: string): object {
  const { findings, unseen } = examined
  // GitHub counts results that are equal but for their place by this.
  const seen = new Map<string, number>()
  // AL000 is about allowances and no rule: it is nothing that a file of the project has to change for.
  const results = findings.filter(({ rule }) => INDEX.has(rule)).map((finding) => result(finding, examined, seen))
  const notifications = unseen.map((text) => ({
    level: 'note',
    message: { text: `not looked at: ${plainLine(text)}` },
  }))
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            ...{ name: 'Airlock', semanticVersion: version, informationUri: HOME },
            rules: RULES.map(descriptor),
          },
        },
        automationDetails: { id: `airlock-audit/${examined.prefix}` },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  }
}

const INDEX: ReadonlyMap<string, number> = new Map(RULES.map(({ id }, index) => [id, index]))

function descriptor({ id, title, severity, promise, reason, remedy }: Rule): object {
  const help = `Why: ${reason}. What to do: ${remedy}`
  return {
    id,
    name: title,
    shortDescription: { text: title },
    fullDescription: { text: `${title}: ${reason}.` },
    helpUri: ruleLink(id),
    help: { text: help, markdown: `**Why:** ${reason}.\n\n**What to do:** ${remedy}\n\n[More](${ruleLink(id)})` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: ['security', 'devcontainer', 'docker', `promise-${promise}`],
      precision: 'very-high',
      ...(severity === 'refuse' ? { 'security-severity': promise <= 2 ? '8.8' : '7.0' } : {}),
    },
  }
}

function result(finding: Finding, { files, prefix }: Examined, seen: Map<string, number>): object {
  const { rule, severity, message, source, allowed } = finding
  const file = isFile(finding) ? source.file : (files[0] ?? '.devcontainer/devcontainer.json')
  const uri = encodeURI(`${prefix}${file}`)
  const fingerprint = hashOf(rule, uri, message)
  const count = (seen.get(fingerprint) ?? 0) + 1
  seen.set(fingerprint, count)
  const { line = 1, column = 1 } = source
  return {
    ruleId: rule,
    ruleIndex: INDEX.get(rule),
    level: allowed === undefined ? LEVELS[severity] : 'note',
    message: { text: sentence(finding) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri, uriBaseId: '%SRCROOT%' },
          region: { startLine: line, startColumn: column, endLine: line, endColumn: column + 1 },
        },
      },
    ],
    partialFingerprints: { primaryLocationLineHash: `${fingerprint}:${count}` },
    ...(allowed === undefined
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: plainLine(allowed) }] }),
  }
}

// By what is found and not by its line, so that an alert stays the same one when lines are added above it.
const hashOf = (...parts: readonly string[]) => createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16)

const isFile = ({ source }: Finding) => source.line !== undefined

/** Brackets would be links in a message of SARIF. */
function sentence({ message, reason, remedy, severity }: Finding): string {
  const text = plainLine(message).replaceAll(/[[\]]/g, '\\$&')
  return severity === 'rewrite' ? `${text}. Why: ${reason}.` : `${text}. Why: ${reason}. What to do: ${remedy}`
}

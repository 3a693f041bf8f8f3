// A review's findings as SARIF 2.1.0, for code scanning or an editor.
import { createHash } from 'node:crypto'
import type { Review, Severity } from '../github/review.ts'
import { plainLine, plainText } from './plain-text.ts'

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  high: 'error',
  medium: 'warning',
  low: 'note',
  nit: 'note',
}

export function reviewSarif({ findings }: Review): object {
  const rules = (['high', 'medium', 'low', 'nit'] as const).map((severity) => ({
    id: `review-${severity}`,
    shortDescription: { text: `A finding of Claude's review: ${severity}` },
    defaultConfiguration: { level: LEVELS[severity] },
  }))
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Airlock review', rules } },
        automationDetails: { id: 'airlock-review/' },
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ path, startLine, endLine, severity, confidence, title, body }) => ({
          ruleId: `review-${severity}`,
          ruleIndex: rules.findIndex(({ id }) => id === `review-${severity}`),
          level: LEVELS[severity],
          // Brackets would be links in a message of SARIF.
          message: { text: `${plainLine(title)}\n\n${plainText(body)}`.replaceAll(/[[\]]/g, '\\$&') },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(plainLine(path)), uriBaseId: '%SRCROOT%' },
                region: { startLine, endLine },
              },
            },
          ],
          partialFingerprints: { primaryLocationLineHash: hash(path, title) },
          properties: { confidence },
        })),
      },
    ],
  }
}

const hash = (path: string, title: string) =>
  createHash('sha256').update(`${path}\0${title}`).digest('hex').slice(0, 16)

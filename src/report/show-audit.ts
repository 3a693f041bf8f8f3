// The result of `airlock audit` in the form that was asked for.
import { auditMarkdown } from './audit-markdown.ts'
import { auditText } from './audit-text.ts'
import { auditJson, type Examined } from './examined.ts'
import { safeJson } from './json.ts'
import { sarif } from './sarif.ts'

/** @param version of airlock */
export function showAudit(
  examined: Examined,
  format: 'text' | 'json' | 'sarif' | 'markdown',
  version: string,
  colour: boolean,
): string {
  switch (format) {
    case 'text':
      return auditText(examined, colour)
    case 'json':
      return `${safeJson(auditJson(examined))}\n`
    case 'sarif':
      return `${safeJson(sarif(examined, version))}\n`
    case 'markdown':
      return auditMarkdown(examined)
  }
}

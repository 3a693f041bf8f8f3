// What `airlock audit` says at a terminal.
import { styleText } from 'node:util'
import { formatFindings } from '../audit/format.ts'
import { countKinds, kindsOf } from '../audit/kinds.ts'
import type { Examined } from './examined.ts'
import { plainLine } from './plain-text.ts'

type Style = Parameters<typeof styleText>[0]

export function auditText({ findings, files, unseen, notes }: Examined, colour: boolean): string {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text)
  const kinds = kindsOf(findings)
  const headline = `${kinds.refused.length > 0 ? '✗' : '✓'} ${countKinds(kinds)}`
  const section = (style: Style, title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', paint(style, title), ...lines.map((line) => `  ${plainLine(line)}`)]
  const lines = [
    paint(['bold', kinds.refused.length > 0 ? 'red' : 'green'], headline),
    ...section(['bold', 'red'], 'Refused: a run stops at these', formatFindings(kinds.refused)),
    ...section(['bold', 'yellow'], 'Allowed on purpose', formatFindings(kinds.allowed)),
    ...section(['bold', 'yellow'], 'Warnings', formatFindings(kinds.warnings)),
    ...section('bold', 'Changed: the sandbox does these in another way', formatFindings(kinds.changed)),
    ...section('bold', 'Not looked at', unseen),
    ...section('bold', 'Notes', notes),
    ...section('dim', 'Read', files),
  ]
  return `${lines.join('\n')}\n`
}

// Markdown of texts that nobody vouches for. Inside a table or a line every sign becomes an entity, so that none can
// start a link, an image, a mention or a tag; in a block only HTML's own signs have to.
import { cut, plainLine, plainText } from './plain-text.ts'

/** On one line, in a code font; `longest` counts characters. */
export function code(text: string, longest = 300): string {
  return `<code>${inline(text, longest)}</code>`
}

/** On one line, as running text. */
export function inline(text: string, longest = 500): string {
  return [...cut(plainLine(text), longest)]
    .map((sign) => (/[\p{L}\p{N} ]/u.test(sign) ? sign : `&#${sign.codePointAt(0)};`))
    .join('')
}

/** Several lines as they are, wrapped at `width`; HTML's blocks of this kind hold no markdown. */
export function block(text: string, longest = 20_000, width = 120): string {
  const escaped = cut(plainText(text), longest, '\n…')
    .trim()
    .split('\n')
    .flatMap((line) => wrap(line, width))
    .map(escapeHtml)
  return `<pre>\n${escaped.join('\n')}\n</pre>`
}

function escapeHtml(line: string): string {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function wrap(line: string, width: number): readonly string[] {
  const lines: string[] = []
  let rest = line
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const at = space > width / 2 ? space : width
    lines.push(rest.slice(0, at))
    rest = rest.slice(at).trimStart()
  }
  return [...lines, rest]
}

/** Cells are markdown already; rows beyond `most` are counted, not shown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], most = 100): string {
  const shown = rows.slice(0, most).map((row) => `| ${row.join(' | ')} |`)
  const more = rows.length > most ? [`\n… and ${rows.length - most} more`] : []
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...shown, ...more].join('\n')
}

export function details(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`
}

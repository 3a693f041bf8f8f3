// Draws a terminal's recorded output as an SVG: `script -qec 'npm run demo' demo.log && node test/demo/picture.ts demo.log`
// writes it to standard output. A second argument is the picture's title. Colours and bold are kept, everything else of the terminal's language is dropped.
import { readFileSync } from 'node:fs'
import { argv, stdout } from 'node:process'
import { stripVTControlCharacters } from 'node:util'

const COLUMNS = 124
const LINE = 17
const CHARACTER = 7.83
const COLOURS: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  36: '#79c0ff',
}

interface Run {
  readonly text: string
  readonly codes: ReadonlySet<number>
}

/** Pieces of a line with the codes (SGR) in force. */
function runs(line: string): readonly Run[] {
  const pieces: Run[] = []
  let codes = new Set<number>()
  for (const part of line.split(/(\x1b\[[\d;]*m)/)) {
    const sgr = /^\x1b\[([\d;]*)m$/.exec(part)?.[1]
    if (sgr === undefined) {
      const text = stripVTControlCharacters(part)
      if (text !== '') pieces.push({ text, codes: new Set(codes) })
      continue
    }
    for (const code of sgr.split(';').map(Number)) codes = after(codes, code)
  }
  return pieces
}

function after(codes: ReadonlySet<number>, code: number): Set<number> {
  if (code === 0) return new Set()
  const isColour = (one: number) => one >= 30 && one <= 37
  const kept = [...codes].filter((one) => {
    if (code === 22) return one !== 1 && one !== 2
    return !((code === 39 || isColour(code)) && isColour(one))
  })
  return new Set(code === 22 || code === 39 ? kept : [...kept, code])
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function span({ text, codes }: Run): string {
  const colour = [...codes].map((code) => COLOURS[code]).find(Boolean) ?? (codes.has(2) ? '#8b949e' : undefined)
  const style = [colour ? `fill="${colour}"` : '', codes.has(1) ? 'font-weight="bold"' : ''].filter(Boolean).join(' ')
  return style === '' ? escaped(text) : `<tspan ${style}>${escaped(text)}</tspan>`
}

function wrapped(pieces: readonly Run[]): readonly (readonly Run[])[] {
  const lines: Run[][] = [[]]
  let column = 0
  for (const { text, codes } of pieces) {
    for (let rest = text; rest !== ''; ) {
      if (column === COLUMNS) {
        lines.push([])
        column = 0
      }
      const taken = rest.slice(0, COLUMNS - column)
      lines.at(-1)?.push({ text: taken, codes })
      column += taken.length
      rest = rest.slice(taken.length)
    }
  }
  return lines
}

const recorded = readFileSync(argv[2] ?? '', 'utf8')
  .replaceAll('\r', '')
  .trimEnd()
  .split('\n')
const first = recorded.findIndex((line) => line.includes('The model is scripted'))
const last = recorded.findLastIndex((line) => line.includes('Apply the patch with'))
const lines = recorded.slice(Math.max(first, 0), last === -1 ? undefined : last).flatMap((line) => wrapped(runs(line)))
const height = (lines.length + 1) * LINE + 16
const rows = lines.map((line, at) => `<text x="16" y="${(at + 1) * LINE + 12}">${line.map(span).join('')}</text>`)
stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(COLUMNS * CHARACTER) + 32} ${height}" role="img"
  font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="#e6edf3"
  xml:space="preserve">
<title>${escaped(argv[3] ?? 'Output of npm run demo')}</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${rows.join('\n')}
</svg>
`)

// Tells prose from code in markdown that nobody vouches for, and writes it down again so that GitHub can't read it any
// other way: in code nothing is a mention or a link, so who could make us take prose for code would have both.
//
// Fences start at the left edge after an empty line; spans end on their line; every other backtick is escaped. What is
// code inside of lists and quotes counts as prose here: it is cleaned too, and that is all that happens to it.

export type Piece =
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'span'; readonly text: string }
  | { readonly kind: 'fence'; readonly language: string; readonly lines: readonly string[] }

/** `text` has neither control characters nor CR. */
export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const opener = /^ {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$/.exec(line)
    if (!opener) {
      found.push(...spans(at === lines.length - 1 ? line : `${line}\n`))
      continue
    }
    const fence = opener[1] ?? opener[3] ?? ''
    const end = lines.findIndex((other, index) => index > at && closes(other, fence))
    const until = end === -1 ? lines.length : end
    found.push({ kind: 'fence', language: language(opener[2] ?? opener[4] ?? ''), lines: lines.slice(at + 1, until) })
    at = until
  }
  return found
}

function closes(line: string, fence: string): boolean {
  const run = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1] ?? ''
  return run[0] === fence[0] && run.length >= fence.length
}

const language = (info: string) => /^[\w+#.-]{1,30}/.exec(info.trim())?.[0] ?? ''

// CommonMark: a run of backticks is closed by the next run of the same length; a backslash counts outside of spans only.
function spans(line: string): readonly Piece[] {
  const found: Piece[] = []
  let prose = ''
  for (let at = 0; at < line.length; ) {
    const rest = line.slice(at)
    const escaped = /^\\[!-/:-@[-`{-~]/.exec(rest)?.[0]
    const run = /^`+/.exec(rest)?.[0] ?? ''
    if (escaped !== undefined || run === '') {
      const next = escaped ?? String.fromCodePoint(rest.codePointAt(0) ?? 0)
      prose += next
      at += next.length
      continue
    }
    const end = closing(line, at + run.length, run)
    if (end === -1) {
      prose += '\\`'.repeat(run.length)
      at += run.length
    } else {
      found.push({ kind: 'prose', text: prose }, { kind: 'span', text: line.slice(at, end) })
      prose = ''
      at = end
    }
  }
  return [...found, { kind: 'prose', text: prose }]
}

function closing(line: string, from: number, run: string): number {
  for (const match of line.slice(from).matchAll(/`+/g)) {
    if (match[0].length === run.length) return from + match.index + run.length
  }
  return -1
}

/** A fence that nothing in `lines` can end. */
export function fenced(language: string, lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length)))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}${language}`, ...lines, fence].join('\n')
}

// Every text that goes to GitHub passes here. It was written in a sandbox, by a model that has read what strangers wrote.
import { cut, plainLine, plainText } from '../report/plain-text.ts'
import { fenced, type Piece, pieces } from './markdown-pieces.ts'
import { BREAK, MENTION, neutralise } from './prose.ts'
import type { TextPolicy } from './publish-types.ts'
import { redact } from './redact.ts'

export interface Cleaning {
  readonly policy: TextPolicy
  readonly secrets: readonly string[]
}

export interface Cleaned {
  readonly text: string
  /** What was found, each once with how often: `2 × a mention`. Empty when the text is as it was meant. */
  readonly notes: readonly string[]
}

/** GitHub's limit is 65,536; airlock's own lines and markers take the rest. */
export const LONGEST_BODY = 60_000
const CUT = '\n\n… cut here: the whole text is in the job’s output folder.'

/** Markdown for a comment, a review or a pull request. */
export function cleanMarkdown(text: string, cleaning: Cleaning, longest = LONGEST_BODY): Cleaned {
  const plain = redact(plainText(text), cleaning.secrets)
  const found: string[] = Array<string>(plain.found).fill('a secret')
  for (let most = longest; ; most = Math.floor(most * 0.8)) {
    const tooLong = plain.text.length > most
    const notes = [...found, ...(tooLong ? ['a text that was too long'] : [])]
    const clean = write(pieces(cut(plain.text, most, '')), cleaning.policy, notes)
    const whole = tooLong ? `${clean}${CUT}` : clean
    if (whole.length <= longest + CUT.length) return { text: whole, notes: counted(notes) }
  }
}

function write(parts: readonly Piece[], policy: TextPolicy, notes: string[]): string {
  let text = ''
  let prose = ''
  const flush = () => {
    const { text: clean, found } = neutralise(prose, policy)
    notes.push(...found)
    text += clean
    prose = ''
  }
  for (const part of parts) {
    if (part.kind === 'prose') {
      prose += part.text
    } else if (part.kind === 'span') {
      if (mayBeProse(text, prose, part.text) && neutralise(part.text, policy).found.length > 0) {
        prose += part.text.replaceAll('`', '\\`')
      } else {
        flush()
        text += part.text
      }
    } else {
      flush()
      text = `${text.replace(/\n*$/, text === '' ? '' : '\n\n')}${fence(part.language, part.lines, notes)}\n`
    }
  }
  flush()
  return text.trim()
}

// A bar ends a table's cell even inside of a span, and behind a tag there is no markdown until the next empty line.
function mayBeProse(text: string, prose: string, span: string): boolean {
  const from = prose.lastIndexOf('\n\n')
  const paragraph = from === -1 ? text.slice(text.lastIndexOf('\n\n') + 1) + prose : prose.slice(from)
  return span.includes('|') || /<[a-z/]/i.test(paragraph)
}

// What GitHub draws instead of showing it may hold links of its own.
const DRAWN = new Set(['mermaid', 'geojson', 'topojson', 'stl', 'math'])
const COMMAND = /^\s*(?:\/[a-z]|::|##\[)/i

// Bots look for their commands in code too. A suggestion is committed as it stands, so it gives up being one instead.
function fence(asked: string, lines: readonly string[], notes: string[]): string {
  const language = DRAWN.has(asked.toLowerCase()) ? '' : asked
  if (language !== asked) notes.push('a drawing')
  if (!lines.some((line) => COMMAND.test(line))) return fenced(language, lines)
  notes.push('a command')
  const shifted = lines.map((line) => (COMMAND.test(line) ? line.replace(/^(\s*)/, `$1${BREAK}`) : line))
  return fenced(language === 'suggestion' ? '' : language, shifted)
}

/** A title: one line, and no markdown. */
export function cleanTitle(text: string, cleaning: Cleaning, longest = 200): Cleaned {
  const { text: clean, notes } = cleanPlain(plainLine(text).trim(), cleaning)
  return { text: cut(clean, longest), notes }
}

// A line of these in a commit says that CI need not look, or that somebody else vouches for it.
const UNWANTED = [
  /\[(?=(?:skip ci|ci skip|no ci|skip actions|actions skip)\])/gi,
  /^(?=[^\S\n]*skip-checks\s*:)/gim,
  /^(?=(?:signed-off-by|acked-by|reviewed-by|tested-by)\s*:)/gim,
  /^(?=co-authored-by\s*:(?! *claude\b[^\n]*<noreply@anthropic\.com>\s*$))/gim,
]

/** A commit message: plain text, several lines. */
export function cleanPlain(text: string, { policy, secrets }: Cleaning, longest = 20_000): Cleaned {
  const plain = redact(plainText(text), secrets)
  const found: string[] = Array<string>(plain.found).fill('a secret')
  let clean = cut(plain.text, longest).trim()
  for (const pattern of UNWANTED) {
    clean = clean.replaceAll(pattern, (match) => {
      found.push('a trailer or mark')
      return `${match}${BREAK}`
    })
  }
  const words = plainWords(clean, policy)
  return { text: words.text, notes: counted([...found, ...words.found]) }
}

// Commit messages are no markdown, but GitHub looks for names and closing keywords in them all the same.
function plainWords(text: string, policy: TextPolicy): { readonly text: string; readonly found: readonly string[] } {
  const found: string[] = []
  const broken = (what: string, at: number) => (match: string) => {
    found.push(what)
    return match.slice(0, at) + BREAK + match.slice(at)
  }
  const closed = text.replaceAll(
    /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?=[^\p{L}\p{N}#]{1,40}(?:#|gh-\d|[\w.-]+\/[\w.-]+#|https?:\/\/))/giu,
    broken('a closing keyword', 1),
  )
  const named = policy.mentions ? closed : closed.replaceAll(MENTION, broken('a mention', 1))
  return { text: named, found }
}

function counted(found: readonly string[]): readonly string[] {
  return [...new Set(found)].map((what) => {
    const times = found.filter((other) => other === what).length
    return times === 1 ? what : `${times} × ${what}`
  })
}

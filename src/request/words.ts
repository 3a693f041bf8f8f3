// Splits a line as a shell would, without being one: quotes and backslashes count, and nothing is expanded or run.
// `$VAR`, `*`, `|`, `;` and `$(…)` are letters like any other.

/** @returns the words, or a sentence that says what is wrong */
export function splitWords(text: string): readonly string[] | string {
  const scanner = { text: withoutComments(text), at: 0 }
  const words: string[] = []
  for (;;) {
    // White space, and a backslash at the end of a line, which joins it with the next.
    scanner.at += /^(?:\s|\\\n)*/.exec(scanner.text.slice(scanner.at))?.[0].length ?? 0
    if (scanner.at >= scanner.text.length) return words
    const word = readWord(scanner)
    if (typeof word !== 'string') return word.problem
    words.push(word)
  }
}

interface Scanner {
  readonly text: string
  at: number
}

type Word = string | { readonly problem: string }

// Whole lines only, as people write them in a workflow; a `#` in a line is a letter.
function withoutComments(text: string): string {
  return text
    .split(/\r?\n/)
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
}

function readWord(scanner: Scanner): Word {
  let word = ''
  while (scanner.at < scanner.text.length) {
    const letter = scanner.text[scanner.at++] ?? ''
    if (/\s/.test(letter)) return word
    if (letter === "'" || letter === '"') {
      const quoted = readQuoted(scanner, letter)
      if (typeof quoted !== 'string') return quoted
      word += quoted
    } else if (letter === '\\') {
      if (scanner.at >= scanner.text.length) return { problem: 'it ends in a backslash' }
      const escaped = scanner.text[scanner.at++] ?? ''
      if (escaped !== '\n') word += escaped
    } else {
      word += letter
    }
  }
  return word
}

function readQuoted(scanner: Scanner, quote: string): Word {
  const from = scanner.at
  let content = ''
  while (scanner.at < scanner.text.length) {
    const letter = scanner.text[scanner.at++] ?? ''
    if (letter === quote) return content
    const next = scanner.text[scanner.at] ?? ''
    if (letter === '\\' && quote === '"' && /["\\$`\n]/.test(next)) {
      scanner.at++
      if (next !== '\n') content += next
    } else {
      content += letter
    }
  }
  return { problem: `the quote ${quote} before "${scanner.text.slice(from, from + 20)}" is never closed` }
}

// The words of a Dockerfile's line.

export interface Flag {
  readonly name: string
  readonly value: string
}

/** `--mount=type=cache,target=/x apt-get update` → its flags, and what follows them. */
export function splitFlags(text: string): { readonly flags: readonly Flag[]; readonly rest: string } {
  const flags: Flag[] = []
  let rest = text.trimStart()
  while (rest.startsWith('--')) {
    const word = firstWord(rest)
    rest = rest.slice(word.length).trimStart()
    if (word === '--') break
    const plain = unquoted(word)
    const end = plain.indexOf('=')
    flags.push({ name: (end < 0 ? plain : plain.slice(0, end)).slice(2), value: end < 0 ? '' : plain.slice(end + 1) })
  }
  return { flags, rest }
}

export function wordsOf(text: string): readonly string[] {
  const body = text.trim()
  if (body.startsWith('[')) {
    try {
      const list = JSON.parse(body) as unknown
      if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list as string[]
    } catch {
      // Words after all, as the builder takes it too.
    }
  }
  return body.split(/[\t\v\f\r\n ]+/).filter(Boolean)
}

/** The heredocs that a line opens: `<<EOF`, `<<-"EOF"`, `3<<EOF`. */
export function heredocsOf(text: string): readonly { readonly name: string; readonly tabs: boolean }[] {
  const found: { name: string; tabs: boolean }[] = []
  for (let rest = text.trimStart(); rest !== ''; ) {
    const word = firstWord(rest)
    const [, tabs, name] = /^\d*<<(-?)([^<]+)$/s.exec(word) ?? []
    if (name !== undefined && unquoted(name) !== '') found.push({ name: unquoted(name), tabs: tabs === '-' })
    rest = rest.slice(word.length).trimStart()
  }
  return found
}

// Up to white space outside of quotes; a backslash takes the next character as it is.
const firstWord = (text: string) => /^(?:\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|[^\s\\])*/.exec(text)?.[0] || text

const unquoted = (word: string) =>
  word.replaceAll(/\\([\s\S])|'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"/g, (_, one, single, double) => one ?? single ?? double)

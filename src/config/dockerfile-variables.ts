// The values that ARG and ENV have given by a line of a Dockerfile.
import type { Instruction } from './dockerfile.ts'

export interface Variables {
  /** Takes in what an instruction sets. */
  readonly read: (instruction: Instruction) => void
  /** Replaces variables in a text; one whose value can't be known stays as it is. */
  readonly expand: (text: string) => string
}

/** @param args build arguments as configured: they win over defaults */
export function variables(args: Readonly<Record<string, string>>): Variables {
  const values = new Map<string, string>()
  return {
    expand: (text) => expand(text, values),
    read({ keyword, words }) {
      if (keyword !== 'ARG' && keyword !== 'ENV') return
      for (const [name, value] of assignments(words, keyword)) {
        const given = keyword === 'ARG' && Object.hasOwn(args, name) ? args[name] : value
        if (given !== undefined) values.set(name, expand(unquote(given), values))
      }
    },
  }
}

function assignments(words: readonly string[], keyword: string): readonly (readonly [string, string | undefined])[] {
  // `ENV NAME value`, the older form.
  if (keyword === 'ENV' && words[0] !== undefined && !words[0].includes('=')) {
    return [[words[0], words.slice(1).join(' ')]]
  }
  return words.map((word) => {
    const end = word.indexOf('=')
    return end < 0 ? [word, undefined] : [word.slice(0, end), word.slice(end + 1)]
  })
}

// Values that grow by naming each other stop growing here; no address is that long.
const MOST = 4096

const expand = (text: string, values: ReadonlyMap<string, string>) =>
  text
    .replaceAll(/\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^}]*))?\})/g, (whole, plain, braced, operator, other) => {
      const value = values.get(plain ?? braced)
      if (operator?.endsWith('-')) return value || other
      if (operator?.endsWith('+')) return value ? other : ''
      return value ?? whole
    })
    .slice(0, MOST)

const unquote = (text: string) => text.replace(/^(["'])(.*)\1$/s, '$2')

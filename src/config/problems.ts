// Collects everything that is wrong with a project's configuration, so that the user hears of it all at once.
import { AirlockError } from '../ports/errors.ts'
import type { Source } from './resolved-config.ts'

export interface Problems {
  add(message: string, source?: Source, next?: string): void
  /** Throws one `input` error that lists every problem; does nothing when there is none. */
  throwIfAny(): void
}

interface Problem {
  readonly message: string
  readonly source: Source | undefined
  readonly next: string | undefined
}

export function collectProblems(): Problems {
  const found: Problem[] = []
  return {
    add: (message, source, next) => void found.push({ message, source, next }),
    throwIfAny() {
      const [first] = found
      if (first) throw asError(found, first)
    },
  }
}

function asError(found: readonly Problem[], first: Problem): AirlockError {
  const next = [...new Set(found.flatMap((problem) => problem.next ?? []))].join('\n  ') || undefined
  if (found.length === 1) {
    return new AirlockError('input', first.message, { where: first.source && formatSource(first.source), next })
  }
  return new AirlockError('input', `${found.length} problems in the project's configuration`, {
    detail: found.map(line).join('\n'),
    problems: found.map(({ message, source }) => ({ message, where: source && formatSource(source) })),
    next,
  })
}

const line = ({ message, source }: Problem) => (source ? `${formatSource(source)}: ${message}` : message)

/** `file:line:column`, as editors and terminals link it. */
export function formatSource(source: Source): string {
  return [source.file, source.line, source.column].filter((part) => part !== undefined).join(':')
}

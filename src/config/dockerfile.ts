// A Dockerfile's instructions with their lines, read as BuildKit reads them (moby/buildkit, frontend/dockerfile/parser):
// continuations, comments in them, heredocs, flags, and the three spellings of the syntax directive.
import { heredocsOf, splitFlags, wordsOf } from './dockerfile-words.ts'

export interface Instruction {
  /** Upper case; what it does not know, the build refuses. */
  readonly keyword: string
  readonly flags: readonly { readonly name: string; readonly value: string }[]
  /** What follows the flags: the elements of a JSON array, or the words. */
  readonly words: readonly string[]
  readonly line: number
  /** A trigger: it runs in builds on top of this image. */
  readonly onbuild: boolean
}

export interface DockerfileText {
  /** The image that reads the file in the builder's stead. */
  readonly syntax?: { readonly image: string; readonly line: number }
  readonly instructions: readonly Instruction[]
  readonly faults: readonly { readonly message: string; readonly line: number }[]
}

interface Line {
  readonly text: string
  readonly line: number
}

export function parseDockerfile(source: string): DockerfileText {
  const text = source.replace(/^\uFEFF/, '')
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  const { syntax, escapeWith } = directivesOf(text, lines)
  const faults: { message: string; line: number }[] = []
  const instructions: Instruction[] = []
  for (const at = { index: 0 }; at.index < lines.length; ) {
    const logical = nextLine(lines, at, escapeWith, faults)
    if (!logical) continue
    const instruction = instructionOf(logical, faults)
    instructions.push(instruction)
    const body = takeHeredocs(logical, instruction.keyword, lines, at, faults)
    // Whether a line opens a heredoc depends on fine print; what stands in one is judged as if it were the file's own.
    instructions.push(
      ...body.filter((line) => /^\s*(add|run|onbuild)\s/i.test(line.text)).map((line) => instructionOf(line, [])),
    )
  }
  return { ...(syntax ? { syntax } : {}), instructions, faults }
}

function directivesOf(text: string, lines: readonly string[]) {
  const shebang = lines[0]?.startsWith('#!') ? 1 : 0
  const hashes = leading(lines, '#', shebang)
  const found =
    hashes.find(({ key }) => key === 'syntax') ?? leading(lines, '//', shebang).find(({ key }) => key === 'syntax')
  const syntax = found ? { image: found.value.split(' ')[0] as string, line: found.line } : syntaxOfJson(text)
  return { syntax, escapeWith: hashes.find(({ key }) => key === 'escape')?.value === '`' ? '`' : '\\' }
}

function leading(lines: readonly string[], comment: string, from: number) {
  const found: { key: string; value: string; line: number }[] = []
  for (let index = from; index < lines.length; index += 1) {
    const line = (lines[index] as string).trimStart()
    const match = line.startsWith(comment)
      ? /^([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line.slice(comment.length).trimStart())
      : null
    const key = match?.[1]?.toLowerCase() ?? ''
    if (!['syntax', 'escape', 'check'].includes(key)) break
    found.push({ key, value: match?.[2] as string, line: index + 1 })
  }
  return found
}

function syntaxOfJson(text: string) {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    const { syntax } = JSON.parse(text)
    return typeof syntax === 'string' ? { image: syntax, line: 1 } : undefined
  } catch {
    return undefined
  }
}

/** The next line with its continuations; undefined for an empty one or a comment. */
function nextLine(
  lines: readonly string[],
  at: { index: number },
  escapeWith: string,
  faults: { message: string; line: number }[],
): Line | undefined {
  const line = at.index + 1
  const first = (lines[at.index++] as string).trimStart()
  if (first === '' || first.startsWith('#')) return undefined
  const parts: string[] = []
  for (let part = first; ; ) {
    const [body, goes] = continued(part, escapeWith)
    if (goes === 'unclear') faults.push({ message: 'builders disagree whether this line goes on', line: at.index })
    parts.push(body)
    if (goes !== 'on') break
    // Comments and empty lines between continued lines don't count.
    while (at.index < lines.length && /^\s*(#.*)?$/.test(lines[at.index] as string)) at.index += 1
    if (at.index >= lines.length) break
    part = lines[at.index++] as string
  }
  return { text: parts.join(''), line }
}

function continued(text: string, escapeWith: string): readonly [string, 'on' | 'ends' | 'unclear'] {
  const bare = text.replace(/[ \t]+$/, '')
  if (!bare.endsWith(escapeWith)) return [text, 'ends']
  // Older releases go on after two escapes, newer ones do not.
  if (bare.endsWith(escapeWith + escapeWith)) return [text, 'unclear']
  return [bare.slice(0, -1), 'on']
}

function instructionOf({ text, line }: Line, faults: { message: string; line: number }[]): Instruction {
  const [, word = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? []
  const keyword = word.toUpperCase()
  // A trigger of a trigger does not exist.
  if (keyword === 'ONBUILD' && !/^onbuild\s/i.test(rest)) {
    return { ...instructionOf({ text: rest, line }, faults), onbuild: true }
  }
  if (!KNOWN.has(keyword)) faults.push({ message: `unknown instruction ${keyword.slice(0, 40)}`, line })
  const { flags, rest: body } = splitFlags(rest)
  return { keyword, flags, words: wordsOf(body), line, onbuild: false }
}

const KNOWN = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
)

/** Moves past the heredocs that a line opens, and returns their lines. */
function takeHeredocs(
  { text, line }: Line,
  keyword: string,
  lines: readonly string[],
  at: { index: number },
  faults: { message: string; line: number }[],
): readonly Line[] {
  if (!['RUN', 'COPY', 'ADD'].includes(keyword)) return []
  const body: Line[] = []
  for (const { name, tabs } of heredocsOf(text)) {
    for (;;) {
      if (at.index >= lines.length) {
        faults.push({ message: `the heredoc ${name.slice(0, 40)} is not closed`, line })
        return body
      }
      const one = lines[at.index++] as string
      if ((tabs ? one.replace(/^\t+/, '') : one) === name) break
      body.push({ text: one, line: at.index })
    }
  }
  return body
}

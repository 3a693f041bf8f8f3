// A run that is watched at a terminal.
import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { plainLine } from '../report/plain-text.ts'
import type { Host } from './host.ts'

export interface TerminalOptions {
  /** Progress goes here; standard output is kept for results. */
  readonly stream: Writable
  readonly colour: boolean
  /** Warnings and errors only. */
  readonly quiet: boolean
}

type Style = Parameters<typeof styleText>[0]

export function terminalHost({ stream, colour, quiet }: TerminalOptions): Host {
  const secrets = new Set<string>()
  const write = (style: Style | undefined, mark: string, line: string) => {
    const text = `${mark}${plainLine(masked(line, secrets))}`
    stream.write(`${colour && style ? styleText(style, text, { validateStream: false }) : text}\n`)
  }
  return {
    info: (line) => {
      if (!quiet) write(undefined, '', line)
    },
    warning: (line) => write('yellow', 'warning: ', line),
    error: (line) => write('red', 'error: ', line),
    section: (title) => {
      if (!quiet) write('bold', '', title)
      return () => {}
    },
    // The bar at the left is airlock's: no line of the sandbox can pass for one of ours.
    untrusted: (line) => {
      if (!quiet) for (const part of line.split('\n')) write('dim', '│ ', part)
    },
    secret: (value) => {
      if (value.length >= SHORTEST_SECRET) secrets.add(value)
    },
  }
}

// A shorter one would blank out half of what is printed, and is no secret anyway.
const SHORTEST_SECRET = 6

function masked(line: string, secrets: ReadonlySet<string>): string {
  let text = line
  for (const secret of secrets) text = text.replaceAll(secret, '***')
  return text
}

/** Whether a stream takes colours: https://no-color.org, FORCE_COLOR, and dumb terminals. */
export function takesColour(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0'
  return stream.isTTY === true && env.TERM !== 'dumb'
}

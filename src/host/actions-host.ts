// A run in a workflow. The runner reads commands from what is printed: what the sandbox wrote stands between
// stop-commands and a token that only this process and the runner know.
import { randomBytes } from 'node:crypto'
import type { Writable } from 'node:stream'
import * as core from '@actions/core'
import { plainLine } from '../report/plain-text.ts'
import type { Host } from './host.ts'

export interface ActionsHost extends Host {
  /** Ends what is open, so that commands work again. */
  close(): void
}

/** @param stream where the runner reads; @actions/core itself always writes to standard output */
export function actionsHost(stream: Writable = process.stdout): ActionsHost {
  let token: string | undefined
  const stop = () => {
    token = randomBytes(16).toString('hex')
    stream.write(`::stop-commands::${token}\n`)
  }
  const resume = () => {
    if (token !== undefined) stream.write(`::${token}::\n`)
    token = undefined
  }
  const command = (act: () => void) => {
    resume()
    act()
  }
  return {
    info: (line) => command(() => void stream.write(`${inert(line)}\n`)),
    warning: (line) => command(() => core.warning(plainLine(line))),
    error: (line) => command(() => core.error(plainLine(line))),
    section: (title) => {
      command(() => core.startGroup(plainLine(title)))
      let open = true
      return () => {
        if (open) command(() => core.endGroup())
        open = false
      }
    },
    untrusted: (line) => {
      if (token === undefined) stop()
      for (const part of line.split('\n')) stream.write(`│ ${inert(part)}\n`)
    },
    secret: (value) => command(() => core.setSecret(value)),
    close: resume,
  }
}

// `::` counts at the start of a line. The older `##[` counts anywhere, and colours the log even where it is stopped.
function inert(line: string): string {
  return plainLine(line)
    .replaceAll('##[', '## [')
    .replace(/^(\s*)::/, '$1: :')
}

// Files that a request names. What can't be read is a problem that names the file and the reason.
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Findings } from './given.ts'

const MOST_BYTES = 4 * 1024 * 1024

/** The text of a file; `what` names where its path was written. */
export function readText(path: string, what: string, findings: Findings): string | undefined {
  try {
    const found = statSync(path)
    if (!found.isFile()) return findings.problem(`${what}: ${path} is not a file`)
    if (found.size > MOST_BYTES) return findings.problem(`${what}: ${path} is larger than 4 MiB`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    return findings.problem(`${what}: ${path} ${reason(error)}`)
  }
}

/** Reports a path that isn't there or isn't a `kind`; returns the absolute path. */
export function existing(
  base: string,
  path: string,
  kind: 'file' | 'folder',
  what: string,
  findings: Findings,
): string {
  const absolute = resolve(base, path)
  try {
    const found = statSync(absolute)
    if (kind === 'file' ? !found.isFile() : !found.isDirectory()) findings.problem(`${what}: ${path} is not a ${kind}`)
  } catch (error) {
    findings.problem(`${what}: ${path} ${reason(error)}`)
  }
  return absolute
}

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'is not readable by this user'
  return `can't be read (${code ?? String(error)})`
}

// How the command line ends.
import type { Writable } from 'node:stream'
import { isRefused } from '../audit/audit.ts'
import type { Finding } from '../audit/finding.ts'
import { AirlockError, EXIT_CODES } from '../ports/errors.ts'
import { plainText } from '../report/plain-text.ts'
import type { RunResult } from '../report/run-result.ts'

/** @param cancelled the code of the signal that cancelled the run */
export function exitCodeOf({ conclusion, error }: RunResult, cancelled: number | undefined): number {
  if (conclusion === 'success') return 0
  if (conclusion === 'cancelled') return cancelled ?? 130
  return error === undefined || error.kind === 'internal' ? 1 : EXIT_CODES[error.kind]
}

/** Warnings and changes are no failure. */
export const exitCodeOfAudit = (findings: readonly Finding[]): number =>
  findings.some(isRefused) ? EXIT_CODES.audit : 0

/** Shows what was thrown and returns the exit code for it. A stack is for faults of airlock's own. */
export function showError(error: unknown, stream: Writable): number {
  const known = error instanceof AirlockError
  const text = known ? error.describe() : error instanceof Error ? (error.stack ?? error.message) : String(error)
  stream.write(`${plainText(text)}\n`)
  return known ? EXIT_CODES[error.kind] : 1
}

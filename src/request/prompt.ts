// The prompt: by value, from a file, or from standard input.
import { resolve } from 'node:path'
import { readText } from './files.ts'
import type { Findings, Given } from './given.ts'

/** @param readStdin reads standard input to its end */
export function parsePrompt(
  given: Given,
  cwd: string,
  readStdin: () => string,
  findings: Findings,
  optional = false,
): string {
  const text = given.text('prompt')
  const file = given.text('prompt_file')?.trim()
  const [direct, byFile] = [given.spell('prompt'), given.spell('prompt_file')]
  if (text !== undefined && file !== undefined) findings.problem(`give ${direct} or ${byFile}, not both`)
  if (text === undefined && file === undefined && !optional)
    findings.problem(`there is no prompt: give ${direct} or ${byFile}`)
  if (text !== undefined) return text
  if (file === undefined) return ''
  const content = file === '-' ? readStdin() : (readText(resolve(cwd, file), byFile, findings) ?? ' ')
  if (content === '') findings.problem(`${byFile}: ${file === '-' ? 'standard input' : file} is empty`)
  return content
}

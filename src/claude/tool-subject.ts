// What a tool call is about, in a few words: the command, the file, the pattern.
import { counted } from '../report/figures.ts'
import { type Fields, list, text } from './fields.ts'

const LONGEST = 160

/** @param folder the folder Claude works in: paths below it are shown relative to it */
export function toolSubject(tool: string, input: Fields, folder: string | undefined): string {
  const path = text(input.file_path) ?? text(input.notebook_path) ?? text(input.path)
  const file = path === undefined ? undefined : oneLine(relativeTo(path, folder), LONGEST)
  switch (tool) {
    case 'Bash':
    case 'PowerShell':
      return oneLine(text(input.command) ?? '', LONGEST)
    case 'Edit':
      return `${file ?? ''} (−${lineCount(input.old_string)} +${lineCount(input.new_string)} lines)`
    case 'MultiEdit':
      return `${file ?? ''} (${list(input.edits).length} edits)`
    case 'Write':
      return `${file ?? ''} (${counted(lineCount(input.content), 'line')})`
    case 'Grep':
    case 'Glob':
      return [oneLine(text(input.pattern) ?? '', LONGEST), file].filter(Boolean).join(' in ')
    default:
      return file ?? oneLine(firstText(input), LONGEST)
  }
}

/** The text on one line, at most `longest` characters. */
export function oneLine(value: string, longest: number): string {
  const flat = value
    .slice(0, longest * 4)
    .replaceAll(/\s+/g, ' ')
    .trim()
  return flat.length > longest || value.length > longest * 4 ? `${flat.slice(0, longest)}…` : flat
}

function firstText(input: Fields): string {
  const known = ['description', 'url', 'query', 'skill', 'prompt', 'command', 'server']
  const named = known.map((key) => text(input[key])).find((value) => value !== undefined)
  return named ?? (Object.keys(input).length === 0 ? '' : JSON.stringify(input))
}

function relativeTo(path: string, folder: string | undefined): string {
  return folder !== undefined && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path
}

function lineCount(value: unknown): number {
  const content = text(value) ?? ''
  return content === '' ? 0 : content.replace(/\n$/, '').split('\n').length
}

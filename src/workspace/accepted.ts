// What the accepted changes make of each path, whole: for GitHub, which takes files and not patches.
import { parseObjects, type RawChange } from './changes.ts'
import type { AcceptedFile } from './patch.ts'

const ABSENT = '000000'

/** Throws where a content is missing or a mode is none that the gate lets pass. */
export function acceptedFiles(
  records: readonly RawChange[],
  contents: Buffer,
  prefix: string,
): readonly AcceptedFile[] {
  const objects = parseObjects(contents)
  return records.flatMap((record): AcceptedFile[] => {
    const { oldMode, oldSha, newMode, newSha, path, oldPath, status } = record
    const old = { oldMode, oldSha }
    const nothing = { oldMode: ABSENT, oldSha: '0'.repeat(oldSha.length) }
    const gone = (at: string): AcceptedFile => ({
      ...{ path: prefix + at, mode: ABSENT, content: Buffer.alloc(0) },
      ...old,
    })
    if (status === 'D') return [gone(path)]
    const content = objects.get(newSha)
    if (!content || !isFileMode(newMode)) throw new Error(`the content of ${path} is missing`)
    const file = { path: prefix + path, mode: newMode, content }
    if (oldPath === undefined) return [{ ...file, ...old }]
    return status === 'R' ? [gone(oldPath), { ...file, ...nothing }] : [{ ...file, ...nothing }]
  })
}

const isFileMode = (mode: string): mode is '100644' | '100755' | '120000' =>
  ['100644', '100755', '120000'].includes(mode)

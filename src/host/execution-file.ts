// The transcript as one JSON array, the form that workflows for claude-code-action read: `jq '.[] | …'`.
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** Copies the lines of `transcript` that are JSON objects into an array in `target`, one line at a time. */
export async function writeExecutionFile(transcript: string, target: string): Promise<void> {
  const output = createWriteStream(target, { mode: 0o600 })
  let separator = '[\n'
  for await (const line of createInterface({
    input: createReadStream(transcript),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (!isObject(line)) continue
    if (!output.write(separator + line)) await once(output, 'drain')
    separator = ',\n'
  }
  output.end(separator === '[\n' ? '[]\n' : '\n]\n')
  await once(output, 'finish')
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

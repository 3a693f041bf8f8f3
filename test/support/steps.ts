// Runs the parts of `npm run check` and `npm test`, each counted as a test of its own where it is a single command.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Count {
  passed: number
  failed: number
}

/** One command, one test: passed when it exits 0. Its output is shown only when it fails. */
export function command(title: string, argv: readonly string[]): Count {
  const started = Date.now()
  const [program = '', ...args] = argv
  const result = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const ok = result.status === 0
  process.stdout.write(`${ok ? '✓' : '✗'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`)
  if (!ok) process.stdout.write(`${result.error?.message ?? ''}${result.stdout}${result.stderr}\n`)
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 }
}

/** The tests of one vitest project. No test at all is a failure. */
export function vitest(project: 'unit' | 'integration' | 'e2e'): Count {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-tests-'))
  try {
    const report = join(folder, 'report.json')
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    spawnSync(execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args], { cwd: ROOT, stdio: 'inherit' })
    const counts = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
      numTotalTests: number
      testResults: { status: string; assertionResults: unknown[] }[]
    }
    // A file that can't be loaded holds no test and must count all the same; so must a test that did not run.
    const broken = counts.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length
    const unrun = counts.numTotalTests - counts.numPassedTests - counts.numFailedTests
    return {
      passed: counts.numPassedTests,
      failed: counts.numFailedTests + broken + unrun + (counts.numTotalTests === 0 ? 1 : 0),
    }
  } catch (error) {
    process.stdout.write(`${project} tests gave no report: ${String(error)}\n`)
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs the parts in order and prints the closing line. Returns the exit code. */
export function total(parts: readonly (() => Count)[]): number {
  const sum: Count = { passed: 0, failed: 0 }
  for (const part of parts) {
    const count = part()
    sum.passed += count.passed
    sum.failed += count.failed
  }
  process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed\n`)
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1
}

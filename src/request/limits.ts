// The limits of a run.
import type { ClaudeArgs } from './claude-args.ts'
import type { Findings, Given } from './given.ts'
import type { Limits } from './run-request.ts'
import { amount, count, size } from './values.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

export function parseLimits(given: Given, claude: ClaudeArgs, findings: Findings): Limits {
  const minutes = amount('timeout_minutes', { least: 0.1, most: 24 * 60 }, given, findings)
  const maxTurns = count('max_turns', { least: 1, most: 10_000 }, given, findings, either('max_turns', claude.maxTurns))
  const maxCostUsd = amount(
    'max_cost_usd',
    { least: 0.001, most: 100_000 },
    given,
    findings,
    either('max_cost_usd', claude.maxCostUsd),
  )
  function either(name: string, inArgs: string | undefined): string | undefined {
    const input = given.text(name)
    if (input !== undefined && inArgs !== undefined && input.trim() !== inArgs) {
      findings.problem(`${given.spell(name)} says ${input} and ${given.spell('claude_args')} says ${inArgs}`)
    }
    return input ?? inArgs
  }
  return {
    timeoutMs: (minutes ?? 0) * 60_000,
    ...(maxTurns === undefined ? {} : { maxTurns }),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    // Claude Code itself takes some 300 MiB.
    memory: size('memory', { least: 512 * MiB, most: 4096 * GiB }, given, findings),
    cpus: amount('cpus', { least: 0.1, most: 1024 }, given, findings) ?? 0,
    // A dozen threads for Claude Code, and room for a shell and a test run.
    pids: count('pids_limit', { least: 64, most: 1_000_000 }, given, findings) ?? 0,
    outputBytes: size('max_output', { least: MiB, most: 4 * GiB }, given, findings),
    patchFiles: count('max_patch_files', { least: 1, most: 1_000_000 }, given, findings) ?? 0,
    patchBytes: size('max_patch_size', { least: 1024, most: 4 * GiB }, given, findings),
  }
}

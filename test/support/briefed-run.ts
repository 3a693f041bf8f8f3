// A run with a briefing, as a run for GitHub has one: the pipeline itself, without the event that it would come from.
import { PassThrough } from 'node:stream'
import { connect } from '../../src/host/connect.ts'
import { terminalHost } from '../../src/host/terminal-host.ts'
import type { RunResult } from '../../src/report/run-result.ts'
import { commandFromArgv } from '../../src/request/from-argv.ts'
import type { Briefing } from '../../src/request/run-request.ts'
import { run } from '../../src/run.ts'
import { npmRegistry, plainEnvironment, TEST_KEY } from './airlock.ts'
import { ROOT } from './steps.ts'

export interface BriefedRun {
  readonly result: RunResult
  /** What a person at the terminal would have seen. */
  readonly output: string
}

export async function briefedRun(
  directory: string,
  outputDir: string,
  options: {
    readonly model: string
    readonly briefing: Briefing | undefined
    readonly args?: readonly string[]
    readonly signal?: AbortSignal
    /** Gets all that was printed so far, each time that there is more. */
    readonly onOutput?: (output: string) => void
  },
): Promise<BriefedRun> {
  const env = { ...plainEnvironment(), ANTHROPIC_BASE_URL: options.model, ANTHROPIC_API_KEY: TEST_KEY }
  const around = { cwd: ROOT, env, readStdin: () => '', outputRoot: outputDir, root: ROOT }
  const flags = ['--output-dir', outputDir, '--claude-npm-registry', npmRegistry(), '--prompt', 'Review this.']
  const command = commandFromArgv(['run', directory, ...flags, ...(options.args ?? [])], around)
  if (command.kind !== 'run') throw new Error('not a run')
  const stream = new PassThrough()
  let output = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
    options.onOutput?.(output)
  })
  const host = terminalHost({ stream, colour: false, quiet: false })
  const request = { ...command.request, ...(options.briefing ? { briefing: options.briefing } : {}) }
  const signal = options.signal ?? new AbortController().signal
  const result = await run(request, { host, signal, ...connect(around) })
  return { result, output }
}

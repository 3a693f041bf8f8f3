// The Docker command line: engine, images, volumes and compose. Everything airlock makes carries the run's label.
import { AirlockError } from './errors.ts'
import type { Child, Completed, Process, RunOptions } from './process.ts'

/** The label that every container, network and volume of a run carries; its value is the run's id. */
export const RUN_LABEL = 'airlock.run'

export interface Docker {
  /** Runs `docker …`; the caller judges the exit code. */
  run(args: readonly string[], options?: RunOptions): Promise<Completed>
  /** Runs `docker …` and throws an engine error that names the command unless it exits 0. Returns stdout, trimmed. */
  expect(doing: string, args: readonly string[], options?: RunOptions): Promise<string>
  /** Starts `docker …` with its streams piped. */
  start(args: readonly string[], options?: RunOptions): Child
}

export function dockerClient(process: Process): Docker {
  return {
    run: (args, options) => process.run('docker', args, options),
    start: (args, options) => process.start('docker', args, options),
    async expect(doing, args, options) {
      const result = await process.run('docker', args, options)
      if (result.exitCode !== 0) throw failed(doing, args, result)
      return result.stdout.toString('utf8').trim()
    },
  }
}

function failed(doing: string, args: readonly string[], result: Completed): AirlockError {
  const detail = lastLines(result.stderr || result.stdout.toString('utf8'), 12)
  const missing = result.exitCode === 127
  const unreachable = /cannot connect to the docker daemon|error during connect|is the docker daemon running/i.test(
    detail,
  )
  return new AirlockError('engine', missing ? 'docker is not installed' : `${doing} failed`, {
    where: `docker ${args.slice(0, 6).join(' ')}${args.length > 6 ? ' …' : ''} (exit code ${result.exitCode})`,
    detail,
    next: missing
      ? 'Install Docker Engine 23.0.11 or newer with Compose 2.24 or newer.'
      : unreachable
        ? 'Start the Docker engine, or point DOCKER_HOST at one that runs.'
        : undefined,
  })
}

/** The last lines of a text, without terminal control sequences. */
export function lastLines(text: string, count: number): string {
  return text
    .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .trim()
    .split(/\r?\n/)
    .slice(-count)
    .join('\n')
}

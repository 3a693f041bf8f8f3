// Small process runner for the preparation scripts, which run on the machine's own Node (20 or newer) before any
// dependency is installed.
import { spawnSync } from 'node:child_process'

/** Runs a command; throws with its last output unless it exits 0. Returns its standard output, trimmed. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    ...options,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...options.env },
  })
  if (result.error) throw new Error(`${command}: ${result.error.message}`)
  if (result.status !== 0) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(0, 40).join('\n')
    throw new Error(`${command} ${args.join(' ')}: exit code ${result.status}\n${output}`)
  }
  return (result.stdout ?? '').trim()
}

/** The same, but a failure is an answer: undefined. */
export function ask(command, args, options) {
  try {
    return run(command, args, options)
  } catch {
    return undefined
  }
}

/** Prints one line a step, with how long it took when it was done. */
export function step(title, work) {
  const started = Date.now()
  process.stderr.write(`• ${title} …\n`)
  const result = work()
  process.stderr.write(`  done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
  return result
}

// Looks for secrets wherever a sandbox could have them: in it as root, and in what the engine tells of it.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { docker, runObjects } from './engine-state.ts'

// Environments and command lines of every process, and every file of every mounted file system.
// Processes are read before any needle is on a command line, or the search would find itself.
const search = (
  files: string,
) => `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' > /dev/shm/processes
readarray -t needles
for s in "\${needles[@]}"; do
  grep -F -c -- "$s" /dev/shm/processes
  ${files} 2>/dev/null | head -5 || true
done
rm /dev/shm/processes`

const EVERY_FILE = 'grep -r -l -F --exclude-dir=proc --exclude-dir=sys -- "$s" /'
// What holds a secret that was made then has changed since.
const changedSince = (seconds: number) =>
  `find / \\( -path /proc -o -path /sys \\) -prune -o -type f -newerct @${seconds} -print0 | xargs -0r grep -l -F -- "$s"`

/**
 * A line with the number of processes' lines that have it, for each needle, and the files that do below it.
 * @param since seconds of the epoch: the needles did not exist before
 */
export function searchInside(container: string, needles: readonly string[], since?: number): Promise<string> {
  const script = search(since === undefined ? EVERY_FILE : changedSince(since))
  return dockerInput(`${needles.join('\n')}\n`, 'exec', '-i', '-u', '0', container, 'bash', '-c', script)
}

// Not synchronous: the stand-ins live in this process and have to answer meanwhile.
export async function dockerInput(input: string, ...args: string[]): Promise<string> {
  const child = spawn('docker', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(input)
  return (await text(child.stdout)).trim()
}

/** Where one of the needles can be seen. */
export function searchOutside(runId: string, needles: readonly string[]): readonly string[] {
  const ids = docker('ps', '-aq', '--filter', `label=airlock.run=${runId}`).split('\n')
  const images = docker('inspect', '--format', '{{.Image}}', ...ids).split('\n')
  const texts: [string, string][] = [
    ['docker inspect', docker('inspect', ...ids)],
    ['image history', images.map((image) => docker('history', '--no-trunc', image)).join('\n')],
    ['image inspect', docker('image', 'inspect', ...images)],
    ['container logs', ids.map((id) => docker('logs', id)).join('\n')],
    ['networks', docker('network', 'inspect', ...runObjects(runId).networks)],
    ['volumes', docker('volume', 'inspect', ...runObjects(runId).volumes)],
    ['process list', processList()],
  ]
  return texts.filter(([, text]) => needles.some((needle) => text.includes(needle))).map(([where]) => where)
}

const processList = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
    .join('\n')

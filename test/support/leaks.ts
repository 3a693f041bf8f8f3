// A search for texts that must be nowhere: as root in a container, and in all that the engine and the machine tell.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { docker, runObjects } from './engine-state.ts'

// Environments and command lines of every process, and every file of every mounted file system.
// Processes are read before any needle is on a command line, or the search would find itself.
const SEARCH = `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' > /dev/shm/processes
readarray -t needles
for s in "\${needles[@]}"; do
  grep -F -c -- "$s" /dev/shm/processes
  grep -r -l -F --exclude-dir=proc --exclude-dir=sys -- "$s" / 2>/dev/null | head -5 || true
done
rm /dev/shm/processes`

/** For each needle the number of lines with it in processes, and up to five files that hold it. */
export function searchInside(container: string, needles: readonly string[]): Promise<string> {
  return dockerInput(`${needles.join('\n')}\n`, 'exec', '-i', '-u', '0', container, 'bash', '-c', SEARCH)
}

// Not synchronous: the model's stand-in lives in this process and has to answer meanwhile.
export async function dockerInput(input: string, ...args: string[]): Promise<string> {
  const child = spawn('docker', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(input)
  return (await text(child.stdout)).trim()
}

/** The places outside of a run's containers that have one of the needles. */
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
  return texts.filter(([, said]) => needles.some((needle) => said.includes(needle))).map(([where]) => where)
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

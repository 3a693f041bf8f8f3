// Which process a run belongs to, so that a sweep can tell a run that goes on from one that was killed.
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { kill, pid } from 'node:process'

/** This process, as `host pid start`. */
export const thisProcess = () => `${hostname()} ${pid} ${startOf(pid)}`

/** Whether the process is still there; undefined where this machine can't know. */
export function isRunning(owner: string): boolean | undefined {
  const [, host, number, start] = /^(\S+) (\d+) (\S+)$/.exec(owner) ?? []
  if (host !== hostname()) return undefined
  try {
    kill(Number(number), 0)
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return startOf(Number(number)) === start
}

// Numbers of processes are used again, their start is not: in ticks since the machine's (proc(5), the 22nd field of stat;
// the second, a name in brackets, may hold anything). Other systems than Linux go by the number alone.
function startOf(number: number): string {
  try {
    const stat = readFileSync(`/proc/${number}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  } catch {
    return '-'
  }
}

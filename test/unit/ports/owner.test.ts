import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { isRunning, thisProcess } from '../../../src/ports/owner.ts'

const ended = () => `${hostname()} ${spawnSync(process.execPath, ['-e', '0']).pid} 1`
const [, , start] = thisProcess().split(' ')

test.each([
  ['this process', thisProcess(), true],
  ['one that has ended', ended(), false],
  ['one whose number another has now', `${hostname()} ${process.pid} 1`, false],
  ['one whose start another has', `${hostname()} ${process.ppid} ${start}`, false],
  ['one of another machine', 'elsewhere 1 1', undefined],
  ['nobody', '', undefined],
])('%s', (_, owner, running) => expect(isRunning(owner)).toBe(running))

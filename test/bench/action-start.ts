// The Action's own start: dist loaded, inputs parsed and refused, against a Node that does nothing.
import { join } from 'node:path'
import { execPath } from 'node:process'
import { plainEnvironment, startProcess } from '../support/airlock.ts'
import { ROOT } from '../support/steps.ts'
import { alternate, type Row } from './row.ts'

const timed = async (argv: readonly string[], env: Record<string, string>) => {
  const started = performance.now()
  await startProcess(argv, { ...plainEnvironment(), ...env }).done
  return performance.now() - started
}

export async function benchActionStart(): Promise<readonly Row[]> {
  // Without a credential it ends where a run would begin.
  const action = () => timed([execPath, join(ROOT, 'dist/action.cjs')], { INPUT_PROMPT: 'x', GITHUB_WORKSPACE: ROOT })
  const nothing = () => timed([execPath, '-e', '0'], {})
  await action()
  const [ms, comparedMs] = await alternate(15, action, nothing)
  return [
    {
      ...{ what: 'the Action’s own start', comparedWith: 'node -e 0', ms, comparedMs, ratio: ms / comparedMs },
      ...{ budget: '+ 80 ms', kept: ms - comparedMs <= 80 },
    },
  ]
}

// The Action's own start: dist loaded, inputs parsed and refused, against a Node that does nothing.
import { join } from 'node:path'
import { execPath } from 'node:process'
import { plainEnvironment, startProcess } from '../support/airlock.ts'
import { ROOT } from '../support/steps.ts'
import { alternate, type Row, timed, timeRow } from './row.ts'

export async function benchActionStart(): Promise<readonly Row[]> {
  const start = (argv: readonly string[], env: Record<string, string>) =>
    timed(() => startProcess(argv, { ...plainEnvironment(), ...env }).done)
  // Without a credential it ends where a run would begin.
  const action = () => start([execPath, join(ROOT, 'dist/action.cjs')], { INPUT_PROMPT: 'x', GITHUB_WORKSPACE: ROOT })
  await action()
  const ms = await alternate(15, action, () => start([execPath, '-e', '0'], {}))
  const comparison = { what: 'the Action’s own start', comparedWith: 'node -e 0', ms }
  return [timeRow(comparison, '+ 80 ms', (one, other) => one - other <= 80)]
}

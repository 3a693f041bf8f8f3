// `npm run demo`, as the README says it, and what it shows.
import { readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { plainEnvironment, startProcess } from '../support/airlock.ts'
import { cloneOf } from '../support/projects.ts'
import { ROOT } from '../support/steps.ts'

test('the demo finds and mends the bug, and leaves everything as it was', async () => {
  const ended = await startProcess(['npm', 'run', 'demo'], plainEnvironment()).done
  const shown = stripVTControlCharacters(ended.stdout + ended.stderr)
  expect(ended.exitCode, shown).toBe(0)
  expect(shown).toMatch(
    /16 runs, 27 assertions, 1 failures, 0 errors[\s\S]+16 runs, 27 assertions, 0 failures, 0 errors/,
  )
  expect(shown).toMatch(/✓ way in {2}db +db:5432 +open/)
  expect(shown).toMatch(/✓ way out the host .*closed/)
  expect(shown).not.toContain('✗ way')
  for (const what of ['checkout', 'containers', 'networks', 'volumes']) expect(shown).toContain(`${what}: as before`)
  expect(shown).toMatch(/Claude's first request to the model came \d/)

  const patch = /Apply the patch with: git apply (\S+)/.exec(shown)?.[1] ?? ''
  using clone = cloneOf(ROOT)
  clone.git('apply', patch)
  expect(clone.git('status', '--porcelain')).toBe(' M examples/orders/lib/orders/store.rb\n')
  expect(readFileSync(`${clone.directory}/examples/orders/lib/orders/store.rb`, 'utf8')).toMatch(
    /SQL\n {6}@totals\.forget\(order_id\)\n {4}end/,
  )
  rmSync(dirname(patch), { recursive: true })
})

// No rule without cases: one that it catches, and the like that passes.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { RULES } from '../../../src/audit/rules.ts'

const FOLDERS = ['../../unit/audit', '../../integration/config'].map((path) => new URL(`${path}/`, import.meta.url))

it.each(RULES.map(({ id }) => id))('%s is tested', (id) => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /(rules|rewrites|cases|files)(\.test)?\.ts$/.test(name) && name !== 'cases.test.ts')
      .map((name) => readFileSync(new URL(name, folder), 'utf8')),
  )
  expect(files.filter((text) => new RegExp(`['\`]${id}\\b`).test(text)).length).toBeGreaterThan(0)
})

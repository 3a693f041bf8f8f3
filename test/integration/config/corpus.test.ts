// Ordinary projects of many kinds, and the share of them that passes.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { corpus, corpusPage, judgeAll, mended, PAGE } from '../../support/corpus.ts'

const setups = corpus()

it('has at least sixty setups, each of its own name and modelled on a repository', () => {
  expect(setups.length).toBeGreaterThanOrEqual(60)
  expect(new Set(setups.map(({ name }) => name)).size).toBe(setups.length)
  for (const { like } of setups) expect(like).toMatch(/^[\w.-]+\/[\w.-]+( .*)?$/)
})

it('passes in nine of ten, each refusal has its reason, and docs/corpus.md says so', async () => {
  const judged = await judgeAll(setups)
  const refused = judged.filter(({ verdict }) => verdict === 'refused')
  expect(1 - refused.length / judged.length).toBeGreaterThanOrEqual(0.9)
  expect(refused.filter(({ why, mended }) => !why || !mended).map(({ name }) => name)).toEqual([])
  // A reason that is no longer needed would be a wrong statement.
  expect(judged.filter(({ why, verdict }) => why && verdict !== 'refused').map(({ name }) => name)).toEqual([])
  expect(readFileSync(PAGE, 'utf8')).toBe(corpusPage(judged))
  const again = await judgeAll(refused.map(mended))
  expect(again.filter(({ verdict }) => verdict === 'refused').map(({ name }) => name)).toEqual([])
})

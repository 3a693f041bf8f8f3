// Promise 4: any number of runs at once, each with its own database and network.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { endOf, startRun, temporaryFolder } from '../support/airlock.ts'
import { NOTHING, runObjects } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { ROOT } from '../support/steps.ts'

const ORDERS = join(ROOT, 'examples', 'orders')

// Each run writes its own mark where the others would see it, waits until all have, and reads.
const sql = (statement: string) =>
  `ruby -rpg -e 'puts PG.connect(ENV["DATABASE_URL"]).exec(%q(${statement})).values.join(",")'`
const redis = (call: string) => `ruby -rredis -e 'puts Array(Redis.new(url: ENV["REDIS_URL"]).${call}).join(",")'`
const commands = (mark: string) => [
  sql(`create table marks as select $$${mark}$$::text as mark`),
  redis(`sadd("marks", ["${mark}"])`),
  'ruby -e "sleep 6"',
  `${sql('select mark from marks')} > marks-sql.txt`,
  `${redis('smembers("marks")')} > marks-redis.txt`,
]

test('three runs at once do not see each other', async () => {
  using folder = temporaryFolder('parallel')
  const marks = ['alpha', 'beta', 'gamma']
  const runs = await Promise.all(
    marks.map(async (mark) => {
      const model = await startModel({ scenario: { kind: 'bash', commands: commands(mark) } })
      const output = join(folder.path, mark)
      const ended = await endOf(startRun(ORDERS, output, [], { model: model.url }), output)
      await model.stop()
      return { mark, ...ended }
    }),
  )
  for (const { mark, exitCode, patch, stderr } of runs) {
    expect(exitCode, stderr).toBe(0)
    expect(patch).toContain('marks-sql.txt')
    expect(patch.match(/^\+(alpha|beta|gamma).*$/gm)).toEqual([`+${mark}`, `+${mark}`])
  }
  expect(new Set(runs.map((entry) => entry.result.runId)).size).toBe(3)
  for (const { result } of runs) expect(runObjects(result.runId)).toEqual(NOTHING)
})

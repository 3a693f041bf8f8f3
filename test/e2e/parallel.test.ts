// Promise 4: any number of runs at once, each with its own database and network.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { endOf, startRun, temporaryFolder } from '../support/airlock.ts'
import { NOTHING, runObjects } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { ROOT } from '../support/steps.ts'

const ORDERS = join(ROOT, 'examples', 'orders')

// Each run writes its own mark where the others would see it, waits until all have, and reads.
const commands = (mark: string) => [
  `psql "$DATABASE_URL" -qc "create table marks (mark text)" -c "insert into marks values ('${mark}')"`,
  `ruby -rredis -e 'Redis.new(url: ENV["REDIS_URL"]).sadd("marks", "${mark}")'`,
  'sleep 8',
  `psql "$DATABASE_URL" -Atc "select string_agg(mark, ',') from marks" > marks-sql.txt`,
  `ruby -rredis -e 'puts Redis.new(url: ENV["REDIS_URL"]).smembers("marks").join(",")' > marks-redis.txt`,
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
  expect(runObjects()).toEqual(NOTHING)
})

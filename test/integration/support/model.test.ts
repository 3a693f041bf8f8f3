// The stand-in is what many other tests lean on: what they take for granted of it is held here.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { DEMO } from '../../support/demo-steps.ts'
import { type Model, type Scenario, startModel } from '../../support/model.ts'
import { ROOT } from '../../support/steps.ts'

let model: Model
afterEach(() => model.stop())

const TOOLS = [{ name: 'Bash', input_schema: { type: 'object' } }]

async function ask(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${model.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'any', max_tokens: 100, tools: TOOLS, messages: conversation(0), ...body }),
  })
}

/** A conversation in which so many tool calls were answered. */
function conversation(results: number): object[] {
  const turns = Array.from({ length: results }, (_, n) => [
    { role: 'assistant', content: [{ type: 'tool_use', id: `toolu_${n}`, name: 'Bash', input: { command: 'true' } }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: `toolu_${n}`, content: 'ok' }] },
  ])
  return [{ role: 'user', content: 'Begin.' }, ...turns.flat()]
}

const start = async (scenario: Scenario) => {
  model = await startModel({ scenario, host: '127.0.0.1' })
}

describe('bash', () => {
  test.each([
    [0, '"command":"one"'],
    [1, '"command":"two"'],
    [2, '"text":"The end."'],
  ])('after %i results comes %s', async (results, expected) => {
    await start({ kind: 'bash', commands: ['one', 'two'], text: 'The end.' })
    expect(await (await ask({ messages: conversation(results) })).text()).toContain(expected)
  })

  test('a side request without tools is answered and moves nothing', async () => {
    await start({ kind: 'bash', commands: ['one'] })
    expect(await (await ask({ tools: [] })).text()).not.toContain('tool_use')
    expect(await (await ask({})).text()).toContain('"command":"one"')
  })
})

test('credentials are recorded as they arrive', async () => {
  await start({ kind: 'say', text: 'Hello.' })
  await (await ask({}, { 'x-api-key': 'key', authorization: 'Bearer token', 'anthropic-beta': 'b' })).text()
  const [request] = model.requests()
  expect(request).toMatchObject({ method: 'POST', path: '/v1/messages' })
  expect(request?.headers).toMatchObject({
    'x-api-key': 'key',
    authorization: 'Bearer token',
    'anthropic-beta': 'b',
  })
})

test.each([401, 429, 500, 529] as const)('the error %i, as the API words it', async (status) => {
  await start({ kind: 'error', status })
  const answer = await ask({})
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ type: 'error' })
})

describe('cut', () => {
  test('a stream breaks off after it has begun', async () => {
    await start({ kind: 'cut' })
    const answer = await ask({ stream: true })
    const chunks: string[] = []
    const reading = async () => {
      for await (const chunk of answer.body ?? []) chunks.push(Buffer.from(chunk).toString())
    }
    await expect(reading()).rejects.toThrow()
    expect(chunks.join('')).toContain('text_delta')
    // More than one: nothing on the way waits for the whole.
    expect(chunks.length).toBeGreaterThan(1)
  })

  test('and so does the second try, without streaming', async () => {
    await start({ kind: 'cut' })
    await expect(ask({}).then((answer) => answer.text())).rejects.toThrow()
  })
})

test("the demo's edit fits the example's source in one place", async () => {
  await start({ kind: 'demo' })
  const edit = DEMO.steps.find(({ tool }) => tool === 'Edit')?.input as { file_path: string; old_string: string }
  const file = join(ROOT, 'examples/orders', edit.file_path.replace('/workspaces/orders/', ''))
  expect(readFileSync(file, 'utf8').split(edit.old_string)).toHaveLength(2)
})

// Claude's to-do list, whichever tools keep it.
import { expect, test } from 'vitest'
import { parseEvent } from '../../../src/claude/events.ts'
import { emptyProgress, reduce } from '../../../src/claude/progress.ts'

let messages = 0
const used = (name: string, input: object, parent?: string) =>
  JSON.stringify({
    ...{ type: 'assistant', parent_tool_use_id: parent ?? null },
    message: { id: `m${++messages}`, content: [{ type: 'tool_use', id: `t${messages}`, name, input }] },
  })
const after = (...lines: readonly string[]) => lines.map(parseEvent).reduce(reduce, emptyProgress())
const rows = (...lines: readonly string[]) =>
  after(...lines).todos.map(({ id, text, state }) => `${id} ${state} ${text}`)

test('TodoWrite writes the whole list', () => {
  const first = used('TodoWrite', {
    todos: [
      { content: 'Read', status: 'in_progress' },
      { content: 'Mend', status: 'pending' },
    ],
  })
  const second = used('TodoWrite', {
    todos: [{ content: 'Read', status: 'completed' }, { content: 7, status: 'odd' }, 'x'],
  })
  expect(rows(first)).toEqual(['1 in_progress Read', '2 pending Mend'])
  expect(rows(first, second)).toEqual(['1 completed Read', '2 pending ', '3 pending '])
})

test('TaskCreate and TaskUpdate write one entry each, and a number is not given twice', () => {
  const create = (subject: string) => used('TaskCreate', { subject, description: 'd' })
  const update = (taskId: string, more: object) => used('TaskUpdate', { taskId, ...more })
  const lines = [
    create('Read'),
    create('Mend'),
    update('1', { status: 'completed' }),
    update('2', { status: 'in_progress', subject: 'Mend it' }),
  ]
  expect(rows(...lines)).toEqual(['1 completed Read', '2 in_progress Mend it'])
  expect(rows(...lines, update('1', { status: 'deleted' }), create('Test'))).toEqual([
    '2 in_progress Mend it',
    '3 pending Test',
  ])
  expect(rows(...lines, update('9', { status: 'completed' }), update('2', { status: 'odd' }))).toEqual(rows(...lines))
})

test('a subagent’s list is its own, and a step says what it is about', () => {
  const progress = after(
    used('TodoWrite', { todos: [{ content: 'Inner', status: 'pending' }] }, 'parent'),
    used('Bash', { command: 'npm  test' }),
  )
  expect(progress.todos).toEqual([])
  expect(progress.tools.at(-1)).toMatchObject({ tool: 'Bash', subject: 'npm test' })
})

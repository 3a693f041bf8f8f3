// Claude's to-do list, from the calls of the tools that keep it: TodoWrite writes the whole list, TaskCreate and TaskUpdate
// one entry. Which of them Claude Code offers depends on its version and settings.

import type { AssistantPart } from './events.ts'
import { fields, list, text } from './fields.ts'

export interface Todo {
  /** As the tools number them. */
  readonly id: string
  readonly text: string
  readonly state: 'pending' | 'in_progress' | 'completed'
}

type Call = Extract<AssistantPart, { kind: 'tool-use' }>

export function keepTodos(todos: readonly Todo[], { tool, input }: Call): readonly Todo[] {
  if (tool === 'TodoWrite') return list(input.todos).map((todo, at) => written(fields(todo), at))
  if (tool === 'TaskCreate') {
    // The tool numbers from 1 on, and never gives a number twice.
    const id = String(Math.max(0, ...todos.map((todo) => Number(todo.id) || 0)) + 1)
    return [...todos, { id, text: text(input.subject) ?? '', state: 'pending' }]
  }
  if (tool !== 'TaskUpdate') return todos
  const id = text(input.taskId)
  if (input.status === 'deleted') return todos.filter((todo) => todo.id !== id)
  return todos.map((todo) =>
    todo.id === id
      ? { ...todo, text: text(input.subject) ?? todo.text, state: state(input.status) ?? todo.state }
      : todo,
  )
}

function written({ content, status }: ReturnType<typeof fields>, at: number): Todo {
  return { id: String(at + 1), text: text(content) ?? '', state: state(status) ?? 'pending' }
}

const state = (value: unknown): Todo['state'] | undefined =>
  value === 'pending' || value === 'in_progress' || value === 'completed' ? value : undefined

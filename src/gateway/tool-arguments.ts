// Whether the arguments of a call are what its tool asks for. The caller is a model: told what is wrong, it calls again.
import type { ToolArgument, ToolSchema } from './gateway-config.ts'

export type Arguments = Readonly<Record<string, unknown>>

/** The arguments that the tool knows, or a sentence that says what is wrong. Others are dropped. */
export function readArguments(schema: ToolSchema, given: unknown): Arguments | string {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'the arguments have to be an object'
  const known = Object.entries(schema.properties).filter(([name]) => Object.hasOwn(given, name))
  const values = known.map(([name]) => [name, (given as Arguments)[name]] as const)
  const wrong = known.flatMap(([name, argument]) => problem(name, argument, (given as Arguments)[name]) ?? [])
  const missing = schema.required.filter((name) => !Object.hasOwn(given, name)).map((name) => `${name} is missing`)
  const problems = [...missing, ...wrong]
  return problems.length > 0 ? problems.join('; ') : Object.fromEntries(values)
}

function problem(name: string, argument: ToolArgument, value: unknown): string | undefined {
  const article = /^[aio]/.test(argument.type) ? 'an' : 'a'
  if (!isOf(argument.type, value)) return `${name} has to be ${article} ${argument.type}`
  if (argument.enum && !argument.enum.includes(String(value))) {
    return `${name} has to be one of ${argument.enum.join(', ')}`
  }
  if (argument.minimum !== undefined && Number(value) < argument.minimum) {
    return `${name} has to be ${argument.minimum} or more`
  }
  return undefined
}

function isOf(type: ToolArgument['type'], value: unknown): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isSafeInteger(value)
    case 'string':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
  }
}

// The Model Context Protocol as far as a server without state needs it: initialize, ping, tools/list, tools/call.
// https://modelcontextprotocol.io/specification/2025-06-18
import type { Tool, ToolServer } from './gateway-config.ts'
import { type Arguments, readArguments } from './tool-arguments.ts'

const VERSIONS = ['2025-06-18', '2025-03-26', '2024-11-05']

export interface Call {
  readonly server: string
  readonly tool: string
  readonly arguments: Arguments
}

/** Keeps a call; returns why not, if it can't. */
export type Note = (call: Call) => string | undefined

interface Message {
  readonly jsonrpc: '2.0'
  readonly id?: unknown
  readonly method: string
  readonly params?: unknown
}

/** The answer to one message; undefined for one that asks for none. */
export function answerMessage(server: ToolServer, body: unknown, note: Note): object | undefined {
  if (!isMessage(body)) return failed(null, -32600, 'this is no JSON-RPC request (batches are not taken)')
  const { id, method, params } = body
  if (id === undefined) return undefined
  if (typeof id !== 'string' && typeof id !== 'number')
    return failed(null, -32600, 'the id has to be a text or a number')
  switch (method) {
    case 'initialize':
      return done(id, initialized(server, params))
    case 'ping':
      return done(id, {})
    case 'tools/list':
      return done(id, {
        tools: server.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
      })
    case 'tools/call':
      return called(server, id, params, note)
    default:
      return failed(id, -32601, `there is no method ${method.slice(0, 80)} here`)
  }
}

type Id = string | number

function isMessage(body: unknown): body is Message {
  const { jsonrpc, method } = fields(body)
  return jsonrpc === '2.0' && typeof method === 'string'
}

function initialized(server: ToolServer, params: unknown): object {
  const asked = fields(params).protocolVersion
  return {
    protocolVersion: VERSIONS.find((version) => version === asked) ?? VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: server.name, version: '1' },
  }
}

function called(server: ToolServer, id: Id, params: unknown, note: Note): object {
  const { name, arguments: given = {} } = fields(params)
  const tool = server.tools.find((one) => one.name === name)
  if (!tool) return failed(id, -32602, `${server.name} has no tool of this name`)
  const read = readArguments(tool.inputSchema, given)
  return done(id, typeof read === 'string' ? toldWrong(`Error: ${read}`) : run(server, tool, read, note))
}

function run(server: ToolServer, { name, answer }: Tool, given: Arguments, note: Note): object {
  switch (answer.kind) {
    case 'note': {
      const refused = note({ server: server.name, tool: name, arguments: given })
      return refused === undefined ? told(answer.text) : toldWrong(`Error: ${refused}`)
    }
    case 'say':
      return toldWrong(answer.text)
    case 'look-up': {
      const key = String(given[answer.argument] ?? '')
      const found = Object.hasOwn(answer.texts, key) ? answer.texts[key] : undefined
      return found === undefined ? toldWrong(answer.otherwise) : told(found)
    }
  }
}

const told = (text: string) => ({ content: [{ type: 'text', text }] })
const toldWrong = (text: string) => ({ ...told(text), isError: true })
const done = (id: Id, result: object) => ({ jsonrpc: '2.0', id, result })
const failed = (id: Id | null, code: number, message: string) => ({ jsonrpc: '2.0', id, error: { code, message } })

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

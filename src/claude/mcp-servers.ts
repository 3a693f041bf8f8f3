// The gateway's tools as Claude Code is told of them (--mcp-config).
import type { ToolServer } from '../gateway/gateway-config.ts'
import { TOOLS_URL } from '../sandbox/environment.ts'

export function mcpServers(tools: readonly ToolServer[], bearer: string): string {
  const headers = { Authorization: `Bearer ${bearer}` }
  // Always loaded: prompts name these tools, and Claude Code would otherwise hide them until it is asked to search.
  const server = (name: string) => ({ type: 'http', url: `${TOOLS_URL}/${name}`, headers, alwaysLoad: true })
  return JSON.stringify({ mcpServers: Object.fromEntries(tools.map(({ name }) => [name, server(name)])) })
}

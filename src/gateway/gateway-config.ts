// What the gateway is told over its control stream, and what it says in its log. One JSON object a line, both ways.

import type { AllowedDomain } from './domains.ts'

/** The first line on the control stream. It carries secrets: it is never logged, written to disk or put in argv. */
export interface GatewayConfig {
  readonly credential: { readonly kind: 'api-key' | 'oauth-token'; readonly value: string }
  /** Base URL of the model's API. `host.docker.internal` and loopback names reach the host that runs airlock. */
  readonly upstream: string
  /** Allowed destinations beyond the model. */
  readonly allow: readonly AllowedDomain[]
  readonly httpProxy?: string
  readonly httpsProxy?: string
  readonly noProxy?: string
  readonly extraCa?: string
  /** MCP servers for Claude; without them nothing listens on their port. */
  readonly tools?: { readonly bearer: string; readonly servers: readonly ToolServer[] }
}

/** The part of JSON Schema that tools describe their arguments with. */
export interface ToolSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, ToolArgument>>
  readonly required: readonly string[]
}

export interface ToolArgument {
  readonly type: 'string' | 'integer' | 'boolean' | 'array'
  readonly description?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
}

/** A tool acts on nothing: it takes note of a call, says a sentence, or looks up what it was given beforehand. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: ToolSchema
  readonly answer:
    | { readonly kind: 'note'; readonly text: string }
    | { readonly kind: 'say'; readonly text: string }
    | {
        readonly kind: 'look-up'
        readonly argument: string
        /** By the argument as text; '' where it was not given. */
        readonly texts: Readonly<Record<string, string>>
        readonly otherwise: string
      }
}

/** Claude Code calls its tools `mcp__<name>__<tool>`. */
export interface ToolServer {
  readonly name: string
  readonly tools: readonly Tool[]
}

/** Ports that the gateway listens on inside the project's networks. */
export const PROXY_PORT = 8080
export const RELAY_PORT = 8081
export const TOOLS_PORT = 8082

/** A line of the gateway's log (its stdout). */
export type GatewayEvent =
  | { readonly event: 'ready'; readonly time: string }
  | { readonly event: 'mark'; readonly time: string }
  | {
      readonly event: 'decision'
      readonly time: string
      readonly via: 'connect' | 'http' | 'relay' | 'tools'
      readonly method: string
      /** Normalised host and port that was asked for. */
      readonly host: string
      readonly port: number
      /** Path for http and relay, without its query. */
      readonly path?: string
      readonly verdict: 'allowed' | 'refused'
      /** Why it was refused, in words. */
      readonly reason?: string
    }
  | {
      readonly event: 'closed'
      readonly time: string
      readonly via: 'connect' | 'http' | 'relay'
      readonly host: string
      readonly status?: number
      readonly sentBytes: number
      readonly receivedBytes: number
      readonly durationMs: number
      /** What went wrong on the way out, in words. */
      readonly error?: string
    }
  | {
      /** A call that a tool took note of, its arguments as they came: checked for their types and size only. */
      readonly event: 'call'
      readonly time: string
      readonly server: string
      readonly tool: string
      readonly arguments: Readonly<Record<string, unknown>>
    }

/** One thing that the probe tries, from inside the sandbox's network namespace. */
export type ProbeTarget =
  | {
      readonly kind: 'tcp'
      readonly direction: 'out' | 'in'
      readonly name: string
      readonly host: string
      readonly port: number
      /** Further ports of a way out; one that answers is enough. */
      readonly orPorts?: readonly number[]
      /** How long a way may take to open, milliseconds. Without it, a way in has until standard input ends. */
      readonly waitMs?: number
    }
  | { readonly kind: 'dns'; readonly direction: 'out'; readonly name: string; readonly query: string }
  /** Whether any interface but loopback has an IPv6 address: a link's own ones lead to the host without a route. */
  | { readonly kind: 'ipv6'; readonly direction: 'out'; readonly name: string }

export interface ProbeRow {
  readonly name: string
  readonly direction: 'out' | 'in'
  readonly target: string
  /** `open`: something answered; `closed`: nothing did, or it was refused. */
  readonly result: 'open' | 'closed'
  /** How that was seen: `connected`, `timeout`, `ECONNREFUSED`, `EHOSTUNREACH`, `ENOTFOUND` … */
  readonly detail: string
  readonly durationMs: number
  readonly ok: boolean
}

// Header lists of proxy and relay.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

// RFC 9110, 7.6.1, and what clients send to proxies only.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Without the headers that belong to one connection, those that `Connection` names included. */
export function withoutHopByHop(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set(
    (headers.connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.has(name)))
}

// What Claude Code sends to the model's API. An allowlist: a credential can travel under any name.
const MODEL_REQUEST =
  /^(accept|accept-encoding|accept-language|content-type|content-length|content-encoding|user-agent|anthropic-(version|beta|dangerous-direct-browser-access)|x-app|x-stainless-[a-z0-9-]+|x-claude-code-[a-z0-9-]+)$/

const OAUTH_BETA = 'oauth-2025-04-20'

// Betas by which the model's own servers fetch pages, call MCP servers, run code or keep files for the client: ways out
// that never pass this gateway. Claude Code works without them.
const SERVER_SIDE = /^(mcp|web-fetch|code-execution|files-api|skills|managed-agents|environments)-/i

export interface ModelCredential {
  readonly kind: 'api-key' | 'oauth-token'
  readonly value: string
}

/** The client's harmless headers, and the real credential whatever the client sent in its place. */
export function modelHeaders(headers: IncomingHttpHeaders, credential: ModelCredential): OutgoingHttpHeaders {
  const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => MODEL_REQUEST.test(name)))
  const betas = String(headers['anthropic-beta'] ?? '')
    .split(',')
    .map((beta) => beta.trim())
    .filter((beta) => beta !== '' && beta !== OAUTH_BETA && !SERVER_SIDE.test(beta))
  if (credential.kind === 'oauth-token') betas.push(OAUTH_BETA)
  delete passed['anthropic-beta']
  return {
    ...passed,
    ...(betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }),
    ...(credential.kind === 'api-key'
      ? { 'x-api-key': credential.value }
      : { authorization: `Bearer ${credential.value}` }),
  }
}

/** The model's answer as the client may see it. */
export function modelResponseHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const { 'set-cookie': _dropped, ...rest } = withoutHopByHop(headers)
  return rest
}

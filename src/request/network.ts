// How the host reaches the internet: its own proxy, its extra certificate authorities, and the model's address.
import { resolve } from 'node:path'
import { readText } from './files.ts'
import type { Findings } from './given.ts'
import type { HostNetwork } from './run-request.ts'
import { parseUrl, webAddress } from './values.ts'

type Environment = Readonly<Record<string, string | undefined>>

export const DEFAULT_UPSTREAM = 'https://api.anthropic.com'

export function parseUpstream(env: Environment, findings: Findings): string {
  const text = env.ANTHROPIC_BASE_URL?.trim()
  if (!text) return DEFAULT_UPSTREAM
  return webAddress(text, 'ANTHROPIC_BASE_URL', findings) ?? DEFAULT_UPSTREAM
}

export function parseNetwork(env: Environment, cwd: string, findings: Findings): HostNetwork {
  const httpProxy = proxy('http_proxy', env, findings)
  const httpsProxy = proxy('https_proxy', env, findings)
  const noProxy = env.no_proxy || env.NO_PROXY
  const extraCa = extraAuthorities(env, cwd, findings)
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy ? { noProxy } : {}),
    ...(extraCa === undefined ? {} : { extraCa }),
  }
}

// The lower case wins, as it does for curl. A proxy may carry a password, so the message doesn't repeat it.
function proxy(name: string, env: Environment, findings: Findings): string | undefined {
  const spelling = env[name] ? name : name.toUpperCase()
  const text = env[spelling]?.trim()
  if (!text) return undefined
  const url = parseUrl(text.includes('://') ? text : `http://${text}`)
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== '') return url.href
  return findings.problem(`${spelling} is not the address of an http or https proxy`)
}

function extraAuthorities(env: Environment, cwd: string, findings: Findings): string | undefined {
  const files = new Map<string, string>()
  for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']) {
    const path = env[name]?.trim()
    if (path && !files.has(resolve(cwd, path))) files.set(resolve(cwd, path), name)
  }
  const texts = [...files].map(([path, name]) => {
    const text = readText(path, name, findings)
    if (text !== undefined && !text.includes('-----BEGIN CERTIFICATE-----')) {
      return findings.problem(`${name}: ${path} holds no certificate in PEM form`)
    }
    return text
  })
  const found = texts.filter((text) => text !== undefined)
  return found.length === 0 ? undefined : found.join('\n')
}

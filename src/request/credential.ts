// The model's credential. Messages never repeat it.
import type { Findings, Given } from './given.ts'
import type { Credential } from './run-request.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Inputs first; the environment's variables of the same names, in capitals, when there is none. */
export function parseCredential(given: Given, env: Environment, findings: Findings): Credential {
  const names = ['anthropic_api_key', 'claude_code_oauth_token'] as const
  const byInput = names.some((name) => given.text(name) !== undefined)
  const [key, token] = names.map((name) => (byInput ? given.text(name) : env[name.toUpperCase()])?.trim() || undefined)
  const [keyName, tokenName] = byInput ? names : names.map((name) => name.toUpperCase())
  if (key !== undefined && token !== undefined) {
    findings.problem(`${keyName} and ${tokenName} are both set: it takes one of them`)
  }
  if (key !== undefined) return checked({ kind: 'api-key', value: key }, `${keyName}`, findings)
  if (token !== undefined) return checked({ kind: 'oauth-token', value: token }, `${tokenName}`, findings)
  findings.problem(`there is no credential for the model: set ${keyName} or ${tokenName}`)
  return { kind: 'api-key', value: '' }
}

function checked(credential: Credential, name: string, findings: Findings): Credential {
  const { kind, value } = credential
  // It becomes a header; anything else in it is a slip, such as two lines of a file.
  if (!/^[\x21-\x7e]+$/.test(value)) findings.problem(`${name} holds white space or characters that no key has`)
  if (kind === 'api-key' && value.startsWith('sk-ant-oat')) {
    findings.problem(`${name} holds an OAuth token: give it as ${sibling(name, 'claude_code_oauth_token')}`)
  }
  if (kind === 'oauth-token' && value.startsWith('sk-ant-api')) {
    findings.problem(`${name} holds an API key: give it as ${sibling(name, 'anthropic_api_key')}`)
  }
  return credential
}

const sibling = (name: string, other: string) => (name === name.toUpperCase() ? other.toUpperCase() : other)

// Secrets in what goes out. None should ever be in the sandbox; this is for the one that a project keeps in its files.

/** Shapes that are secrets wherever they stand, each with whose they are. */
const SHAPES: readonly (readonly [whose: string, pattern: RegExp])[] = [
  ['GitHub', /\bgh[pousr]_[A-Za-z0-9]{20,255}/g],
  ['GitHub', /\bgithub_pat_[A-Za-z0-9_]{20,255}/g],
  ['Anthropic', /\bsk-ant-[A-Za-z0-9_-]{16,}/g],
  ['OpenAI', /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}/g],
  ['AWS', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g],
  ['Google', /\bAIza[A-Za-z0-9_-]{35}/g],
  ['Slack', /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g],
  ['Slack', /https:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/]{20,}/g],
  ['GitLab', /\bglpat-[A-Za-z0-9_-]{20,}/g],
  ['npm', /\bnpm_[A-Za-z0-9]{36}/g],
  ['PyPI', /\bpypi-[A-Za-z0-9_-]{50,}/g],
  ['Stripe', /\b[rs]k_live_[A-Za-z0-9]{20,}/g],
  ['Docker', /\bdckr_pat_[A-Za-z0-9_-]{20,}/g],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g],
]

// Shorter ones are words: taking them out would say more than leaving them in.
const SHORTEST = 8

/** @param known the run's own secrets, taken out plainly, percent-encoded, as hex and as base64 */
export function redact(text: string, known: readonly string[]): { readonly text: string; readonly found: number } {
  let found = 0
  const gone = (label: string) => () => {
    found++
    return `[redacted: ${label}]`
  }
  let clean = text
  for (const secret of known.filter(({ length }) => length >= SHORTEST)) {
    for (const form of forms(secret)) clean = clean.replaceAll(form, gone('a secret of this run'))
  }
  for (const [whose, pattern] of SHAPES) clean = clean.replaceAll(pattern, gone(whose))
  return { text: clean, found }
}

function forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  // Base64 of the secret inside something longer: three ways to fall on its groups of three bytes, less the ends that
  // the neighbours have a part in.
  const aligned = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
    const from = Math.ceil((before * 4) / 3)
    return whole.toString('base64').slice(from, Math.floor((whole.length * 4) / 3))
  })
  const web = aligned.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  return [...new Set([secret, encodeURIComponent(secret), bytes.toString('hex'), ...aligned, ...web])]
}

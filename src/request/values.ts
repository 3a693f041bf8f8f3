// Single values: sizes, counts, amounts. Each reader reports what it can't take and returns a harmless stand-in, so
// that the other problems are found as well.
import type { Findings, Given } from './given.ts'

interface Range {
  readonly least: number
  readonly most: number
}

const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** `512m`, `4g`, `4GiB`, `1.5g`: bytes. A number without a unit is too easily meant otherwise, and refused. */
export function size(name: string, range: Range, given: Given, findings: Findings): number {
  const text = given.text(name) ?? ''
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt])(i?b)?$/i.exec(text.trim())
  const bytes = match ? Math.floor(Number(match[1]) * (UNITS[match[2]?.toLowerCase() ?? ''] ?? 1)) : Number.NaN
  if (bytes >= range.least && bytes <= range.most) return bytes
  const why = match ? `is out of range (${showSize(range.least)} to ${showSize(range.most)})` : 'is no size'
  findings.problem(`${given.spell(name)}: "${text}" ${why}; write 512m or 4g`)
  return range.least
}

function showSize(bytes: number): string {
  const [unit = '', factor = 1] = Object.entries(UNITS).findLast(([, value]) => bytes >= value) ?? []
  return `${bytes / factor}${unit}`
}

/** A whole number; undefined when not given. */
export function count(name: string, range: Range, given: Given, findings: Findings, value = given.text(name)) {
  return numeric(name, /^\d+$/, 'a whole number', range, given, findings, value)
}

/** A decimal number; undefined when not given. */
export function amount(name: string, range: Range, given: Given, findings: Findings, value = given.text(name)) {
  return numeric(name, /^\d+(\.\d+)?$/, 'a number', range, given, findings, value)
}

function numeric(
  name: string,
  form: RegExp,
  what: string,
  range: Range,
  given: Given,
  findings: Findings,
  text: string | undefined,
): number | undefined {
  if (text === undefined) return undefined
  const value = form.test(text.trim()) ? Number(text.trim()) : Number.NaN
  if (value >= range.least && value <= range.most) return value
  const why = Number.isNaN(value) ? `is not ${what}` : 'is out of range'
  return findings.problem(`${given.spell(name)}: "${text}" ${why} (${range.least} to ${range.most})`)
}

/** A value of a given form; undefined when not given. */
export function matching(
  name: string,
  form: RegExp,
  what: string,
  given: Given,
  findings: Findings,
): string | undefined {
  const text = given.text(name)?.trim()
  if (text === undefined || form.test(text)) return text
  return findings.problem(`${given.spell(name)}: "${text}" is not ${what}`)
}

/** An http or https address without user, query or fragment; `what` names where it was written. */
export function webAddress(text: string, what: string, findings: Findings): string | undefined {
  const url = parseUrl(text.trim())
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    return findings.problem(`${what}: "${text}" is not an http or https address`)
  }
  // The text isn't repeated: what stands there may be a password.
  if (url.username || url.password) return findings.problem(`${what} must not hold a user name or password`)
  if (url.search || url.hash) return findings.problem(`${what}: "${text}" must not have a query or fragment`)
  return url.href.replace(/\/$/, '')
}

// URL.parse comes with Node 22, and the command line runs on 20.
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

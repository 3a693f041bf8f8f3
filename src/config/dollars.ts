// Compose's own output doubles every `$`, so that it can be read back as a compose file.
import type { Json } from './resolved-config.ts'

export function doubleDollars<T extends Json>(value: T): T {
  return inStrings(value, (text) => text.replaceAll('$', '$$$$')) as T
}

export function singleDollars<T extends Json>(value: T): T {
  return inStrings(value, (text) => text.replaceAll('$$', '$')) as T
}

function inStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((part) => inStrings(part, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inStrings(part, change)]))
}

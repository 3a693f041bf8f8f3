// Reads fields of JSON that nobody vouches for.
export type Fields = Readonly<Record<string, unknown>>

export function object(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** The object, or an empty one. */
export function fields(value: unknown): Fields {
  return object(value) ?? {}
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A finite number that is not negative: everything counted in the stream is. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

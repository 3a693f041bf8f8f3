// Narrowing of parsed JSON.
import type { Json, JsonObject } from './resolved-config.ts'

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isString = (value: Json | undefined): value is string => typeof value === 'string'

/** The value as an object; anything else is an empty one. */
export const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

/** The value as a list; a single string is a list of one, anything else an empty one. */
export const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : isString(value) ? [value] : []

/** The strings of a list. */
export const stringsOf = (value: Json | undefined): readonly string[] => listOf(value).filter(isString)

/**
 * A value as text for messages and patterns. `String` and templates would call what a repository has written as the key
 * `toString`.
 */
export const textOf = (value: Json | undefined): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

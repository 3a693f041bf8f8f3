// Variables in devcontainer.json. https://containers.dev/implementors/json_reference/#variables-in-devcontainerjson
import type { Json } from './resolved-config.ts'

export interface Variables {
  /** Values by name, such as localWorkspaceFolder. */
  readonly values: Readonly<Record<string, string>>
  /** Called for each name that the file asks of the host's environment. */
  readonly askedOfHost: (name: string) => void
}

/**
 * Replaces variables in every string. `${localEnv:X:default}` becomes its default or nothing: the host's environment
 * holds tokens, and what is substituted here ends in images and containers. `${containerEnv:X}` and unknown variables
 * stay as they are.
 */
export function substitute<T extends Json>(value: T, variables: Variables): T {
  if (typeof value === 'string') return replaceIn(value, variables) as T
  if (Array.isArray(value)) return value.map((part) => substitute(part, variables)) as Json as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, substitute(part, variables)])) as T
}

function replaceIn(text: string, { values, askedOfHost }: Variables): string {
  return text.replaceAll(/\$\{([^}]*)\}/g, (whole, inner: string) => {
    const [name = '', ...rest] = inner.split(':')
    if (name === 'localEnv' || name === 'env') {
      if (rest[0]) askedOfHost(rest[0])
      return rest.slice(1).join(':')
    }
    return rest.length === 0 && Object.hasOwn(values, name) ? (values[name] as string) : whole
  })
}

// What a rule of the audit is. Rules are data: a question about the resolved configuration, and why it is asked.
import type { ComposeModel, JsonObject, ResolvedConfig, Source } from '../config/resolved-config.ts'
import type { Severity } from './finding.ts'

/** A place where a rule is broken. */
export interface Hit {
  /** Names the key: `privileged: true on service db`. */
  readonly message: string
  readonly source: Source
}

/** Anything that shapes a container, in the terms of a compose service with plain `$`. */
export interface Container {
  /** `service db`, `devcontainer.json`, `the image's metadata`. */
  readonly name: string
  readonly keys: JsonObject
  /** Where a key is written; `near` is text of the element that is meant. */
  readonly at: (key: string, near?: string) => Source
}

/** What rules about containers need to know of what is around them. */
export interface Project {
  /** Absolute, links followed. */
  readonly directory: string
  /** Whether a path of the host, links followed, is in the project's folder. */
  readonly inside: (path: string) => boolean
  /** Whether a path in the project is left out of the workspace's copy. */
  readonly withheld: (path: string) => boolean
  /** Compose's model with plain `$`. */
  readonly model: ComposeModel | undefined
}

/** A rule whose findings are accepted on purpose. */
export interface Allowance {
  readonly rule: string
  readonly reason: string
  /** Where it is written; absent for an input of the run. */
  readonly source?: Source
}

export interface Policy {
  readonly allow: readonly Allowance[]
  /** Hosts outside that the gateway looks up by name, such as the model's; `.example.com` for all below it. */
  readonly outside?: readonly string[]
  /** Version of the engine, such as 26.1.5, where it is known. */
  readonly engineVersion?: string
}

export interface Rule {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** The promise of the design that it holds: 1 network, 2 credentials, 3 workspace, 4 services, 5 leftovers. */
  readonly promise: 1 | 2 | 3 | 4 | 5
  readonly reason: string
  readonly remedy: string
  /**
   * What becomes of a refused thing that is allowed. `kept`: the sandbox has it, and a promise is open. `left out`: the
   * sandbox starts without it, because the compose file of a run is built from what airlock knows.
   */
  readonly whenAllowed?: 'kept' | 'left out'
  readonly container?: (container: Container, project: Project, policy: Policy) => readonly Hit[]
  readonly config?: (config: ResolvedConfig, project: Project, policy: Policy) => readonly Hit[]
}

/** Finds nothing or one hit for a key of a container. */
export function hit(container: Container, key: string, text: string, near?: string): Hit {
  return { message: `${text} on ${container.name}`, source: container.at(key, near) }
}

// What a run was asked to do: parsed once, validated whole, and read-only from then on.

import type { ToolServer } from '../gateway/gateway-config.ts'

/** How the sandbox's container is described. */
export type ProjectSource =
  /** Look for .devcontainer/devcontainer.json, .devcontainer.json, then a compose file with `base`. */
  | { readonly kind: 'auto'; readonly base?: SuppliedBase }
  | { readonly kind: 'devcontainer'; readonly file: string }
  /** No devcontainer: airlock supplies one from `base`, joined to the compose project's networks. */
  | { readonly kind: 'compose'; readonly files: readonly string[]; readonly base?: SuppliedBase }

export type SuppliedBase =
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'dockerfile'; readonly file: string }

/** The model's credential. It goes to the gateway over stdin and nowhere else. */
export interface Credential {
  readonly kind: 'api-key' | 'oauth-token'
  readonly value: string
}

export interface Limits {
  /** Wall clock of Claude's work, milliseconds. */
  readonly timeoutMs: number
  readonly maxTurns?: number
  readonly maxCostUsd?: number
  /** Bytes. */
  readonly memory: number
  readonly cpus: number
  readonly pids: number
  /** Bytes of Claude's output stream before the run is stopped. */
  readonly outputBytes: number
  /** Paths and bytes of a patch before it is refused. */
  readonly patchFiles: number
  readonly patchBytes: number
}

/** What the host needs to reach the internet; the gateway uses it on the way out. */
export interface HostNetwork {
  readonly httpProxy?: string
  readonly httpsProxy?: string
  readonly noProxy?: string
  /** PEM text of extra certificate authorities. */
  readonly extraCa?: string
}

/** What Claude is given of an issue or pull request, and the tools by which it says something there. */
export interface Briefing {
  /** Files below /airlock/context, by their path there. Inside they can be read and not written. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly tools: readonly ToolServer[]
  /** What an entry of the outbox can be about. */
  readonly subject: 'issue' | 'pull' | 'none'
}

export interface RunRequest {
  /** Eight characters of [a-z0-9]; names the compose project `airlock-<runId>`. */
  readonly runId: string
  /** The project's folder on the host, absolute. */
  readonly directory: string
  readonly prompt: string
  /** Where the project's own description is taken from when its files can't be trusted to be more than content. */
  readonly trusted?: {
    /** Absolute; holds the same project at another commit. */
    readonly directory: string
    readonly sha: string
    readonly ref: string
    /** Paths, relative to the folder, that are not the same in both. */
    readonly changed: readonly string[]
  }
  readonly project: ProjectSource
  /** The compose service that Claude works in, where the devcontainer does not name one. */
  readonly service?: string
  /** Which services start; undefined means what devcontainer.json's runServices says, or all. */
  readonly services?: readonly string[]
  readonly credential: Credential
  /** Base URL of the model's API. */
  readonly upstream: string
  readonly network: HostNetwork
  /** Domains beyond the model, exact or `.suffix`, each with an optional `:port`. */
  readonly allowedDomains: readonly string[]
  readonly egressPresets: readonly string[]
  /** Globs on top of git's choice; `include` brings ignored files in by name. */
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** Globs added to the built-in protected paths; `!glob` takes one out. */
  readonly protectedPaths: readonly string[]
  /** Audit findings accepted on purpose. */
  readonly allow: readonly { readonly rule: string; readonly reason: string }[]
  /** The folder whose .airlock.yml counts: trusted configuration. The project's own unless told. */
  readonly policyFolder?: string
  readonly limits: Limits
  /** OCI runtime of the sandbox's container, such as `runsc`. */
  readonly runtime?: string
  readonly claude: {
    /** Extra arguments for `claude`, already split. */
    readonly args: readonly string[]
    /** Settings as JSON text, passed with --settings. */
    readonly settings?: string
    /** Version of Claude Code for the feature: exact, `latest` or `stable`. */
    readonly version: string
    /** npm registry that the feature installs from instead of the native distribution. */
    readonly npmRegistry?: string
  }
  readonly briefing?: Briefing
  /** Print Claude's stream as it comes, instead of a line for each step. */
  readonly fullLog?: boolean
  /** Where patch, transcript and result are written, absolute. */
  readonly outputDir: string
}

// The project's own description of its development environment, resolved but not yet judged.
import type { DockerfileText } from './dockerfile.ts'

/** Where a value is written: file relative to the project's folder, 1-based line and column. */
export interface Source {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** A parsed configuration file that can say where each of its values stands. */
export interface SourceDocument {
  /** Relative to the project's folder. */
  readonly file: string
  readonly value: JsonObject
  /** The position of the value at a path, or of its nearest written ancestor. */
  locate(path: readonly (string | number)[]): Source
}

/**
 * The normalised model that `docker compose config --format json` prints; only what airlock reads is typed.
 * Compose doubles every `$` in it, so that it can be read back as a compose file.
 */
export interface ComposeModel {
  readonly name: string
  readonly services: { readonly [name: string]: JsonObject }
  readonly networks?: { readonly [name: string]: JsonObject | null }
  readonly volumes?: { readonly [name: string]: JsonObject | null }
  readonly secrets?: { readonly [name: string]: JsonObject }
  readonly configs?: { readonly [name: string]: JsonObject }
}

/** How the image under the sandbox is made, before features are put on top. Paths are absolute. */
export type BaseImage =
  | { readonly kind: 'image'; readonly image: string }
  | {
      readonly kind: 'build'
      readonly context: string
      /** Absolute path of the Dockerfile; `-` when its text is in `inline` and goes to stdin. */
      readonly dockerfile: string
      readonly inline?: string
      readonly target?: string
      readonly args: Readonly<Record<string, string>>
    }

/** A place in the project's configuration, which the audit turns into file and line. */
export interface Place {
  readonly in: 'compose' | 'devcontainer'
  readonly path: readonly (string | number)[]
  /** Text of the element that is meant, where the path leads to a list or mapping. */
  readonly near?: string
}

/** What was changed on the way to the resolved configuration; the audit has a rule for each kind. */
export type RewriteKind =
  | 'host variables'
  | 'environment files'
  | 'narrowed binds'
  | 'protections'
  | 'no meaning'
  | 'binds of the host'

export interface Rewrite {
  readonly kind: RewriteKind
  readonly message: string
  readonly place: Place
}

/** Takes note of something for the reader; with `as`, that something of the project's files was changed. */
export type Note = (text: string, as?: Omit<Rewrite, 'message'>) => void

/** An `env_file` entry of a service, and what became of it. */
export interface EnvFile {
  readonly service: string
  /** Absolute. */
  readonly path: string
  /** `withheld`: git ignores it and `include` does not name it. `outside`: not in the project's folder. */
  readonly use: 'read' | 'withheld' | 'outside'
}

/** Something that a tool reads in another way than airlock does. */
export interface Difference {
  readonly tool: 'compose' | 'devcontainers'
  readonly message: string
  readonly path: readonly (string | number)[]
}

/** A Dockerfile that the run builds from. */
export interface Dockerfile {
  /** Relative to the project's folder; a compose file's where its text is written there. */
  readonly file: string
  /** The service that is built from it; undefined for the devcontainer. */
  readonly service?: string
  /** Build arguments as configured. */
  readonly args: Readonly<Record<string, string>>
  /** Undefined when it could not be read: `problem` says why. One that does not exist is left out altogether. */
  readonly text?: DockerfileText
  readonly problem?: string
  /** Its lines are lines of `file`. */
  readonly hasLines: boolean
}

/** A feature that lies in the project. */
export interface LocalFeature {
  /** As devcontainer.json names it: `./name`. */
  readonly id: string
  /** Absolute. */
  readonly folder: string
  /** Its devcontainer-feature.json. */
  readonly document: SourceDocument
}

export interface ResolvedConfig {
  readonly kind: 'compose' | 'dockerfile' | 'image' | 'compose-only'
  /** Absolute project folder. */
  readonly directory: string
  /** devcontainer.json as written; absent for compose-only. */
  readonly devcontainer?: SourceDocument
  /** Compose files as written, in order. */
  readonly composeFiles: readonly SourceDocument[]
  /** Files that the compose files extend or include, as written. */
  readonly composeParts?: readonly SourceDocument[]
  /** Compose's own resolved view, paths absolute; absent for image and dockerfile. */
  readonly compose?: ComposeModel
  readonly envFiles?: readonly EnvFile[]
  /** Between the tools' readings of the files and ours. */
  readonly differences?: readonly Difference[]
  /** For image and dockerfile: what runArgs ask of the container, as keys of a compose service (`$` doubled too). */
  readonly container?: JsonObject
  /** runArgs that are not understood; the audit refuses them. */
  readonly unknownRunArgs?: readonly string[]
  /** The real path, links followed, of the project's folder and of each host path that the configuration names. */
  readonly realPaths?: Readonly<Record<string, string>>
  /** Of those paths the ones that git ignores and `include` does not name: they are not in the workspace's copy. */
  readonly notInCopy?: readonly string[]
  /** Name of the sandbox's service: the user's, or `sandbox` where airlock supplies it. */
  readonly service: string
  /** The services that run, dependencies included; with the sandbox's own where that is a service of the project. */
  readonly services: readonly string[]
  readonly base: BaseImage
  /** Those of the sandbox and of the services that run. */
  readonly dockerfiles?: readonly Dockerfile[]
  /** Features of devcontainer.json (id → options) without Claude Code's, which airlock brings itself. */
  readonly features: JsonObject
  readonly localFeatures?: readonly LocalFeature[]
  /** The file that pins the features' versions, if there is one. */
  readonly lockfile?: SourceDocument
  /** Options that devcontainer.json gives to a Claude Code feature of ours, if it names one. */
  readonly claudeFeature: JsonObject
  /** Keys of devcontainer.json that go into the sandbox's image metadata (remoteUser, containerEnv, lifecycle …). */
  readonly settings: JsonObject
  /** Where the workspace volume is mounted, and the folder in it that Claude starts in. Absolute, in the container. */
  readonly workspace: { readonly target: string; readonly folder: string }
  /** What was left out or changed of the project's files while they were resolved. */
  readonly rewrites?: readonly Rewrite[]
  /** What else the reader should know: `base_image is not used`. */
  readonly notes: readonly string[]
}

// What comes back from a sandbox: data, judged path by path.

export type ChangeStatus = 'added' | 'modified' | 'deleted' | 'renamed' | 'type-changed'

export interface Change {
  /** Path relative to the project's folder, as bytes decoded from UTF-8 (invalid bytes as U+FFFD, then refused). */
  readonly path: string
  readonly status: ChangeStatus
  readonly oldPath?: string
  /** Git modes: 100644, 100755, 120000 (link), 160000 (gitlink), 000000 (absent). */
  readonly oldMode: string
  readonly newMode: string
  /** Size of the new content in bytes; 0 when deleted. */
  readonly size: number
}

/** A path that is kept out of the patch, and why. */
export interface Refusal {
  readonly path: string
  /**
   * `protected`: a person should look; the change is in withheld.patch.
   * `dangerous`: never written to the host in any form.
   */
  readonly kind: 'protected' | 'dangerous'
  readonly reason: string
}

/** A file as the accepted changes leave it; its path is from the top of the repository. */
export interface AcceptedFile {
  readonly path: string
  /** 000000 where it is deleted. */
  readonly mode: '100644' | '100755' | '120000' | '000000'
  /** A link's target, where it is one; empty where it is deleted. */
  readonly content: Buffer
  /** Git's mode and object name of what Claude found there; 000000 and zeros where there was nothing. */
  readonly oldMode: string
  readonly oldSha: string
}

export interface Patch {
  /** Output of `git diff --binary --full-index` for the accepted paths; empty when nothing changed. */
  readonly patch: Buffer
  /** The same for protected paths, for a person to read and apply by hand. */
  readonly withheld: Buffer
  readonly changes: readonly Change[]
  readonly refusals: readonly Refusal[]
  readonly insertions: number
  readonly deletions: number
  /** What the patch makes of each path, a rename as two; empty unless the contents were asked for. */
  readonly files: readonly AcceptedFile[]
}

// Package registries by name, written as domain suffixes: mirrors and download hosts change, their domains rarely do.

export const PRESETS: Readonly<Record<string, readonly string[]>> = {
  npm: ['.npmjs.org', '.npmjs.com', '.yarnpkg.com'],
  pypi: ['.pypi.org', '.pythonhosted.org'],
  rubygems: ['.rubygems.org'],
  crates: ['.crates.io', '.rust-lang.org'],
  go: ['.golang.org', '.go.dev', '.golang.google.cn'],
  maven: ['.maven.org', '.maven.apache.org', '.gradle.org'],
  debian: ['.debian.org'],
  ubuntu: ['.ubuntu.com'],
  alpine: ['.alpinelinux.org'],
  github: ['.github.com', '.githubusercontent.com', '.ghcr.io'],
}

/** Domains of the named presets; an unknown name is the request parser's to report. */
export const presetDomains = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => PRESETS[name] ?? [])

// The feature's install beside the official feature's way, Debian's npm and `npm install -g`: the same image, version and
// registry, in turn. Time of the build step, and what it adds to the image.
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmRegistry, plainEnvironment, startProcess, temporaryFolder } from '../support/airlock.ts'
import { featureManifest } from '../support/devcontainer.ts'
import { docker } from '../support/engine-state.ts'
import { ROOT } from '../support/steps.ts'
import { alternate, type Row, ratioRow } from './row.ts'

const BASE = 'debian:trixie-slim'
const ROUNDS = 3
const MEGABYTE = 1_000_000

const OURS = `FROM ${BASE}
ARG VERSION
ARG NPMREGISTRY
RUN --mount=type=bind,source=claude-code,target=/tmp/claude-code sh /tmp/claude-code/install.sh
`
const THEIRS = `FROM ${BASE}
ARG VERSION
ARG NPMREGISTRY
RUN apt-get update && apt-get install -y npm && rm -rf /var/lib/apt/lists/* \\
 && npm install -g --registry "$NPMREGISTRY" "@anthropic-ai/claude-code@$VERSION" && claude --version
`

/** Builds it without a cache; returns milliseconds. */
async function build(name: string, folder: string): Promise<number> {
  const { default: version } = featureManifest().options.version ?? {}
  const args = [`VERSION=${version}`, `NPMREGISTRY=${npmRegistry()}`].flatMap((pair) => ['--build-arg', pair])
  const started = performance.now()
  const argv = [
    'docker',
    'build',
    '--no-cache',
    '--file',
    join(folder, name),
    '--tag',
    `airlock-bench-${name}`,
    ...args,
  ]
  const { exitCode, stderr } = await startProcess([...argv, folder], plainEnvironment()).done
  if (exitCode !== 0) throw new Error(stderr)
  return performance.now() - started
}

const bytes = (image: string) => Number(docker('image', 'inspect', '--format', '{{.Size}}', image))

export async function benchFeature(): Promise<readonly Row[]> {
  using folder = temporaryFolder('bench-feature')
  cpSync(join(ROOT, 'features/src/claude-code'), join(folder.path, 'claude-code'), { recursive: true })
  writeFileSync(join(folder.path, 'ours'), OURS)
  writeFileSync(join(folder.path, 'theirs'), THEIRS)
  const names = ['ours', 'theirs'] as const
  try {
    const ms = await alternate(
      ROUNDS,
      () => build('ours', folder.path),
      () => build('theirs', folder.path),
    )
    const [added = 0, theirs = 0] = names.map((name) => (bytes(`airlock-bench-${name}`) - bytes(BASE)) / MEGABYTE)
    const binary = docker('run', '--rm', 'airlock-bench-ours', 'stat', '-Lc', '%s', '/usr/local/bin/claude')
    const most = Number(binary) / MEGABYTE + 1
    const comparedWith = 'Debian’s npm + npm install -g'
    return [
      ratioRow({ what: 'installing the feature', comparedWith, ms }, 0.5),
      {
        ...{ what: 'what that adds to the image', comparedWith },
        figures: `${added.toFixed(2)} MB against ${theirs.toFixed(2)} MB: ${(added / theirs).toFixed(2)}×`,
        ...{ budget: `≤ ${most.toFixed(2)} MB, the binary + 1`, kept: added <= most },
      },
    ]
  } finally {
    docker('rmi', '--force', ...names.map((name) => `airlock-bench-${name}`))
  }
}

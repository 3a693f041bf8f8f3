// Images to install the feature into, made from Debian's packages.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './airlock.ts'

const DOCKERFILES = {
  /** glibc, with everything that the installer could use. */
  glibc: `FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl wget ca-certificates busybox-static && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 --shell /bin/bash dev
`,
  /** As it comes, without a downloader. */
  bare: 'FROM debian:trixie-slim\n',
  /** musl and busybox, and nothing else: what Alpine is at its heart. */
  musl: `FROM debian:trixie-slim AS packages
RUN apt-get update && apt-get install -y --no-install-recommends busybox-static musl
RUN mkdir -p /root-fs/bin /root-fs/lib /root-fs/etc /root-fs/tmp /root-fs/usr/bin /root-fs/root && chmod 1777 /root-fs/tmp \\
 && cp /bin/busybox /root-fs/bin/busybox && cp -L /lib/ld-musl-x86_64.so.1 /root-fs/lib/ld-musl-x86_64.so.1 \\
 && ln -s ld-musl-x86_64.so.1 /root-fs/lib/libc.musl-x86_64.so.1 \\
 && echo root:x:0:0:root:/root:/bin/sh > /root-fs/etc/passwd && echo root:x:0: > /root-fs/etc/group
FROM scratch
COPY --from=packages /root-fs /
RUN ["/bin/busybox", "--install", "-s", "/bin"]
`,
} as const

// musl's own TLS clients are no packages of Debian's: this is Debian's curl, in a folder of its own with all it needs.
const CURL_FOR_MUSL = `FROM debian:trixie-slim AS curl
RUN apt-get update && apt-get install -y --no-install-recommends curl ca-certificates
RUN mkdir -p /root-fs/opt/curl /root-fs/usr/bin && cp /usr/bin/curl /root-fs/opt/curl/curl \\
 && ldd /usr/bin/curl | grep -o '/[^ ]*' | xargs -I {} cp -L {} /root-fs/opt/curl/ \\
 && printf '#!/bin/sh\\nexec /opt/curl/ld-linux-x86-64.so.2 --library-path /opt/curl /opt/curl/curl "$@"\\n' > /root-fs/usr/bin/curl \\
 && chmod +x /root-fs/usr/bin/curl
FROM airlock-test-musl
COPY --from=curl /root-fs /
`

/** What `devcontainer features test` is given; each trusts the authority in ca.pem as well. Debian 12's has no downloader. */
const DEVCONTAINERS = {
  debian12: `FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
`,
  debian13: `FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
`,
  'musl-curl': CURL_FOR_MUSL,
} as const

export type DevcontainerImage = keyof typeof DEVCONTAINERS

/** A base image that trusts the authority (PEM); returns its name. */
export async function trustingImage(kind: DevcontainerImage, ca: string): Promise<string> {
  if (kind === 'musl-curl') await featureImage('musl')
  using folder = temporaryFolder('image')
  writeFileSync(join(folder.path, 'ca.pem'), ca)
  const bundle = '/etc/ssl/certs/ca-certificates.crt'
  const trust = `COPY ca.pem /tmp/ca.pem\nRUN mkdir -p ${dirname(bundle)} && cat /tmp/ca.pem >> ${bundle}\n`
  writeFileSync(join(folder.path, 'Dockerfile'), DEVCONTAINERS[kind] + trust)
  return await build(`airlock-test-trusting-${kind}`, [folder.path])
}

export type FeatureImage = keyof typeof DOCKERFILES

/** Builds it unless the engine has it from before; returns its name. */
export const featureImage = (kind: FeatureImage) => build(`airlock-test-${kind}`, ['-'], DOCKERFILES[kind])

async function build(name: string, args: readonly string[], input = ''): Promise<string> {
  const ended = await dockerAsync(['build', '--quiet', '--label', 'airlock.test=image', '--tag', name, ...args], input)
  if (ended.exitCode !== 0) throw new Error(ended.output)
  return name
}

export interface Done {
  readonly exitCode: number | null
  /** Both streams. */
  readonly output: string
}

/** Without blocking: servers that containers talk to live in the test's own process. */
export function dockerAsync(args: readonly string[], input = ''): Promise<Done> {
  const child = spawn('docker', args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, output })))
}

// Images to install the feature into, made from Debian's packages.
import { spawn } from 'node:child_process'

const DOCKERFILES = {
  /** glibc, with everything that the installer could use. */
  glibc: `FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl wget ca-certificates busybox-static && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 --shell /bin/bash dev
`,
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

export type FeatureImage = keyof typeof DOCKERFILES

/** Builds it unless the engine has it from before; returns its name. */
export async function featureImage(kind: FeatureImage): Promise<string> {
  const name = `airlock-test-${kind}`
  const ended = await dockerAsync(
    ['build', '--quiet', '--label', 'airlock.test=image', '--tag', name, '-'],
    DOCKERFILES[kind],
  )
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

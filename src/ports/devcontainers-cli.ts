// The vendored devcontainers CLI. Only `build` is used: containers are started by compose (docs/decisions/0002).
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { lastLines } from './docker.ts'
import { AirlockError } from './errors.ts'
import type { Installation } from './installation.ts'
import type { Process } from './process.ts'

export interface DevcontainersCli {
  /** Builds the devcontainer.json below `workspaceFolder` into an image named `imageName`. */
  build(workspaceFolder: string, imageName: string, signal: AbortSignal): Promise<void>
}

export interface Outward {
  readonly httpProxy?: string
  readonly httpsProxy?: string
  readonly noProxy?: string
  /** PEM text. */
  readonly extraCa?: string
}

/**
 * @param outward how this host reaches the internet: the CLI fetches features from their registries itself
 * @param onOutput gets each line of the build that is worth reading
 */
export function devcontainersCli(
  process: Process,
  files: Installation,
  outward: Outward,
  onOutput: (line: string) => void,
): DevcontainersCli {
  return {
    async build(workspaceFolder, imageName, signal) {
      const args = [files.devcontainersCli, 'build', '--workspace-folder', workspaceFolder, '--image-name', imageName]
      const child = process.start(execPath, args, { signal, extraEnv: await environment(outward, workspaceFolder) })
      child.stdin.end()
      let log = ''
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        log = (log + chunk).slice(-64 * 1024)
        for (const line of chunk.split('\n')) if (isStep(line)) onOutput(line.replace(STAMP, '').slice(0, 160))
      })
      child.stdout.resume()
      const { exitCode } = await child.done
      signal.throwIfAborted()
      if (exitCode === 0) return
      throw new AirlockError('sandbox', 'the sandbox image could not be built', {
        where: `devcontainer build (exit code ${exitCode})`,
        detail: lastLines(failedStep(log), 20),
        next: 'The last lines above name the step that failed; the same image is built by: devcontainer build',
      })
    },
  }
}

async function environment(outward: Outward, folder: string): Promise<Record<string, string>> {
  const { httpProxy, httpsProxy, noProxy, extraCa } = outward
  const file = join(folder, 'extra-ca.pem')
  if (extraCa !== undefined) await writeFile(file, extraCa)
  return {
    ...(httpProxy === undefined ? {} : { HTTP_PROXY: httpProxy }),
    ...(httpsProxy === undefined ? {} : { HTTPS_PROXY: httpsProxy }),
    ...(noProxy === undefined ? {} : { NO_PROXY: noProxy }),
    ...(extraCa === undefined ? {} : { NODE_EXTRA_CA_CERTS: file }),
  }
}

const STAMP = /^\[[^\]]*\] /

// BuildKit's step titles and what the steps print; not its bookkeeping.
const isStep = (line: string) => /^#\d+ (\[[^\]]*\d+\/\d+\]|\d+\.\d+ )/.test(line.replace(STAMP, ''))

// BuildKit repeats the Dockerfile around the failed step after its output; what the step said is the useful part.
function failedStep(log: string): string {
  const end = log.indexOf('\n------\n')
  return end > 0 ? log.slice(0, end) : log
}

// By its whole path: a PATH that lacks it would look like a file that the CLI can't read.
const NO_DOCKER = ['/usr/bin/true', '/bin/true'].find((path) => existsSync(path)) ?? 'true'

/**
 * The CLI's own reading of a devcontainer.json, as it prints it; undefined where it can not read it. It is given no engine,
 * reaches nobody for this, and its output may hold what the host's variables do: it is never shown.
 *
 * @param file absolute
 */
export async function readConfiguration(process: Process, files: Installation, folder: string, file: string) {
  const args = ['read-configuration', '--workspace-folder', folder, '--config', file, '--docker-path', NO_DOCKER]
  const result = await process.run(execPath, [files.devcontainersCli, ...args], { cwd: folder, timeoutMs: 30_000 })
  if (result.exitCode !== 0) return undefined
  const line = result.stdout.toString('utf8').trim().split('\n').at(-1) ?? ''
  try {
    return (JSON.parse(line) as { readonly configuration?: unknown }).configuration
  } catch {
    return undefined
  }
}

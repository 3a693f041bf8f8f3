// Asks compose itself for the resolved model. Its output may hold secrets: it is parsed, and never shown or logged.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { type Docker, lastLines } from '../ports/docker.ts'
import { AirlockError } from '../ports/errors.ts'
import { type EnvContext, judgeEnvFiles, readDotEnv, redact } from './env-files.ts'
import { NO_AGENT } from './host-binds.ts'
import { isString, listOf, objectOf, textOf } from './json.ts'
import type { ComposeModel, EnvFile, Json, JsonObject, Note, Rewrite } from './resolved-config.ts'

export interface ComposeResult {
  readonly model: ComposeModel
  readonly envFiles: readonly EnvFile[]
}

interface Call extends EnvContext {
  readonly docker: Docker
  readonly files: readonly string[]
  /** A folder of our own, removed afterwards. */
  readonly scratch: string
  /** Texts of the environment files that compose reads, to be blanked out of its messages. */
  readonly envTexts: readonly string[]
}

/**
 * @param files absolute, in order
 * @param mentionsEnvFile whether any of the files has an `env_file`; saves a call when not
 */
export async function composeConfig(
  files: readonly string[],
  mentionsEnvFile: boolean,
  context: EnvContext & { readonly docker: Docker; readonly note: Note },
): Promise<ComposeResult> {
  const scratch = await mkdtemp(join(tmpdir(), 'airlock-compose-'))
  try {
    const dotEnv = await readDotEnv(dirname(files[0] as string), context)
    const call: Call = { ...context, files, scratch, envTexts: [dotEnv.text] }
    await writeFile(join(scratch, 'env'), dotEnv.text, { mode: 0o600 })
    const entries = mentionsEnvFile ? await envFileEntries(call) : []
    const envFiles = await judgeEnvFiles(entries, context)
    const override = await writeOverride(envFiles, call)
    const envTexts = [dotEnv.text, ...(await textsOf(envFiles))]
    const { model, unset } = await config([...files, ...override], [], { ...call, envTexts })
    const notes = [...dotEnv.notes, ...envFileNotes(envFiles, context.directory), ...unsetNotes(unset)]
    for (const { message, ...as } of notes) context.note(message, as)
    return { model: model as unknown as ComposeModel, envFiles }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

// What reaches out is off, whatever a repository's .env says: the process environment wins over it.
const CLOSED = {
  COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false',
  COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'false',
  COMPOSE_FILE: '',
  SSH_AUTH_SOCK: NO_AGENT,
}

async function config(files: readonly string[], options: readonly string[], call: Call, input?: string) {
  const args = [
    'compose',
    // Without it services with a profile vanish from the model, and with them what they ask for.
    ...['--profile', '*'],
    ...['--env-file', join(call.scratch, 'env')],
    ...['--project-directory', dirname(call.files[0] as string)],
    ...files.flatMap((file) => ['-f', file]),
    ...['config', '--format', 'json', ...options],
  ]
  const run = { cwd: call.directory, timeoutMs: 60_000, extraEnv: CLOSED, ...(input === undefined ? {} : { input }) }
  const result = await call.docker.run(args, run)
  if (result.exitCode !== 0) throw failed(result.exitCode, result.stderr, call)
  const unset = [...result.stderr.matchAll(/The \\?"(\w+)\\?" variable is not set/g)].map(([, name]) => name as string)
  return { model: JSON.parse(result.stdout.toString('utf8')) as JsonObject, unset: [...new Set(unset)] }
}

/** The `env_file` entries after compose has merged and extended everything; their contents are not read for this. */
async function envFileEntries(call: Call): Promise<readonly { service: string; path: string }[]> {
  const { model } = await config(call.files, ['--no-interpolate'], call)
  const entries = Object.entries(objectOf(model.services)).flatMap(([service, value]) =>
    listOf(objectOf(value).env_file).map((entry) => ({ service, path: pathOf(entry) })),
  )
  const paths = await interpolated(
    entries.map(({ path }) => path),
    call,
  )
  const folder = dirname(call.files[0] as string)
  return entries.map(({ service }, index) => ({ service, path: resolve(folder, paths[index] as string) }))
}

const pathOf = (entry: Json) => (isString(entry) ? entry : textOf(objectOf(entry).path ?? ''))

// Only compose knows its rules for variables, so it is given the paths as labels of a service that never runs.
async function interpolated(paths: readonly string[], call: Call): Promise<readonly string[]> {
  if (!paths.some((path) => path.includes('$'))) return paths
  const labels = Object.fromEntries(paths.map((path, index) => [`p${index}`, path]))
  const text = JSON.stringify({ services: { paths: { image: 'none', labels } } })
  const { model } = await config(['-'], [], call, text)
  const found = objectOf(objectOf(objectOf(model.services).paths).labels)
  return paths.map((_, index) => textOf(found[`p${index}`]).replaceAll('$$', '$'))
}

/** A last compose file that replaces the `env_file` lists which name a file that must not be read. */
async function writeOverride(envFiles: readonly EnvFile[], call: Call): Promise<readonly string[]> {
  const services = new Set(envFiles.filter(({ use }) => use !== 'read').map(({ service }) => service))
  if (services.size === 0) return []
  const lines = [...services].flatMap((service) => {
    const kept = envFiles.filter((entry) => entry.service === service && entry.use === 'read').map(({ path }) => path)
    // `$` is doubled: the paths are interpolated already.
    const list = JSON.stringify(kept).replaceAll('$', '$$$$')
    return [`  ${JSON.stringify(service)}:`, `    env_file: !override ${list}`]
  })
  const file = join(call.scratch, 'override.yml')
  await writeFile(file, ['services:', ...lines, ''].join('\n'))
  return [file]
}

function failed(exitCode: number, stderr: string, call: Call): AirlockError {
  const message = lastLines(stderr, 12)
  if (exitCode === 127 || /is not a docker command|unknown (shorthand )?flag|unknown command/.test(message)) {
    return new AirlockError('engine', 'docker compose is not installed', {
      detail: message,
      next: 'Install Docker Engine 23.0.11 or newer with Compose 2.24 or newer.',
    })
  }
  const withoutWarnings = message.split('\n').filter((line) => !/level=warning/.test(line))
  return new AirlockError('input', "docker compose can not read the project's compose files", {
    where: call.files.map((file) => relative(call.directory, file)).join(', '),
    detail: redact(withoutWarnings.join('\n'), call.envTexts),
    next: nextStep(message),
  })
}

function nextStep(message: string): string | undefined {
  if (/required variable|is missing a value/.test(message)) {
    return 'Give the variable in a file that git does not ignore, or bring its file in: include: .env'
  }
  if (/neither an image nor a build context/.test(message)) {
    return 'If this file only adds to another one, name both in order: compose_file'
  }
  return undefined
}

async function textsOf(envFiles: readonly EnvFile[]): Promise<readonly string[]> {
  const read = envFiles.filter(({ use }) => use === 'read')
  // A file that is missing is compose's to complain about, or not: `required: false`.
  return Promise.all(read.map(({ path }) => readFile(path, 'utf8').catch(() => '')))
}

function envFileNotes(envFiles: readonly EnvFile[], directory: string): readonly Rewrite[] {
  return envFiles
    .filter(({ use }) => use === 'withheld')
    .map(({ service, path }) => {
      const name = relative(directory, path)
      const message = `env_file ${name} of service ${service} is left out: git ignores it (include: ${name} brings it in)`
      const place = { in: 'compose', path: ['services', service, 'env_file'], near: basename(path) } as const
      return { kind: 'environment files', message, place }
    })
}

function unsetNotes(names: readonly string[]): readonly Rewrite[] {
  return names.map((name) => ({
    kind: 'host variables',
    message: `variable ${name} of the compose files has no value here`,
    place: { in: 'compose', path: [], near: `\${${name}` },
  }))
}

// A compose project, resolved: the model, the services that run, and what was left out.
import { relative } from 'node:path'
import type { Docker } from '../ports/docker.ts'
import type { Process } from '../ports/process.ts'
import { composeConfig } from './compose-cli.ts'
import { composeDifferences } from './compose-differences.ts'
import { type ComposeDocuments, type NamedFile, readComposeFiles } from './compose-files.ts'
import { unreadable } from './env-files.ts'
import type { Problems } from './problems.ts'
import type { ComposeModel, Difference, EnvFile, Note, Source, SourceDocument } from './resolved-config.ts'
import { selectServices } from './services.ts'
import { surroundingsOf, tidyModel } from './tidy.ts'

export interface ConfigContext {
  /** The project's folder, links followed. */
  readonly directory: string
  readonly include: readonly string[]
  readonly docker: Docker
  readonly process: Process
  readonly problems: Problems
  readonly note: Note
}

export interface ComposeProject {
  readonly files: readonly SourceDocument[]
  readonly parts: readonly SourceDocument[]
  readonly model: ComposeModel
  readonly envFiles: readonly EnvFile[]
  readonly differences: readonly Difference[]
}

/** A service that is asked for by name, and where. */
export interface AskedService {
  readonly name: string
  readonly source?: Source | undefined
}

/** @param named the compose files, in order */
export async function resolveComposeProject(
  named: readonly NamedFile[],
  context: ConfigContext,
): Promise<ComposeProject> {
  const documents = await readComposeFiles(context.directory, named, context.problems)
  await checkIncludedEnvFiles(documents, context)
  context.problems.throwIfAny()
  const all = [...documents.files, ...documents.parts]
  const mentionsEnvFile = all.some(({ value }) => JSON.stringify(value).includes('"env_file"'))
  const { model, envFiles } = await composeConfig(
    named.map(({ path }) => path),
    mentionsEnvFile,
    context,
  )
  return { ...documents, model, envFiles, differences: composeDifferences(documents, model) }
}

// Compose has no option that keeps it from reading these, so they can't be left out quietly as others are.
async function checkIncludedEnvFiles(documents: ComposeDocuments, context: ConfigContext): Promise<void> {
  const { directory, problems } = context
  const named = documents.includedEnvFiles
  const withheld = await unreadable(
    named.map(({ path }) => path),
    context,
  )
  for (const { path, source } of named.filter((file) => withheld.includes(file.path))) {
    const name = relative(directory, path)
    const next = `Bring the file in (include: ${name}), or give the include an env_file that git does not ignore.`
    problems.add(`this include reads ${name}, which git ignores or which lies outside the project`, source, next)
  }
}

/** The project as the sandbox's service will see it. */
export async function tidied(project: ComposeProject, service: string, context: ConfigContext): Promise<ComposeModel> {
  const { directory, note } = context
  const found = await context.process.run('git', ['rev-parse', '--show-toplevel'], { cwd: directory })
  const repository = found.exitCode === 0 ? found.stdout.toString('utf8').trim() : undefined
  const surroundings = surroundingsOf(directory, repository)
  return tidyModel(project.model, { directory, surroundings, service, home: context.process.environment.HOME, note })
}

/**
 * The services that run beside and for the sandbox. Unknown names become problems.
 *
 * @param asked undefined means all without a profile
 * @param sandbox the sandbox's own service, where it is one of the project
 */
export function servicesToRun(
  model: ComposeModel,
  asked: readonly AskedService[] | undefined,
  sandbox: string | undefined,
  problems: Problems,
): readonly string[] {
  for (const { name, source } of asked ?? []) requireService(model, name, source, problems)
  const names = asked?.map(({ name }) => name)
  const all = selectServices(model, names && sandbox ? [...names, sandbox] : names)
  if (!sandbox || all.includes(sandbox)) return all
  return selectServices(model, [...all, sandbox])
}

export function requireService(
  model: ComposeModel,
  name: string,
  source: Source | undefined,
  problems: Problems,
): void {
  if (Object.hasOwn(model.services, name)) return
  const known = Object.keys(model.services).join(', ') || 'none'
  problems.add(`there is no service "${name}"; the compose files define: ${known}`, source)
}

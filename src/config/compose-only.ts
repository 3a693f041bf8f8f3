// A project without a devcontainer.json: airlock supplies the sandbox, from an image, a Dockerfile or one of the
// project's own services.
import { resolve } from 'node:path'
import type { SuppliedBase } from '../request/run-request.ts'
import { baseOfService } from './base-image.ts'
import { type ConfigContext, requireService, resolveComposeProject, servicesToRun, tidied } from './compose-project.ts'
import type { BaseImage, ComposeModel, JsonObject, ResolvedConfig } from './resolved-config.ts'
import { locateWorkspace } from './workspace.ts'
import { bindsOf } from './workspace-binds.ts'

export interface ComposeOnlyRequest {
  /** Absolute. */
  readonly files: readonly string[]
  readonly base: SuppliedBase | undefined
  readonly service: string | undefined
  readonly services: readonly string[] | undefined
}

export async function resolveComposeOnly(request: ComposeOnlyRequest, context: ConfigContext): Promise<ResolvedConfig> {
  const { problems, directory } = context
  checkChoice(request, context)
  const project = await resolveComposeProject(
    request.files.map((path) => ({ path })),
    context,
  )
  if (request.service !== undefined) requireService(project.model, request.service, undefined, problems)
  const asked = request.services?.map((name) => ({ name }))
  const services = servicesToRun(project.model, asked, request.service, problems)
  const requested = request.service === undefined ? undefined : project.model.services[request.service]
  const base = baseOf(request.base, requested, directory)
  if (!base && requested) problems.add(`service "${request.service}" has neither an image nor a build`)
  problems.throwIfAny()
  const service = request.service ?? freeName(project.model)
  const model = await tidied(project, service, context)
  const { note, ...workspace } = locateWorkspace(
    directory,
    bindsOf(model.services[service], directory),
    workingFolder(model, service, directory),
  )
  if (note) context.note(note)
  return {
    kind: 'compose-only',
    directory,
    composeFiles: project.files,
    composeParts: project.parts,
    compose: model,
    envFiles: project.envFiles,
    differences: project.differences,
    service,
    services,
    base: base as BaseImage,
    features: {},
    claudeFeature: {},
    settings: {},
    workspace,
    notes: [],
  }
}

// Any default would be a guess: an image without the project's language lets Claude edit but not test, and says so late.
function checkChoice({ base, service }: ComposeOnlyRequest, { problems }: ConfigContext): void {
  if (base && service !== undefined) {
    problems.add('service and a base image or Dockerfile are both given, and each says what the sandbox is made from')
  }
  if (base || service !== undefined) return
  problems.add(
    'the project has a compose file but no devcontainer.json, so it is open what Claude works in',
    undefined,
    [
      'Give one of these:',
      'service: web                  the compose service whose image has the tools of the project',
      'base_image: ruby:3.4          an image that has them',
      'base_dockerfile: Dockerfile   a Dockerfile that makes one; its build context is the project folder',
    ].join('\n    '),
  )
}

function baseOf(base: SuppliedBase | undefined, own: JsonObject | undefined, directory: string): BaseImage | undefined {
  if (base?.kind === 'image') return base
  if (base) return { kind: 'build', context: directory, dockerfile: resolve(directory, base.file), args: {} }
  return own && baseOfService(own)
}

function freeName(model: ComposeModel): string {
  const taken = (name: string) => Object.hasOwn(model.services, name)
  return (
    ['sandbox', 'airlock-sandbox'].find((name) => !taken(name)) ??
    `airlock-sandbox-${Object.keys(model.services).length}`
  )
}

// The service's own working folder, when it is a place in the project.
function workingFolder(model: ComposeModel, service: string, directory: string): string | undefined {
  const folder = model.services[service]?.working_dir
  const mounted = bindsOf(model.services[service], directory).some(
    ({ target }) => folder === target || String(folder).startsWith(`${target}/`),
  )
  return typeof folder === 'string' && mounted ? folder : undefined
}

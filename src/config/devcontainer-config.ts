// A project with a devcontainer.json, on compose, on a Dockerfile or on an image.
import { posix, relative, resolve, sep } from 'node:path'
import { baseOfDevcontainer, baseOfService } from './base-image.ts'
import { isBelow } from './below.ts'
import { type ConfigContext, requireService, resolveComposeProject, servicesToRun, tidied } from './compose-project.ts'
import type { Devcontainer } from './devcontainer.ts'
import { doubleDollars, singleDollars } from './dollars.ts'
import { isLeftOut, keptMounts } from './host-binds.ts'
import { isString, listOf, objectOf, stringsOf } from './json.ts'
import { parseMount } from './mount-text.ts'
import type { BaseImage, JsonObject, ResolvedConfig } from './resolved-config.ts'
import { parseRunArgs } from './run-args.ts'
import { featuresOf, settingsOf } from './settings.ts'
import { keptSecurityOptions } from './tidy.ts'
import { substitute } from './variables.ts'
import { defaultTarget, locateWorkspace, type WorkspaceBind } from './workspace.ts'
import { bindsOf } from './workspace-binds.ts'

/** The part of a request that chooses services. */
export interface AskedServices {
  readonly service: string | undefined
  readonly services: readonly string[] | undefined
}

/** What the three kinds have in common is added by `finished`. */
type Body = Omit<ResolvedConfig, 'directory' | 'devcontainer' | 'features' | 'claudeFeature' | 'settings' | 'notes'>

export async function resolveDevcontainer(
  devcontainer: Devcontainer,
  asked: AskedServices,
  context: ConfigContext,
): Promise<ResolvedConfig> {
  const body =
    devcontainer.kind === 'compose'
      ? await onCompose(devcontainer, asked, context)
      : onImage(devcontainer, asked, context)
  return finished(devcontainer, body, context)
}

async function onCompose(devcontainer: Devcontainer, asked: AskedServices, context: ConfigContext): Promise<Body> {
  const { problems, directory, note } = context
  const { value, document, folder } = devcontainer
  const service = value.service as string
  if (asked.service !== undefined && asked.service !== service) {
    problems.add(`service is ${asked.service}, but devcontainer.json says ${service}`, document.locate(['service']))
  }
  const named = stringsOf(value.dockerComposeFile).map((file, index) => ({
    path: resolve(folder, file),
    source: document.locate(['dockerComposeFile', index]),
  }))
  const project = await resolveComposeProject(named, context)
  requireService(project.model, service, document.locate(['service']), problems)
  const services = servicesToRun(project.model, wantedServices(devcontainer, asked), service, problems)
  const own = project.model.services[service]
  const base = own && baseOfService(own)
  if (own && !base) problems.add(`service "${service}" has neither an image nor a build`, document.locate(['service']))
  problems.throwIfAny()
  const model = await tidied(project, service, context)
  const wanted = isString(value.workspaceFolder) ? value.workspaceFolder : undefined
  const { note: moved, ...workspace } = locateWorkspace(directory, bindsOf(model.services[service], directory), wanted)
  if (moved) note(moved)
  for (const key of ['runArgs', 'workspaceMount'].filter((name) => value[name] !== undefined)) {
    note(`${key} has no meaning for a devcontainer on compose`, noMeaning([key]))
  }
  return {
    kind: 'compose',
    composeFiles: project.files,
    composeParts: project.parts,
    compose: model,
    envFiles: project.envFiles,
    differences: project.differences,
    service,
    services,
    base: base as BaseImage,
    workspace,
  }
}

function wantedServices({ value, document }: Devcontainer, { services }: AskedServices) {
  if (services) return services.map((name) => ({ name }))
  const run = stringsOf(value.runServices)
  if (run.length === 0) return undefined
  return run.map((name, index) => ({ name, source: document.locate(['runServices', index]) }))
}

function onImage({ kind, value, document, folder }: Devcontainer, asked: AskedServices, context: ConfigContext): Body {
  const { problems, directory, note } = context
  if (asked.service !== undefined || asked.services !== undefined) {
    const key = asked.service === undefined ? 'services' : 'service'
    problems.add(`${key} names compose services, but devcontainer.json has no dockerComposeFile`, document.locate([]))
  }
  problems.throwIfAny()
  const { container, dropped, unknown } = parseRunArgs(stringsOf(value.runArgs), directory)
  for (const arg of dropped) note(`${arg} of runArgs is left out`, noMeaning(['runArgs'], arg.split('=', 1)[0]))
  const mount = parseMount(value.workspaceMount ?? '')
  const mounted = workspaceBinds(mount, directory)
  // A mount of something else than the project is for the audit to judge.
  const other = mount && mounted.length === 0 ? [mount] : []
  const left = { home: context.process.environment.HOME, note }
  const fromArgs = listOf(container.volumes).filter(
    (volume) =>
      !isLeftOut(objectOf(singleDollars(volume)), 'the sandbox', { in: 'devcontainer', path: ['runArgs'] }, left),
  )
  const volumes = [...fromArgs, ...doubleDollars(other)]
  const wanted = isString(value.workspaceFolder) ? value.workspaceFolder : undefined
  const binds = mount ? mounted : [{ path: '', target: defaultTarget(directory) }]
  const inDefault = wanted === undefined || isBelow(defaultTarget(directory), wanted)
  const { note: moved, ...workspace } = locateWorkspace(directory, mount || inDefault ? binds : [], wanted)
  if (moved) note(moved)
  const options = container.security_opt
  return {
    kind: kind === 'dockerfile' ? 'dockerfile' : 'image',
    composeFiles: [],
    service: 'sandbox',
    services: [],
    base: baseOfDevcontainer(value, folder) as BaseImage,
    container: {
      ...container,
      ...(container.volumes === undefined && volumes.length === 0 ? {} : { volumes }),
      ...(options === undefined
        ? {}
        : { security_opt: keptSecurityOptions(options, { in: 'devcontainer', path: ['runArgs'] }, note) }),
    },
    unknownRunArgs: unknown,
    workspace,
  }
}

// Also the folder around the project, as long as the project is in it: only the project is there in the sandbox.
function workspaceBinds(mount: JsonObject | undefined, directory: string): readonly WorkspaceBind[] {
  const { type, source, target } = mount ?? {}
  if (type !== 'bind' || !isString(source) || !isString(target)) return []
  if (isBelow(directory, source)) return [{ path: relative(directory, source).split(sep).join('/'), target }]
  if (!isBelow(source, directory)) return []
  return [{ path: '', target: posix.join(target, relative(source, directory).split(sep).join('/')) }]
}

const noMeaning = (path: readonly string[], near?: string) =>
  ({
    kind: 'no meaning',
    place: { in: 'devcontainer', path, ...(near === undefined ? {} : { near }) },
  }) as const

function finished({ document, value }: Devcontainer, body: Body, context: ConfigContext): ResolvedConfig {
  const { directory, note } = context
  const { folder } = body.workspace
  const values = { containerWorkspaceFolder: folder, containerWorkspaceFolderBasename: posix.basename(folder) }
  const complete = substitute(value, { values, askedOfHost: () => {} })
  const { leftOut, ...features } = featuresOf(complete)
  for (const id of leftOut) {
    note(`feature ${id} is left out: airlock installs Claude Code itself`, noMeaning(['features', id]))
  }
  const mounts = keptMounts(complete.mounts, directory, { home: context.process.environment.HOME, note })
  const settings = settingsOf(complete.mounts === undefined ? complete : { ...complete, mounts })
  return {
    ...body,
    directory,
    devcontainer: document,
    ...features,
    settings: settings.securityOpt
      ? {
          ...settings,
          securityOpt: keptSecurityOptions(settings.securityOpt, { in: 'devcontainer', path: ['securityOpt'] }, note),
        }
      : settings,
    notes: [],
  }
}

// Every path of the host that a configuration names: the audit asks where each really leads.
import { dirname, resolve } from 'node:path'
import { singleDollars } from './dollars.ts'
import { isString, listOf, objectOf } from './json.ts'
import { parseMount } from './mount-text.ts'
import type { ComposeModel, JsonObject, ResolvedConfig } from './resolved-config.ts'

/** Absolute paths; the project's folder is the first. */
export function hostPathsOf(config: ResolvedConfig): readonly string[] {
  return [
    config.directory,
    ...ownFiles(config),
    ...(config.base.kind === 'build' ? [config.base.context, config.base.dockerfile] : []),
    ...(config.compose ? modelPaths(singleDollars(config.compose as unknown as JsonObject)) : []),
    ...(config.envFiles ?? []).map(({ path }) => path),
    ...containerPaths(singleDollars(config.container ?? {})),
    ...bindSources(listOf(config.settings.mounts).map((mount) => parseMount(mount) ?? {})),
  ].filter((path) => path.startsWith('/') || /^[A-Za-z]:\\/.test(path))
}

function ownFiles(config: ResolvedConfig): readonly string[] {
  const documents = [config.devcontainer, ...config.composeFiles, ...(config.composeParts ?? [])]
  const files = documents.flatMap((document) => (document ? [resolve(config.directory, document.file)] : []))
  const folder = config.devcontainer ? dirname(resolve(config.directory, config.devcontainer.file)) : config.directory
  const features = Object.keys(config.features).filter((id) => id.startsWith('.'))
  return [...files, ...features.map((id) => resolve(folder, id))]
}

function modelPaths(model: JsonObject): readonly string[] {
  const { services, volumes: _, secrets, configs } = model as unknown as ComposeModel
  const files = [...Object.values(secrets ?? {}), ...Object.values(configs ?? {})].map(({ file }) => file)
  return [...Object.values(services).flatMap(containerPaths), ...files.filter(isString)]
}

function containerPaths(service: JsonObject): readonly string[] {
  const build = objectOf(service.build)
  const context = isString(build.context) ? [build.context] : []
  const dockerfile = isString(build.dockerfile) ? [resolve(context[0] ?? '/', build.dockerfile)] : []
  const contexts = Object.values(objectOf(build.additional_contexts)).filter(isString)
  const envFiles = listOf(service.env_file).filter(isString)
  return [...context, ...dockerfile, ...contexts, ...envFiles, ...bindSources(listOf(service.volumes).map(objectOf))]
}

const bindSources = (volumes: readonly JsonObject[]) =>
  volumes.flatMap(({ type, source }) => (type === 'bind' && isString(source) ? [source] : []))

// Resolved configurations from a few lines of YAML or JSON, as `resolveConfig` would give them for canonical input.

import { hostPathsOf } from '../../../src/config/host-paths.ts'
import { objectOf, stringsOf } from '../../../src/config/json.ts'
import { parseJsonc } from '../../../src/config/jsonc.ts'
import { collectProblems } from '../../../src/config/problems.ts'
import type { ComposeModel, JsonObject, ResolvedConfig, SourceDocument } from '../../../src/config/resolved-config.ts'
import { parseRunArgs } from '../../../src/config/run-args.ts'
import { settingsOf } from '../../../src/config/settings.ts'
import { parseYaml } from '../../../src/config/yaml.ts'

export const DIRECTORY = '/home/me/shop'

/** @param links host paths that are links, and where they lead */
export function composeConfig(yaml: string, links: Readonly<Record<string, string>> = {}): ResolvedConfig {
  const document = parsed(parseYaml(yaml, 'compose.yaml', collectProblems()))
  const services = Object.keys(objectOf(document.value.services))
  return withPaths({ ...common, kind: 'compose', composeFiles: [document], compose: model(document), services }, links)
}

export function devcontainerConfig(json: string): ResolvedConfig {
  const document = parsed(parseJsonc(json, '.devcontainer/devcontainer.json', collectProblems()))
  const { container, unknown } = parseRunArgs(stringsOf(document.value.runArgs), DIRECTORY)
  return withPaths({
    ...common,
    kind: 'image',
    devcontainer: document,
    container,
    unknownRunArgs: unknown,
    features: objectOf(document.value.features),
    settings: settingsOf(document.value),
  })
}

const common: ResolvedConfig = {
  kind: 'image',
  directory: DIRECTORY,
  composeFiles: [],
  service: 'app',
  services: [],
  base: { kind: 'image', image: 'debian' },
  features: {},
  claudeFeature: {},
  settings: {},
  workspace: { target: '/workspaces/shop', folder: '/workspaces/shop' },
  notes: [],
}

const model = ({ value }: SourceDocument) => ({ name: 'shop', ...value }) as JsonObject as unknown as ComposeModel

function parsed(document: SourceDocument | undefined): SourceDocument {
  if (!document) throw new Error('the test has a broken document')
  return document
}

export function withPaths(config: ResolvedConfig, links: Readonly<Record<string, string>> = {}): ResolvedConfig {
  return { ...config, realPaths: Object.fromEntries(hostPathsOf(config).map((path) => [path, links[path] ?? path])) }
}

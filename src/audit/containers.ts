// Everything in a configuration that shapes a container, seen the same way, so that one rule judges them all.
import { basename } from 'node:path'
import { singleDollars } from '../config/dollars.ts'
import { listOf, objectOf } from '../config/json.ts'
import { parseMount } from '../config/mount-text.ts'
import type {
  Json,
  JsonObject,
  LocalFeature,
  ResolvedConfig,
  Source,
  SourceDocument,
} from '../config/resolved-config.ts'
import { keptSecurityOptions } from '../config/tidy.ts'
import { substitute } from '../config/variables.ts'
import { locateInCompose, locateNear, mentions } from './locate.ts'
import type { Container } from './rule.ts'

/** The services that run, and what devcontainer.json itself asks for. */
export function containersOf(config: ResolvedConfig): readonly Container[] {
  const services = config.services.map((name) => ({
    name: `service ${name}`,
    keys: singleDollars(config.compose?.services[name] ?? {}),
    at: (key: string, near?: string) => locateInCompose(config, ['services', name, key], near),
  }))
  const features = (config.localFeatures ?? []).map((feature) => featureContainer(feature, config))
  return config.devcontainer ? [...services, ownContainer(config, config.devcontainer), ...features] : services
}

// Judged where it is written, before the image is built; what it became is judged again with the image's label.
function featureContainer({ id, document }: LocalFeature, config: ResolvedConfig): Container {
  const { keys } = metadataContainer(document.value, config)
  return { name: `feature ${id}`, keys, at: (key, near) => locateWish(document, key, near) }
}

function ownContainer(config: ResolvedConfig, document: SourceDocument): Container {
  const args = singleDollars(config.container ?? {})
  return {
    name: 'devcontainer.json',
    keys: joined(args, inComposeTerms(config.settings)),
    at: (key, near) => locateWish(document, key, near),
  }
}

/** An entry of the devcontainer.metadata label of an image: what its base or a feature asks of the container. */
export function metadataContainer(entry: JsonObject, config: ResolvedConfig): Container {
  const { directory } = config
  const known = { values: { localWorkspaceFolder: directory }, askedOfHost: () => {} }
  const layer = typeof entry.id === 'string' ? `feature ${entry.id}` : 'the image'
  const terms = inComposeTerms(substitute(entry, known))
  return {
    name: layer,
    keys: {
      ...terms,
      security_opt: keptSecurityOptions(terms.security_opt ?? [], { in: 'devcontainer', path: [] }, () => {}),
    },
    at: (): Source => locateLayer(config, entry.id),
  }
}

/** Labels have no lines: what brought the label in has. */
function locateLayer(config: ResolvedConfig, id: Json | undefined): Source {
  const { devcontainer, service } = config
  if (!devcontainer) return locateInCompose(config, ['services', service, 'image'])
  const feature = Object.keys(objectOf(devcontainer.value.features)).find((name) => name === id)
  if (feature !== undefined) return devcontainer.locate(['features', feature])
  if (config.kind === 'compose') return locateInCompose(config, ['services', service, 'image'])
  const key = ['image', 'build', 'dockerFile'].find((name) => devcontainer.value[name] !== undefined)
  return devcontainer.locate(key === undefined ? [] : [key])
}

const TERMS: Readonly<Record<string, string>> = {
  privileged: 'privileged',
  cap_add: 'capAdd',
  security_opt: 'securityOpt',
  volumes: 'mounts',
}

function inComposeTerms(settings: JsonObject): JsonObject {
  const { privileged, capAdd, securityOpt } = settings
  return {
    ...(privileged === true ? { privileged } : {}),
    cap_add: listOf(capAdd),
    security_opt: listOf(securityOpt),
    // A mount that can't be read stays as it is, to be refused as unknown.
    volumes: listOf(settings.mounts).map((mount) => parseMount(mount) ?? mount),
  }
}

function joined(a: JsonObject, b: JsonObject): JsonObject {
  const both = Object.keys(b).filter((key) => Array.isArray(a[key]) && Array.isArray(b[key]))
  return { ...a, ...b, ...Object.fromEntries(both.map((key) => [key, [...listOf(a[key]), ...listOf(b[key])] as Json])) }
}

/** In devcontainer.json one wish can stand in several keys: `capAdd`, or `--cap-add` in runArgs. */
function locateWish(document: SourceDocument, key: string, near?: string): Source {
  const places = [TERMS[key], key === 'volumes' ? 'workspaceMount' : undefined, 'runArgs'].filter(
    (place) => place !== undefined && document.value[place] !== undefined,
  ) as string[]
  const flag = key.replaceAll('_', '-')
  // A target stands behind `=` or `:`; by itself it may be the end of another mount's source.
  const exact = key === 'volumes' && near ? [`=${near}`, `:${near}`] : []
  for (const text of [...exact, near, near && basename(near), flag, flag.split('-')[0]]) {
    const place = places.find((name) => mentions(document.value[name], text))
    if (place && text !== undefined) return locateNear(document, [place], text)
  }
  return document.locate(places[0] === undefined ? [] : [places[0]])
}

// devcontainer.json, read and checked, and which of its three kinds it is.
import { createHash } from 'node:crypto'
import { basename, dirname, relative } from 'node:path'
import { AirlockError } from '../ports/errors.ts'
import type { ConfigContext } from './compose-project.ts'
import { checkShape } from './devcontainer-shape.ts'
import { isObject, isString, listOf } from './json.ts'
import { parseJsonc } from './jsonc.ts'
import type { Problems } from './problems.ts'
import { readProjectFile } from './project-file.ts'
import type { JsonObject, SourceDocument } from './resolved-config.ts'
import { substitute } from './variables.ts'

export interface Devcontainer {
  readonly kind: 'compose' | 'dockerfile' | 'image'
  readonly document: SourceDocument
  /** The document's value with the host's variables replaced. */
  readonly value: JsonObject
  /** The folder that holds the file, absolute; its paths are relative to this. */
  readonly folder: string
}

/** Reads `file` (absolute). Throws an `input` error that lists everything that is wrong with it. */
export async function readDevcontainer(file: string, context: ConfigContext): Promise<Devcontainer> {
  const { directory, problems } = context
  const name = relative(directory, file)
  const document = parseJsonc(await textOf(file, name, directory), name, problems)
  if (!document) return thrown(problems)
  checkShape(document, problems)
  const kind = kindOf(document, problems)
  problems.throwIfAny()
  return { kind: kind ?? 'image', document, value: withHostVariables(document.value, context), folder: dirname(file) }
}

// A file that the user names from outside the project is read as it is; one in the project must be the project's own.
async function textOf(file: string, name: string, directory: string): Promise<string> {
  const read = await readProjectFile(name.startsWith('..') ? undefined : directory, file)
  if ('text' in read) return read.text
  throw new AirlockError('input', 'missing' in read ? `${name} does not exist` : `${name} ${read.problem}`)
}

function thrown(problems: Problems): never {
  problems.throwIfAny()
  throw new Error('a document was broken without a problem')
}

function kindOf({ value, locate }: SourceDocument, problems: Problems): Devcontainer['kind'] | undefined {
  const given = [
    value.dockerComposeFile === undefined ? [] : (['compose', 'dockerComposeFile'] as const),
    value.dockerFile === undefined && !isBuildOfDockerfile(value) ? [] : (['dockerfile', 'build.dockerfile'] as const),
    value.image === undefined ? [] : (['image', 'image'] as const),
  ].filter((entry) => entry.length > 0) as (readonly [Devcontainer['kind'], string])[]
  if (given.length > 1) {
    problems.add(`${given.map(([, key]) => `"${key}"`).join(' and ')} exclude each other`, locate([]))
  }
  const kind = given[0]?.[0]
  if (!kind) problems.add('one of "image", "build.dockerfile" and "dockerComposeFile" must be given', locate([]))
  if (kind === 'compose' && !isString(value.service)) {
    problems.add('"service" must name the compose service that is the devcontainer', locate(['dockerComposeFile']))
  }
  if (kind === 'compose' && listOf(value.dockerComposeFile).length === 0) {
    problems.add('"dockerComposeFile" names no file', locate(['dockerComposeFile']))
  }
  return kind
}

const isBuildOfDockerfile = (value: JsonObject) => isObject(value.build) && isString(value.build.dockerfile)

function withHostVariables(value: JsonObject, { directory, note }: ConfigContext): JsonObject {
  const asked = new Set<string>()
  const values = {
    localWorkspaceFolder: directory,
    localWorkspaceFolderBasename: basename(directory),
    // Stable for a folder, as the specification wants it; it names volumes, which are each run's own anyway.
    devcontainerId: createHash('sha256').update(directory).digest('hex').slice(0, 32),
  }
  // What runs on the host is not used at all, and should not make notes either.
  const { initializeCommand: _, ...used } = value
  const replaced = substitute(used, { values, askedOfHost: (name) => void asked.add(name) })
  for (const name of asked) {
    const place = { in: 'devcontainer', path: [], near: `nv:${name}` } as const
    note(`${name} of the host's environment is not handed on`, { kind: 'host variables', place })
  }
  return replaced
}

// Features that lie in the project, and the file that pins the others.
import { basename, dirname, join, relative, resolve } from 'node:path'
import { isBelow } from './below.ts'
import { isObject } from './json.ts'
import { parseJsonc } from './jsonc.ts'
import type { Problems } from './problems.ts'
import { follow, readProjectFile } from './project-file.ts'
import type { LocalFeature, ResolvedConfig, Source, SourceDocument } from './resolved-config.ts'

export interface FeatureFiles {
  readonly localFeatures: readonly LocalFeature[]
  readonly lockfile?: SourceDocument
}

type Config = Pick<ResolvedConfig, 'directory' | 'devcontainer' | 'features'>

/** Reads them. What is wrong goes to `problems`: a feature that is not whole can not be built. */
export async function readFeatureFiles(config: Config, problems: Problems): Promise<FeatureFiles> {
  const { devcontainer, directory, features } = config
  if (!devcontainer) return { localFeatures: [] }
  const from = dirname(resolve(directory, devcontainer.file))
  const ids = Object.keys(features).filter((id) => /^[./~\\]|^[A-Za-z]:\\|^file:/.test(id))
  const local = ids.map((id) => readFeature(id, from, devcontainer.locate(['features', id]), directory, problems))
  const found = (await Promise.all(local)).filter((feature) => feature !== undefined)
  const lockfile =
    Object.keys(features).length > 0 ? await readLockfile(devcontainer, from, directory, problems) : undefined
  return { localFeatures: found, ...(lockfile ? { lockfile } : {}) }
}

async function readFeature(
  id: string,
  from: string,
  source: Source,
  directory: string,
  problems: Problems,
): Promise<LocalFeature | undefined> {
  const folder = resolve(from, id)
  // Its folder is copied to where the image is built, under the same relative name.
  if (!id.startsWith('./') || folder === from || !isBelow(from, folder) || !isBelow(directory, folder)) {
    const next = 'A feature of the project lies below the folder of devcontainer.json, and is named like ./my-feature.'
    problems.add(`feature ${id} is not below the folder of devcontainer.json`, source, next)
    return undefined
  }
  const name = relative(directory, folder)
  const trail = await follow(directory, folder)
  if (trail.kind !== 'folder') {
    const what = {
      missing: 'does not exist',
      outside: 'leads out of the project',
      file: 'is no folder',
      other: 'is no folder',
    }
    problems.add(`feature ${id}: ${name} ${what[trail.kind]}`, source)
    return undefined
  }
  const install = await readProjectFile(directory, join(folder, 'install.sh'))
  if (!('text' in install)) problems.add(`feature ${id}: ${name}/install.sh ${said(install)}`, source)
  const file = join(name, 'devcontainer-feature.json')
  const read = await readProjectFile(directory, resolve(directory, file))
  if (!('text' in read)) problems.add(`feature ${id}: ${file} ${said(read)}`, source)
  const document = 'text' in read ? parseJsonc(read.text, file, problems) : undefined
  return document && { id, folder, document }
}

const said = (read: { readonly missing: true } | { readonly problem: string }) =>
  'problem' in read ? read.problem : 'does not exist'

async function readLockfile(
  devcontainer: SourceDocument,
  from: string,
  directory: string,
  problems: Problems,
): Promise<SourceDocument | undefined> {
  // The file is hidden where devcontainer.json is.
  const name = basename(devcontainer.file).startsWith('.') ? '.devcontainer-lock.json' : 'devcontainer-lock.json'
  const path = join(from, name)
  const file = relative(directory, path)
  if (file.startsWith('..')) return undefined
  const read = await readProjectFile(directory, path)
  if ('missing' in read) return undefined
  if ('problem' in read) {
    problems.add(`${file} ${read.problem}`)
    return undefined
  }
  const document = parseJsonc(read.text, file, problems)
  if (document && !isObject(document.value.features)) {
    problems.add('"features" must be an object', document.locate(['features']))
  }
  return document
}

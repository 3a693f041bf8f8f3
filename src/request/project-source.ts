// Which files describe the project's environment, and which container Claude works in.
import { resolve } from 'node:path'
import { existing } from './files.ts'
import type { Findings, Given } from './given.ts'
import type { ProjectSource, SuppliedBase } from './run-request.ts'
import { matching } from './values.ts'

const SERVICE = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/

/** @param elsewhere whether the files may lie in another commit than what is checked out: they are looked for there then */
export function parseProjectSource(
  given: Given,
  directory: string,
  findings: Findings,
  elsewhere = false,
): ProjectSource {
  const fileAt = (path: string, name: string) =>
    elsewhere ? resolve(directory, path) : existing(directory, path, 'file', given.spell(name), findings)
  const config = given.text('config_file')?.trim()
  const composeFiles = given.list('compose_file')
  const base = suppliedBase(given, fileAt, findings)
  const spell = given.spell
  if (config !== undefined && composeFiles.length > 0) {
    findings.problem(
      `give ${spell('config_file')} or ${spell('compose_file')}, not both: a devcontainer names its own compose files`,
    )
  }
  if (config !== undefined && base) {
    const name = base.kind === 'image' ? 'base_image' : 'base_dockerfile'
    findings.problem(`${spell(name)} is for projects without a devcontainer; it can't go with ${spell('config_file')}`)
  }
  if (config !== undefined) {
    return { kind: 'devcontainer', file: fileAt(config, 'config_file') }
  }
  if (composeFiles.length > 0) {
    const files = composeFiles.map((file) => fileAt(file, 'compose_file'))
    return { kind: 'compose', files, ...(base ? { base } : {}) }
  }
  return { kind: 'auto', ...(base ? { base } : {}) }
}

function suppliedBase(
  given: Given,
  fileAt: (path: string, name: string) => string,
  findings: Findings,
): SuppliedBase | undefined {
  // The engine reads it: a name that starts with a dash would be an option there.
  const image = matching('base_image', /^[a-z0-9][\w./:@-]*$/i, 'the name of an image', given, findings)
  const file = given.text('base_dockerfile')?.trim()
  const [imageName, fileName] = [given.spell('base_image'), given.spell('base_dockerfile')]
  if (image !== undefined && file !== undefined) findings.problem(`give ${imageName} or ${fileName}, not both`)
  if (image !== undefined) return { kind: 'image', image }
  if (file === undefined) return undefined
  return { kind: 'dockerfile', file: fileAt(file, 'base_dockerfile') }
}

export function parseServices(given: Given, findings: Findings): { service?: string; services?: readonly string[] } {
  const service = matching('service', SERVICE, 'the name of a service', given, findings)
  const services = given.list('services')
  for (const name of services) {
    if (!SERVICE.test(name)) findings.problem(`${given.spell('services')}: "${name}" is not the name of a service`)
  }
  return { ...(service === undefined ? {} : { service }), ...(services.length === 0 ? {} : { services }) }
}

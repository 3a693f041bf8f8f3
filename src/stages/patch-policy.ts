// How the patch of a run will be judged.
import { relative } from 'node:path'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import type { RunRequest } from '../request/run-request.ts'
import type { PatchPolicy } from '../workspace/read.ts'

/** @param pathPrefix folder of the project inside its repository */
export function patchPolicy(
  { protectedPaths, limits }: RunRequest,
  config: ResolvedConfig,
  pathPrefix: string,
): PatchPolicy {
  return {
    ...{ protectedPaths, definingPaths: definingPaths(config), pathPrefix, contents: false },
    ...{ maxFiles: limits.patchFiles, maxBytes: limits.patchBytes },
  }
}

/** Files that this sandbox was made from, whatever they are called, relative to the project's folder. */
export function definingPaths({
  directory,
  devcontainer,
  composeFiles,
  composeParts,
  envFiles,
  base,
}: ResolvedConfig): readonly string[] {
  const documents = [devcontainer, ...composeFiles, ...(composeParts ?? [])].flatMap((document) => document?.file ?? [])
  const others = [...(envFiles ?? []).map(({ path }) => path), ...(base.kind === 'build' ? [base.dockerfile] : [])]
  const paths = [...documents, ...others.map((path) => relative(directory, path))]
  return [...new Set(paths)].filter((path) => path !== '' && path !== '-' && !path.startsWith('..'))
}

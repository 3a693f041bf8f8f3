// The briefing of a run: what was rendered for Claude to read, and what the tools that stand in for GitHub need.
import type { Briefing } from '../request/run-request.ts'
import type { FrozenContext } from './context.ts'
import type { Repository } from './task.ts'
import { toolFiles } from './tool-files.ts'
import { toolServers } from './tool-servers.ts'

/**
 * @param rendered files for Claude to read, by their path below /airlock/context; `bin`, `gh` and `ci` are the tools'
 * @param context undefined for a run that is about no issue or pull request
 */
export function briefing(
  rendered: ReadonlyMap<string, Uint8Array>,
  context: FrozenContext | undefined,
  repository: Repository,
): Briefing {
  return {
    files: new Map([...rendered, ...toolFiles(context, repository)]),
    tools: toolServers(context),
    subject: context?.kind ?? 'none',
  }
}

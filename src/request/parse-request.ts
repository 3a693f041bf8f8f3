// From what was given to the one object that a run goes by.
import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseClaude } from './claude-options.ts'
import { parseCredential } from './credential.ts'
import { existing } from './files.ts'
import type { Findings, Given } from './given.ts'
import { parseLimits } from './limits.ts'
import { parseNetwork, parseUpstream } from './network.ts'
import { parseAllow, parseDomains, parseGlobs, parsePresets } from './policies.ts'
import { parseProjectSource, parseServices } from './project-source.ts'
import { parsePrompt } from './prompt.ts'
import type { RunRequest } from './run-request.ts'
import { matching } from './values.ts'

export interface Surroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Reads standard input to its end. */
  readonly readStdin: () => string
  /** The folder that holds the output folders of runs that name none. */
  readonly outputRoot: string
}

export interface Leniency {
  /** The run may find out by itself what to do. */
  readonly promptless?: boolean
  /** The files that describe the project may lie in another commit than what is checked out. */
  readonly elsewhere?: boolean
}

/** What is wrong goes to `findings`: the request is of use only if there is no problem among them. */
export function parseRequest(
  given: Given,
  around: Surroundings,
  findings: Findings,
  { promptless = false, elsewhere = false }: Leniency = {},
): RunRequest {
  const { cwd, env } = around
  const runId = newRunId()
  const directory = existing(cwd, given.text('directory') ?? '.', 'folder', given.spell('directory'), findings)
  const { claude, args } = parseClaude(given, cwd, findings)
  const runtime = matching('runtime', /^[a-z0-9][a-z0-9._-]*$/i, 'the name of a runtime', given, findings)
  return {
    runId,
    directory,
    prompt: parsePrompt(given, cwd, around.readStdin, findings, promptless),
    project: parseProjectSource(given, directory, findings, elsewhere),
    ...parseServices(given, findings),
    credential: parseCredential(given, env, findings),
    upstream: parseUpstream(env, findings),
    network: parseNetwork(env, cwd, findings),
    allowedDomains: parseDomains(given, findings),
    egressPresets: parsePresets(given, findings),
    include: parseGlobs('include', false, given, findings),
    exclude: parseGlobs('exclude', false, given, findings),
    protectedPaths: parseGlobs('protected_paths', true, given, findings),
    allow: parseAllow(given, findings),
    limits: parseLimits(given, args, findings),
    ...(runtime === undefined ? {} : { runtime }),
    claude,
    outputDir: outputDir(given, around, runId, findings),
  }
}

function outputDir(given: Given, { cwd, outputRoot }: Surroundings, runId: string, findings: Findings): string {
  const written = given.text('output_dir')?.trim()
  const path = written === undefined ? join(outputRoot, runId) : resolve(cwd, written)
  const wrong = unwritable(path)
  if (wrong !== undefined) findings.problem(`${given.spell('output_dir')}: ${wrong}`)
  return path
}

/** Why the folder, made if need be, can't be written to: told before a run has cost anything. */
function unwritable(path: string): string | undefined {
  if (!existsSync(path)) return dirname(path) === path ? `${path} does not exist` : unwritable(dirname(path))
  if (!statSync(path).isDirectory()) return `${path} is not a folder`
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return undefined
  } catch {
    return `${path} is not writable by this user`
  }
}

/** Eight of [a-z0-9]: some 2.8 · 10¹² names, so that runs side by side don't meet. */
function newRunId(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  // 252 is the largest multiple of 36 in a byte: what is above it would make the first letters likelier.
  const bytes = [...randomBytes(64)].filter((byte) => byte < 252)
  return bytes
    .slice(0, 8)
    .map((byte) => letters[byte % 36])
    .join('')
}

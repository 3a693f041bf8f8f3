// What the process was started in. The only place, with the entries, that reads the environment.
import { readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'

export interface HostSurroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readStdin: () => string
  readonly outputRoot: string
  /** The folder that holds action.yml and dist/. */
  readonly root: string
}

/** At a terminal: results of runs that name no folder go to the user's state folder, never into the project. */
export function terminalSurroundings(): HostSurroundings {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state')
  return { ...common(), cwd: process.cwd(), outputRoot: join(state, 'airlock', 'runs') }
}

/** In a workflow: the checkout, and the runner's temporary folder, which it empties after the job. */
export function actionSurroundings(): HostSurroundings {
  const { GITHUB_WORKSPACE, RUNNER_TEMP } = process.env
  const cwd = GITHUB_WORKSPACE || process.cwd()
  return { ...common(), cwd, outputRoot: join(resolve(cwd, RUNNER_TEMP || '.airlock'), 'airlock') }
}

// The bundle has no import.meta.url; the script's own path, links followed (npx makes one), is the same for both.
function common() {
  const script = realpathSync(process.argv[1] ?? '.')
  return { env: process.env, readStdin: () => readFileSync(0, 'utf8'), root: dirname(dirname(script)) }
}

export function version(root: string): string {
  return String(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
}

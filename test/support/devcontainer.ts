// Boots devcontainers with the real devcontainers CLI, as an editor does, with the feature of this checkout.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { npmRegistry, plainEnvironment, startProcess, temporaryFolder } from './airlock.ts'
import { docker } from './engine-state.ts'
import { type Done, dockerAsync } from './feature-images.ts'
import { ROOT } from './steps.ts'

export const DEVCONTAINER_CLI = join(ROOT, 'node_modules/.bin/devcontainer')

export interface DevcontainerOptions {
  /** devcontainer.json without its features. */
  readonly config: Readonly<Record<string, unknown>>
  /** Path to content, relative to the project. */
  readonly files?: Readonly<Record<string, string>>
  /** A folder to copy first. */
  readonly from?: string
  /** Names of folders beside it that it needs. */
  readonly beside?: readonly string[]
  /** Options of the feature. */
  readonly feature?: Readonly<Record<string, string | boolean>>
  /** Features instead of this checkout's. */
  readonly features?: Readonly<Record<string, object>>
  /** Who starts it on the host: another user than root, by number. */
  readonly hostUser?: number
}

export interface Devcontainer extends AsyncDisposable {
  readonly directory: string
  readonly container: string
  /** Builds and starts it anew. */
  rebuild(feature?: Readonly<Record<string, string | boolean>>): Promise<void>
  /** `docker exec` as the remote user, or as another. */
  exec(script: string, options?: { readonly user?: string; readonly env?: readonly string[] }): Promise<Done>
  /** Words of `devcontainer COMMAND …` for this one. */
  cli(...args: string[]): readonly string[]
}

export async function devcontainer(options: DevcontainerOptions): Promise<Devcontainer> {
  const folder = temporaryFolder('devcontainer')
  const id = randomBytes(4).toString('hex')
  const directory = join(folder.path, `project-${id}`)
  layOut(directory, options)
  if (options.hostUser) execFileSync('chown', ['-R', `${options.hostUser}:${options.hostUser}`, folder.path])
  const place = ['--workspace-folder', directory, '--id-label', `airlock.test=${id}`]
  const words = (...args: string[]) => [...asUser(folder.path, options.hostUser), DEVCONTAINER_CLI, ...args]
  const up = async (...more: string[]) => {
    const argv = words('up', ...place, '--skip-non-blocking-commands', ...more)
    const ended = await startProcess(argv, { ...plainEnvironment(), HOME: folder.path }).done
    const result = JSON.parse(ended.stdout.trim().split('\n').at(-1) || '{}') as Record<string, string>
    if (result.outcome !== 'success') throw new Error(`${ended.stdout}\n${ended.stderr}`)
    return result
  }
  const state = { result: await up() }
  return {
    directory,
    get container() {
      return state.result.containerId ?? ''
    },
    async rebuild(feature = options.feature) {
      layOut(directory, { ...options, ...(feature ? { feature } : {}) })
      state.result = await up('--remove-existing-container')
    },
    exec: (script, { user = state.result.remoteUser ?? 'root', env = [] } = {}) =>
      dockerAsync([
        ...['exec', '--user', user, ...env.flatMap((pair) => ['--env', pair])],
        ...[state.result.containerId ?? '', 'sh', '-c', script],
      ]),
    cli: (command, ...args) => words(command ?? '', ...place, ...args),
    [Symbol.asyncDispose]: async () => {
      remove(id, state.result.composeProjectName)
      folder[Symbol.dispose]()
    },
  }
}

function layOut(directory: string, options: DevcontainerOptions): void {
  const { config, files = {}, from, beside = [], feature = {} } = options
  if (from) cpSync(from, directory, { recursive: true })
  for (const name of beside) cpSync(join(from ?? '', '..', name), join(directory, '..', name), { recursive: true })
  const own = join(directory, '.devcontainer')
  const local = { './claude-code': { npmRegistry: npmRegistry(), ...feature } }
  const { features = local } = options
  if (features === local) cpSync(join(ROOT, 'features/src/claude-code'), join(own, 'claude-code'), { recursive: true })
  const all = { ...files, '.devcontainer/devcontainer.json': JSON.stringify({ ...config, features }) }
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
}

/** The CLI asks for its user's name, so the user gets one, in a mount namespace of this command alone. */
function asUser(home: string, uid: number | undefined): readonly string[] {
  if (uid === undefined) return []
  const passwd = join(home, 'passwd')
  copyFileSync('/etc/passwd', passwd)
  appendFileSync(passwd, `runner:x:${uid}:${uid}::${home}:/bin/sh\n`)
  const group = execFileSync('stat', ['-c', '%g', '/var/run/docker.sock'], { encoding: 'utf8' }).trim()
  const become = `exec setpriv --reuid ${uid} --regid ${uid} --groups ${group} "$@"`
  return ['unshare', '--mount', 'sh', '-c', `mount --bind '${passwd}' /etc/passwd; ${become}`, 'sh']
}

function remove(id: string, composeProject: string | undefined): void {
  const list = (kind: string, label: string) =>
    docker(kind, 'ls', ...(kind === 'container' ? ['--all'] : []), '--quiet', '--filter', `label=${label}`)
  const labels = [`airlock.test=${id}`, ...(composeProject ? [`com.docker.compose.project=${composeProject}`] : [])]
  const containers = labels.flatMap((label) => list('container', label).split('\n')).filter(Boolean)
  const images = containers.map((container) => docker('inspect', '--format', '{{.Image}}', container))
  removeContainers(containers)
  if (composeProject)
    for (const network of list('network', labels[1] ?? '')
      .split('\n')
      .filter(Boolean))
      docker('network', 'rm', network)
  // Untagged with the names that only this devcontainer has.
  for (const image of new Set(images)) {
    const tags = docker('inspect', '--format', '{{join .RepoTags " "}}', image).split(' ')
    for (const tag of tags.filter((name) => name.startsWith('vsc-project-') || name.startsWith(`${composeProject}-`)))
      docker('rmi', '--force', tag)
  }
}

/** Containers, and the volumes that they had. */
export function removeContainers(containers: readonly string[]): void {
  if (containers.length === 0) return
  const named = '{{range .Mounts}}{{if eq .Type "volume"}}{{println .Name}}{{end}}{{end}}'
  const volumes = docker('inspect', '--format', named, ...containers).split('\n')
  docker('rm', '--force', ...new Set(containers))
  for (const volume of new Set(volumes.filter(Boolean))) docker('volume', 'rm', volume)
}

/** What the feature says of itself. */
export const featureManifest = () =>
  JSON.parse(readFileSync(join(ROOT, 'features/src/claude-code/devcontainer-feature.json'), 'utf8')) as {
    readonly version: string
    readonly options: Readonly<Record<string, { readonly type: string; readonly default: string | boolean }>>
  }

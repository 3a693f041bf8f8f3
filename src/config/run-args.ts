// What `runArgs` ask of the container, in the terms of a compose service, so that the same rules judge both.
import { resolve } from 'node:path'
import { doubleDollars } from './dollars.ts'
import { parseMount, parseVolume } from './mount-text.ts'
import type { Json, JsonObject } from './resolved-config.ts'

export interface RunArgs {
  /** Keys of a compose service, with `$` doubled as compose's own output has it. */
  readonly container: JsonObject
  /** Flags that have no meaning in a sandbox, such as --name. */
  readonly dropped: readonly string[]
  /** Arguments that are not understood. */
  readonly unknown: readonly string[]
}

type Takes = 'value' | 'switch'
type Meaning =
  | { readonly takes: Takes; readonly drop: true }
  /** Sets `key`, or appends to it. */
  | { readonly takes: Takes; readonly key: string; readonly list?: true; readonly parse?: (value: string) => Json }

const drop = (takes: Takes): Meaning => ({ takes, drop: true })
const set = (key: string): Meaning => ({ takes: 'value', key })
const add = (key: string, parse?: (value: string) => Json): Meaning => ({
  takes: 'value',
  key,
  list: true,
  ...(parse ? { parse } : {}),
})
const flag = (key: string): Meaning => ({ takes: 'switch', key })

// Left out on purpose, and so refused as unknown: --cidfile and --volume-driver (they write to or reach for the host),
// --storage-opt, --link, --isolation, and whatever docker learns after this was written.
const FLAGS: Readonly<Record<string, Meaning>> = {
  init: flag('init'),
  hostname: set('hostname'),
  'shm-size': set('shm_size'),
  ulimit: add('ulimits'),
  user: set('user'),
  platform: set('platform'),
  'stop-signal': set('stop_signal'),
  'read-only': flag('read_only'),
  'group-add': add('group_add'),
  tmpfs: add('tmpfs'),
  sysctl: add('sysctls'),
  env: add('environment'),
  'env-file': add('env_file'),
  'cap-add': add('cap_add'),
  'cap-drop': add('cap_drop'),
  'security-opt': add('security_opt'),
  privileged: flag('privileged'),
  network: set('network_mode'),
  net: set('network_mode'),
  pid: set('pid'),
  ipc: set('ipc'),
  uts: set('uts'),
  userns: set('userns_mode'),
  cgroupns: set('cgroup'),
  'cgroup-parent': set('cgroup_parent'),
  device: add('devices'),
  'device-cgroup-rule': add('device_cgroup_rules'),
  gpus: set('gpus'),
  runtime: set('runtime'),
  volume: add('volumes'),
  mount: add('volumes', (value) => parseMount(value) ?? value),
  'volumes-from': add('volumes_from'),
  'add-host': add('extra_hosts'),
  dns: add('dns'),
  ...Object.fromEntries(['dns-search', 'dns-option', 'network-alias'].map((name) => [name, drop('value')])),
  // The sandbox has limits, labels and a name of its own, and nothing is published.
  ...Object.fromEntries(
    ['name', 'label', 'workdir', 'publish', 'expose', 'restart', 'log-driver', 'log-opt', 'mac-address', 'ip', 'pull']
      .concat(['memory', 'memory-swap', 'memory-reservation', 'cpus', 'cpu-shares', 'cpuset-cpus', 'pids-limit'])
      .concat(['stop-timeout', 'domainname', 'health-cmd', 'health-interval', 'health-retries', 'health-timeout'])
      .map((name) => [name, drop('value')]),
  ),
  ...Object.fromEntries(
    ['rm', 'interactive', 'tty', 'detach', 'publish-all', 'no-healthcheck'].map((name) => [name, drop('switch')]),
  ),
}

const SHORT: Readonly<Record<string, string>> = {
  e: 'env',
  h: 'hostname',
  i: 'interactive',
  l: 'label',
  m: 'memory',
  p: 'publish',
  P: 'publish-all',
  t: 'tty',
  u: 'user',
  v: 'volume',
  w: 'workdir',
  d: 'detach',
}

/** @param folder what relative host paths are relative to */
export function parseRunArgs(args: readonly string[], folder: string): RunArgs {
  const found: Record<string, Json> = {}
  const dropped: string[] = []
  const unknown: string[] = []
  const rest = args.flatMap(spell)
  while (rest.length > 0) {
    const [arg = ''] = rest.splice(0, 1)
    const [, name = '', inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? []
    const meaning = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined
    if (!meaning) {
      unknown.push(arg)
      continue
    }
    const value = inline ?? (meaning.takes === 'value' ? rest.splice(0, 1)[0] : undefined)
    if ('drop' in meaning) dropped.push(`--${name}`)
    else if (meaning.takes === 'switch') found[meaning.key] = value !== 'false'
    else if (value === undefined) unknown.push(arg)
    else if (!meaning.list) found[meaning.key] = value
    else found[meaning.key] = [...((found[meaning.key] as Json[] | undefined) ?? []), meaning.parse?.(value) ?? value]
  }
  return { container: doubleDollars(asService(found, folder, dropped)), dropped, unknown }
}

// `-v x`, `-vx` and `-it` become their long forms.
function spell(arg: string): string[] {
  if (!/^-[a-zA-Z]/.test(arg)) return [arg]
  const letters = [...arg.slice(1)]
  const spelled: string[] = []
  for (const [index, letter] of letters.entries()) {
    const name = SHORT[letter]
    if (!name) return [arg]
    const rest = letters.slice(index + 1).join('')
    if (FLAGS[name]?.takes === 'value')
      return [...spelled, rest === '' ? `--${name}` : `--${name}=${rest.replace(/^=/, '')}`]
    spelled.push(`--${name}`)
  }
  return spelled
}

function asService(found: Record<string, Json>, folder: string, dropped: string[]): JsonObject {
  const { environment, ulimits, sysctls, volumes, env_file, network_mode, ...others } = found
  const strings = (value: Json | undefined) => (value ?? []) as string[]
  const withValue = strings(environment).filter((entry) => entry.includes('='))
  // `-e NAME` alone takes the value from the host's environment.
  dropped.push(
    ...strings(environment)
      .filter((entry) => !entry.includes('='))
      .map((entry) => `--env ${entry}`),
  )
  const ownNetwork = network_mode === undefined || network_mode === 'bridge' || network_mode === 'default'
  return {
    ...others,
    ...(ownNetwork ? {} : { network_mode }),
    ...(environment ? { environment: pairs(withValue) } : {}),
    ...(sysctls ? { sysctls: pairs(strings(sysctls)) } : {}),
    ...(ulimits ? { ulimits: Object.fromEntries(strings(ulimits).map(ulimit)) } : {}),
    ...(env_file ? { env_file: strings(env_file).map((file) => resolve(folder, file)) } : {}),
    ...(volumes
      ? {
          volumes: (volumes as Json[]).map((entry) => (typeof entry === 'string' ? parseVolume(entry, folder) : entry)),
        }
      : {}),
  }
}

function pairs(entries: readonly string[]): JsonObject {
  return Object.fromEntries(
    entries.map((entry) => [entry.split('=', 1)[0] as string, entry.slice(entry.indexOf('=') + 1)]),
  )
}

function ulimit(entry: string): [string, Json] {
  const [name = '', limits = ''] = entry.split('=')
  const [soft, hard = soft] = limits.split(':').map(Number)
  return [name, { soft: soft ?? 0, hard: hard ?? 0 }]
}

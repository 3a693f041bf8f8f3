// What airlock does not know, and so does not pass on: a new key may mean anything.
import { KNOWN_KEYS } from '../../config/devcontainer-shape.ts'
import { isString, objectOf } from '../../config/json.ts'
import type { Json, ResolvedConfig } from '../../config/resolved-config.ts'
import { needsEngine } from '../../config/settings.ts'
import { locateInCompose } from '../locate.ts'
import { type Hit, hit, type Rule } from '../rule.ts'

/** Keys of a compose service that are passed on, judged by a rule, or left out with a note. */
export const SERVICE_KEYS: ReadonlySet<string> = new Set(
  [
    'annotations attach build cap_add cap_drop cgroup cgroup_parent command configs container_name',
    'cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec',
    'depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment',
    'expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation label_file',
    'labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit network_mode networks',
    'oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles pull_policy',
    'pull_refresh_after read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period',
    'stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir',
    'blkio_config',
  ].flatMap((line) => line.split(' ')),
)

const MODEL_KEYS = new Set(['name', 'version', 'services', 'networks', 'volumes', 'secrets', 'configs'])

export const UNKNOWN: readonly Rule[] = [
  {
    id: 'AL601',
    title: 'unknown compose key',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 1,
    reason: 'a key that airlock does not know may give the container anything',
    remedy: 'Remove the key, or leave the service out (services).',
    container: (container) =>
      Object.keys(container.keys)
        .filter((key) => !SERVICE_KEYS.has(key) && !key.startsWith('x-') && isGiven(container.keys[key]))
        .map((key) => hit(container, key, `unknown key ${key}`)),
    config: (config) =>
      Object.keys(config.compose ?? {})
        .filter((key) => !MODEL_KEYS.has(key) && !key.startsWith('x-'))
        .map((key) => ({ message: `unknown key ${key}`, source: locateInCompose(config, [key]) })),
  },
  {
    id: 'AL602',
    title: 'unknown argument in runArgs',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 1,
    reason:
      "arguments of docker run can give the container anything of the host's; only a list of harmless ones passes",
    remedy: 'Remove the argument.',
    config: (config) =>
      (config.unknownRunArgs ?? []).map((arg) => ({ message: `runArgs ${arg}`, source: locateRunArg(config, arg) })),
  },
  {
    id: 'AL603',
    title: 'unknown key in devcontainer.json',
    severity: 'warn',
    promise: 1,
    reason: 'the key is not used',
    remedy: 'Check its spelling.',
    config: ({ devcontainer }) =>
      Object.keys(devcontainer?.value ?? {})
        .filter((key) => !KNOWN_KEYS.has(key))
        .map((key) => ({ message: `unknown key "${key}"`, source: devcontainer?.locate([key]) ?? { file: '' } })),
  },
  {
    id: 'AL604',
    title: 'feature that needs a container engine',
    severity: 'rewrite',
    promise: 1,
    reason: "the feature needs a privileged container or the host's engine, and either is root on the host",
    remedy: 'Work that needs Docker is not possible in the sandbox; everything else is.',
    config: ({ devcontainer }) =>
      Object.keys(objectOf(devcontainer?.value.features))
        .filter(needsEngine)
        .map((id) => ({
          message: `feature ${id} is left out`,
          source: devcontainer?.locate(['features', id]) ?? { file: 'devcontainer.json' },
        })),
  },
]

const isGiven = (value: Json | undefined) => value !== undefined && value !== null

function locateRunArg({ devcontainer }: ResolvedConfig, arg: string): Hit['source'] {
  const args = devcontainer?.value.runArgs
  const index = Array.isArray(args)
    ? args.findIndex((one) => isString(one) && (arg.startsWith(one) || one === arg))
    : -1
  return devcontainer?.locate(index < 0 ? ['runArgs'] : ['runArgs', index]) ?? { file: 'devcontainer.json' }
}

// What gives a container power over the host's kernel.
import { listOf, objectOf, stringsOf, textOf } from '../../config/json.ts'
import { type Container, type Hit, hit, type Rule } from '../rule.ts'

/**
 * Capabilities that do not reach out of a container. Docker's defaults without NET_RAW and MKNOD, and three that
 * databases and debuggers ask for: SYS_PTRACE sees only the container's own processes, IPC_LOCK and SYS_NICE stay within
 * its memory and cpu limits. Left out on purpose: NET_ADMIN and NET_RAW (spoofing on the network), SYS_ADMIN, SYS_MODULE,
 * SYS_RAWIO, SYS_BOOT, SYS_TIME, BPF, PERFMON, DAC_READ_SEARCH (all of them have led out of containers), and SYS_RESOURCE
 * (it lifts limits).
 */
const HARMLESS_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'IPC_LOCK',
  'KILL',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
  'SYS_NICE',
  'SYS_PTRACE',
])

/** Kernel parameters of a container's own namespaces that servers ask for. */
const HARMLESS_SYSCTLS =
  /^(net\.core\.somaxconn|net\.ipv4\.(ip_local_port_range|ip_unprivileged_port_start|tcp_[a-z0-9_]+)|net\.ipv6\.conf\.(all|default|lo)\.disable_ipv6|kernel\.(shm[a-z_]+|msg[a-z]+|sem)|fs\.mqueue\.[a-z_]+)$/

export const PRIVILEGES: readonly Rule[] = [
  {
    id: 'AL101',
    title: 'privileged container',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 1,
    reason: 'a privileged container owns the host: its disks, its devices, its network and every other container',
    remedy: 'Remove it and give the one capability that is needed, or leave the service out (services).',
    container: (container) =>
      container.keys.privileged === true ? [hit(container, 'privileged', 'privileged: true')] : [],
  },
  {
    id: 'AL102',
    title: 'namespace of the host or of another container',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 1,
    reason: "a container in the host's namespaces reaches its network, its processes or its users",
    remedy: 'Remove the key; services reach each other by their names.',
    container: namespaces,
  },
  {
    id: 'AL103',
    title: 'added capability',
    severity: 'refuse',
    whenAllowed: 'kept',
    promise: 1,
    reason: 'this capability changes networks or the kernel, and has been a way out of containers',
    remedy: 'Remove it, or leave the service out (services).',
    container: (container) =>
      stringsOf(container.keys.cap_add)
        .filter((name) => !HARMLESS_CAPABILITIES.has(name.toUpperCase().replace(/^CAP_/, '')))
        .map((name) => hit(container, 'cap_add', `capability ${name}`, name)),
  },
  {
    id: 'AL104',
    title: 'security option',
    severity: 'refuse',
    whenAllowed: 'kept',
    promise: 1,
    reason: 'options other than no-new-privileges switch protections of the container off',
    remedy: 'Remove it; seccomp and apparmor options are left out by themselves.',
    container: (container) =>
      stringsOf(container.keys.security_opt)
        .filter((option) => !/^no-new-privileges([:=](true|false))?$/.test(option))
        .map((option) => hit(container, 'security_opt', `security option ${option}`, option)),
  },
  {
    id: 'AL105',
    title: 'device of the host',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 1,
    reason: "a device is the host's: a disk, a GPU or /dev/kvm is reached past every other limit",
    remedy: 'Remove the device, or leave the service out (services).',
    container: devices,
  },
  {
    id: 'AL106',
    title: 'own runtime or place in the host',
    severity: 'refuse',
    whenAllowed: 'left out',
    promise: 1,
    reason: 'these keys take the container out of the runtime or the limits that the sandbox is given',
    remedy: "Remove the key; the sandbox's runtime is an input of the run (runtime).",
    container: (container) =>
      ['runtime', 'cgroup_parent', 'credential_spec', 'isolation', 'oom_kill_disable', 'oom_score_adj']
        .filter(
          (key) => container.keys[key] !== undefined && container.keys[key] !== false && container.keys[key] !== 0,
        )
        .map((key) => hit(container, key, `${key}: ${textOf(container.keys[key])}`)),
  },
  {
    id: 'AL107',
    title: 'kernel parameter',
    severity: 'refuse',
    whenAllowed: 'kept',
    promise: 1,
    reason: 'kernel parameters of the network can open a way out of the closed network',
    remedy: 'Remove it; net.core.somaxconn, net.ipv4.tcp_*, kernel.shm* and the like are allowed.',
    container: (container) =>
      Object.keys(objectOf(container.keys.sysctls))
        .filter((name) => !HARMLESS_SYSCTLS.test(name))
        .map((name) => hit(container, 'sysctls', `sysctl ${name}`, name)),
  },
]

// `service:x` joins a container of the same closed project, which is no way out.
const CLOSED_NAMESPACE: Readonly<Record<string, RegExp>> = {
  network_mode: /^(bridge|default|none|service:.+)$/,
  pid: /^service:.+$/,
  ipc: /^(private|shareable|none|service:.+)$/,
  uts: /^$/,
  userns_mode: /^$/,
  cgroup: /^private$/,
}

function namespaces(container: Container): readonly Hit[] {
  return Object.entries(CLOSED_NAMESPACE).flatMap(([key, closed]) => {
    const value = container.keys[key]
    if (value === undefined || value === null || closed.test(textOf(value))) return []
    return [hit(container, key, `${key}: ${textOf(value)}`, textOf(value))]
  })
}

function devices(container: Container): readonly Hit[] {
  const { deploy } = container.keys
  const listed = ['devices', 'device_cgroup_rules', 'gpus'].flatMap((key) => {
    const value = container.keys[key]
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [hit(container, key, key)]
  })
  const reserved = listOf(objectOf(objectOf(objectOf(deploy).resources).reservations).devices)
  return reserved.length > 0 ? [...listed, hit(container, 'deploy', 'reserved devices', 'devices')] : listed
}

// The environment that an interactive shell of the remote user would have: version managers (rbenv, nvm, asdf) put
// themselves on PATH there and nowhere else.
import type { Docker } from '../ports/docker.ts'
import { execRun, type Session } from './exec.ts'
import type { Metadata } from './metadata.ts'

const FLAGS = {
  loginInteractiveShell: '-lic',
  loginShell: '-lc',
  interactiveShell: '-ic',
} as const

// Set by the shell for itself; passing them on would lie to later shells.
const OWN = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'TERM'])
const MARK = '--airlock-environment--'
const TIMEOUT_MS = 10_000

/**
 * The user's variables, devcontainer.json's remoteEnv on top. A shell that fails or hangs gives no variables and a note:
 * the container's own environment still holds.
 */
export async function userEnvironment(
  docker: Docker,
  session: Session,
  metadata: Metadata,
): Promise<{ readonly env: Readonly<Record<string, string>>; readonly note?: string }> {
  const probed = metadata.userEnvProbe === 'none' ? plain() : FLAGS[metadata.userEnvProbe]
  // One exec gives both: the container's environment, then the shell's.
  const script = `m=${MARK}; cat /proc/self/environ; printf '\\n%s\\n' $m; [ -n "$1" ] || exit 0
s=$(awk -F: -v u="$(id -u)" '$3 == u { print $7; exit }' /etc/passwd 2>/dev/null); [ -x "$s" ] || s=/bin/sh
case $s in */bash | */zsh | */ash | */sh | */dash) ;; *) s=/bin/sh ;; esac
case $s in */bash | */zsh) f=$1 ;; *) f=-lc ;; esac
exec "$s" "$f" "printf '%s\\n' $m; cat /proc/self/environ; printf '\\n%s\\n' $m" </dev/null`
  const result = await execRun(docker, session, ['/bin/sh', '-c', script, 'sh', probed], { timeoutMs: TIMEOUT_MS })
  const parts = result.stdout.toString('utf8').split(new RegExp(`\\n?${MARK}\\n`))
  const container = variables(parts[0] ?? '')
  const shell = variables(parts.length >= 4 ? (parts[2] ?? '') : '')
  const failed = probed !== '' && parts.length < 4
  const remote = substitute(metadata.remoteEnv, container)
  return {
    // The container's own PATH is what a command gets anyway; named, it can be added to.
    env: { ...(container.PATH === undefined ? {} : { PATH: container.PATH }), ...shell, ...remote },
    ...(failed
      ? { note: `the remote user's ${metadata.userEnvProbe} could not be read: its PATH may be incomplete` }
      : {}),
  }
}

const plain = () => ''

function variables(environ: string): Record<string, string> {
  const pairs = environ
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !OWN.has(name))
  return Object.fromEntries(pairs)
}

/** `${containerEnv:NAME}` and `${containerEnv:NAME:default}` of remoteEnv. */
export function substitute(
  remoteEnv: Readonly<Record<string, string>>,
  container: Readonly<Record<string, string>>,
): Record<string, string> {
  const fill = (value: string) =>
    value.replaceAll(
      /\$\{containerEnv:([^:}]+)(?::([^}]*))?\}/g,
      (_, name: string, fallback: string | undefined) => container[name] ?? fallback ?? '',
    )
  return Object.fromEntries(Object.entries(remoteEnv).map(([name, value]) => [name, fill(value)]))
}

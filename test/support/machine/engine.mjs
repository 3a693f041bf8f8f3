// Finds a Docker engine that Airlock can use or, as root on Debian, installs and starts one.
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { addTrixie, canInstall, distribution, install } from './apt.mjs'
import { ask, run, step } from './run.mjs'

const WHAT_TO_INSTALL =
  'Airlock needs Docker Engine 23.0.11 or newer with Compose 2.24 or newer. ' +
  'Install both from https://docs.docker.com/engine/install/ and start the engine, then run this again. ' +
  '(As root on Debian 12 or 13 this command installs them itself.)'

const engineVersion = () => ask('docker', ['version', '--format', '{{.Server.Version}}'])
const composeVersion = () => ask('docker', ['compose', 'version', '--short'])
const buildxVersion = () => ask('docker', ['buildx', 'version'])

function atLeast(version, wanted) {
  const have = version.replace(/^v/, '').split(/[.+-]/).map(Number)
  for (const [index, part] of wanted.entries()) {
    if ((have[index] ?? 0) !== part) return (have[index] ?? 0) > part
  }
  return true
}

/** Makes sure that an engine answers; throws with what to install when that can't be. */
export function engine() {
  let version = engineVersion()
  if (!version || !composeVersion() || !buildxVersion()) {
    if (process.env.DOCKER_HOST || !canInstall()) throw new Error(WHAT_TO_INSTALL)
    step('Installing Docker Engine and Compose from Debian', installEngine)
    version = engineVersion()
  }
  if (!version) {
    step('Starting the Docker engine', startEngine)
    version = engineVersion()
  }
  const compose = composeVersion()
  if (!version || !atLeast(version, [23, 0, 11]) || !compose || !atLeast(compose, [2, 24])) {
    throw new Error(`Found Docker Engine ${version ?? 'none'} and Compose ${compose ?? 'none'}. ${WHAT_TO_INSTALL}`)
  }
  return { version, compose }
}

function installEngine() {
  addTrixie()
  const from = distribution().version === '12' ? '/trixie' : ''
  const docker = ['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx', 'containerd'].map((name) => name + from)
  // On a machine whose init is no systemd, the packages' scripts fail to start the service and that is fine.
  install([...docker, 'runc', 'tini', 'iptables', 'ca-certificates'])
}

function startEngine() {
  if (process.getuid?.() !== 0) throw new Error(WHAT_TO_INSTALL)
  const log = openSync('/var/log/airlock-dockerd.log', 'a')
  spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] }).unref()
  for (let tries = 0; tries < 150; tries += 1) {
    if (engineVersion()) return
    run('sleep', ['0.2'])
  }
  const tail = ask('tail', ['-n', '15', '/var/log/airlock-dockerd.log']) ?? ''
  throw new Error(`dockerd did not answer within 30 s. Its log (/var/log/airlock-dockerd.log) ends with:\n${tail}`)
}

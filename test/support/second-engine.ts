// A Docker engine of a test's own: on a disk of its own that may fill up, in a network namespace of its own whose firewall
// may be changed, and that may be restarted. The machine's engine serves others. It takes root, as installing that did.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from './airlock.ts'

export interface SecondEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly address: string
  docker(...args: string[]): string
  /** Runs a command in the engine's network namespace. */
  inNetwork(...command: string[]): string
  /** Ends it as a crash or an upgrade does, and starts it again. */
  restart(): Promise<void>
}

const root = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' }).trim()

/** @param megabytes of its disk: images, containers and volumes */
export async function secondEngine(megabytes: number): Promise<SecondEngine> {
  const folder = temporaryFolder('engine')
  const data = join(folder.path, 'data')
  mountDisk(join(folder.path, 'disk'), data, megabytes)
  const namespace = `airlock${process.pid}`
  openNamespace(namespace)
  const address = `unix://${join(folder.path, 'socket')}`
  const docker = (...args: string[]) => root('docker', '--host', address, ...args)
  const options = { folder: folder.path, data, address, namespace, docker }
  let engine = await begin(options)
  return {
    address,
    docker,
    inNetwork: (...command) => root('ip', 'netns', 'exec', namespace, ...command),
    async restart() {
      await end(engine)
      engine = await begin(options)
    },
    async [Symbol.asyncDispose]() {
      await end(engine)
      root('umount', '--lazy', data)
      root('ip', 'netns', 'delete', namespace)
      folder[Symbol.dispose]()
    },
  }
}

function mountDisk(disk: string, data: string, megabytes: number): void {
  mkdirSync(data)
  root('truncate', '--size', `${megabytes}M`, disk)
  root('mkfs.ext4', '-q', '-m', '0', disk)
  root('mount', '-o', 'loop', disk, data)
}

const HOST = '10.212.0.1'
const ENGINE = '10.212.0.2'

// A cable to the machine, on which a model that listens everywhere is found. The machine does not route for it.
function openNamespace(name: string): void {
  root('ip', 'netns', 'add', name)
  root('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', name)
  root('ip', 'address', 'add', `${HOST}/30`, 'dev', name)
  root('ip', 'link', 'set', name, 'up')
  const inside = (...args: string[]) => root('ip', '-n', name, ...args)
  inside('link', 'set', 'lo', 'up')
  inside('address', 'add', `${ENGINE}/30`, 'dev', 'uplink')
  inside('link', 'set', 'uplink', 'up')
  inside('route', 'add', 'default', 'via', HOST)
}

interface Options extends Pick<SecondEngine, 'address' | 'docker'> {
  readonly folder: string
  readonly data: string
  readonly namespace: string
}

async function begin({ folder, data, address, namespace, docker }: Options) {
  const log = openSync(join(folder, 'log'), 'a')
  const args = [
    ...['--data-root', data, '--exec-root', join(folder, 'run'), '--pidfile', join(folder, 'pid'), '--host', address],
    ...['--host-gateway-ip', HOST],
  ]
  // `ip netns exec` would put a new /sys in place, without control groups.
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, 'dockerd', ...args], { stdio: ['ignore', log, log] })
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      docker('version')
      return child
    } catch {
      await sleep(100)
    }
  }
  throw new Error(`the second engine did not start: ${root('tail', '-5', join(folder, 'log'))}`)
}

async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  await closed
}

/** Copies images of the machine's engine, so that nothing is built again. */
export function copyImages(engine: SecondEngine, images: readonly string[]): void {
  const script = 'set -o pipefail; docker save "${@:2}" | docker --host "$1" load -q'
  root('bash', '-c', script, 'bash', engine.address, ...images)
}

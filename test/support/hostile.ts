// Projects that attack the machine that boots them: every vector that a devcontainer.json or compose file has, each
// with a shell test that succeeds in a container where the attack worked.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker } from './engine-state.ts'
import { type FileMap, type Project, project } from './projects.ts'

const LABEL = 'airlock.test=audit'

/** What of the host the attacks go for. */
export class Prey implements Disposable {
  /** Of the caller's environment. */
  readonly token = 'planted-token-of-the-caller-7f3a'
  /** In files outside the repository. */
  readonly key = 'planted-key-of-another-project-91bc'
  /** In a file of the repository that git ignores. */
  readonly ignored = 'planted-value-that-git-ignores-55de'
  readonly outside: string
  readonly marks: string
  /** A volume and a network of another project, and a name that its image has. */
  readonly theirs = `airlock-test-theirs-${process.pid}`
  readonly named = `airlock-test-named-${process.pid}`
  readonly image = `airlock-test-victim-${process.pid}:latest`
  /** An image as anybody may publish one: its label asks for a mount. */
  readonly labelled = `airlock-test-labelled-${process.pid}:latest`

  constructor(folder: string) {
    this.outside = join(folder, 'outside')
    this.marks = join(folder, 'marks')
    mkdirSync(this.outside)
    mkdirSync(this.marks)
    writeFileSync(join(this.outside, 'id_rsa'), `${this.key}\n`)
    writeFileSync(join(this.outside, 'outside.env'), `FROM_OUTSIDE=${this.key}\n`)
    docker('network', 'create', '--label', LABEL, this.theirs)
    this.restore()
    const entry = { mounts: [{ type: 'bind', source: this.outside, target: '/label' }] }
    tag(this.labelled, `FROM ${BASE}\nLABEL devcontainer.metadata='${JSON.stringify([entry])}'\n`)
  }

  get secrets(): readonly string[] {
    return [this.token, this.key, this.ignored]
  }

  /** The caller's environment, as a developer's or a runner's is. */
  get environment(): Record<string, string> {
    const names = ['PLANTED_TOKEN', 'GITHUB_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'NPM_TOKEN', 'COMPOSE_PLANTED']
    return Object.fromEntries(names.map((name) => [name, this.token]))
  }

  [Symbol.dispose](): void {
    docker('volume', 'rm', '-f', this.theirs, this.named)
    docker('network', 'rm', '-f', this.theirs)
    docker('image', 'rm', '-f', this.image, this.labelled)
  }

  /** Makes what is somebody else's, or makes it anew after an attack. */
  restore(): void {
    for (const volume of [this.theirs, this.named]) {
      docker('volume', 'create', '--label', LABEL, volume)
      docker('run', '--rm', '-v', `${volume}:/v`, BASE, 'sh', '-c', `echo ${this.key} > /v/data`)
    }
    tag(this.image, `FROM ${BASE}\nENV VICTIM=mine\n`)
  }
}

const tag = (name: string, dockerfile: string) =>
  execFileSync('docker', ['build', '-q', '-t', name, '--label', LABEL, '-'], { input: dockerfile })

export const BASE = 'debian:trixie-slim'
/** Each engine has it, under this name too, and none takes it by itself. */
export const RUNTIME = 'io.containerd.runc.v2'

/** What a shell finds in a container in which an attack worked; `pid` is one of the machine's, `port` a listener on it. */
export const EVIDENCE = (
  { token, key, theirs }: Prey,
  pid: number,
  port: number,
): Readonly<Record<string, string>> => ({
  "a variable of the caller's": `env | grep -q '${token}'`,
  'an env file outside': `env | grep -q '^FROM_OUTSIDE=${key}'`,
  'a bind outside': `grep -q '${key}' /outside/id_rsa`,
  'a volume that is a folder of the host': `grep -q '${key}' /device/id_rsa`,
  "a mount of the image's label": `grep -q '${key}' /label/id_rsa`,
  'a mount of a feature': `grep -q '${key}' /feature/id_rsa`,
  "another project's volume": `grep -q '${key}' /theirs/data`,
  "another project's volume by its name": `grep -q '${key}' /named/data`,
  "the engine's socket": 'test -S /var/run/docker.sock',
  "the host's processes": `grep -q vitest /proc/${pid}/cmdline`,
  "the host's network": `timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}'`,
  'raw devices': 'test -e /dev/mem || test -e /dev/kmsg',
  'a device that was asked for': 'test -c /dev/planted',
  'a capability that reaches the kernel': 'mount -t tmpfs none /mnt',
  'a secret of the environment': `grep -q '${token}' /run/secrets/byenv`,
  'a secret of a file outside': `grep -q '${key}' /run/secrets/byfile`,
  'a config of a file outside': `grep -q '${key}' /byconfig`,
  "another project's network": `getent hosts ${theirs}-there`,
  'a link to a container of another project': 'getent hosts neighbour',
  'a place in the host among the control groups': 'grep -q planted.slice /proc/self/cgroup',
  'a build context outside': `grep -q '${key}' /built/id_rsa`,
  "the build's own context outside": `grep -q '${key}' /context/id_rsa`,
  'a kernel parameter': 'grep -q 1 /proc/sys/net/ipv4/conf/all/route_localnet',
  "the kernel's files, to write to": 'test -w /proc/sys/kernel/core_pattern',
  'a build secret': `grep -q '${token}' /built/secret`,
})

/** A feature as anybody may publish one, below .devcontainer. */
export const hostileFeature = ({ outside }: Prey): FileMap => ({
  '.devcontainer/own/devcontainer-feature.json': pretty({
    ...{ id: 'own', version: '1.0.0', name: 'Own', privileged: true },
    mounts: [{ type: 'bind', source: outside, target: '/feature' }],
  }),
  '.devcontainer/own/install.sh': { run: '#!/bin/sh\n' },
})

/** A devcontainer on a Dockerfile, started by `docker run`. */
export function hostileDevcontainer(prey: Prey): Project {
  const { outside, marks, theirs, named, labelled } = prey
  const devcontainer = {
    build: { dockerfile: 'Dockerfile', options: [`--metadata-file=${marks}/build-option`] },
    initializeCommand: `env > ${marks}/initialize`,
    ...{ containerEnv: { LEAK: '${localEnv:PLANTED_TOKEN}' }, privileged: true, appPort: [18081] },
    runArgs: [
      ...['-e', 'PLANTED_TOKEN', '--env-file', `${outside}/outside.env`, '-v', `${outside}:/outside`],
      ...['--pid=host', '--network=host', '--cidfile', `${marks}/cidfile`, '--device=/dev/null:/dev/planted'],
    ],
    mounts: [
      'type=bind,source=/var/run/docker.sock,target=/var/run/docker.sock',
      `type=volume,target=/device,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=${outside}`,
      `type=volume,source=${theirs},target=/theirs`,
      `type=volume,source=${named},target=/named`,
    ],
    features: { './own': {} },
  }
  return project({
    ...hostileFeature(prey),
    '.devcontainer/devcontainer.json': pretty(devcontainer),
    '.devcontainer/Dockerfile': `FROM ${labelled}\n`,
  })
}

/** A compose project; `more` is what makes a devcontainer of it. */
export function hostileCompose(prey: Prey, more: FileMap = {}, base = BASE): Project {
  const { outside, theirs, named, image } = prey
  const app = {
    ...{
      image: base,
      command: ['sleep', 'infinity'],
      init: true,
      privileged: true,
      pid: 'host',
      ipc: 'host',
      cgroup: 'host',
    },
    ...{ devices: ['/dev/null:/dev/planted'], userns_mode: 'host', container_name: `${theirs}-fixed` },
    ...{ cgroup_parent: 'planted.slice', runtime: RUNTIME, external_links: [`${theirs}-there:neighbour`] },
    volumes: [
      '.:/work',
      `${outside}:/outside`,
      '/var/run/docker.sock:/var/run/docker.sock',
      'device:/device',
      'theirs:/theirs',
      'named:/named',
    ],
    environment: ['PLANTED_TOKEN', 'COPY=${COMPOSE_PLANTED}', 'DOT=${IGNORED:-}'],
    env_file: [join(outside, 'outside.env')],
    ...{ secrets: ['byenv', 'byfile'], configs: [{ source: 'byconfig', target: '/byconfig' }] },
    ...{ networks: ['default', 'theirs'], ports: ['0.0.0.0:18080:18080'], logging: { driver: 'json-file' } },
  }
  const built = {
    build: {
      ...{ context: '.', dockerfile: 'built.Dockerfile', network: 'host', secrets: ['byenv'] },
      additional_contexts: { out: outside },
      args: ['PLANTED_TOKEN'],
    },
    ...{ image: `${image}`, command: ['sleep', 'infinity'], init: true, network_mode: 'host' },
  }
  const loose = {
    ...{ image: BASE, command: ['sleep', 'infinity'], init: true, cap_add: ['SYS_ADMIN'] },
    ...{ security_opt: ['systempaths=unconfined'], sysctls: { 'net.ipv4.conf.all.route_localnet': '1' } },
    volumes_from: [`container:${theirs}-there`],
  }
  const elsewhere = {
    build: { context: outside, dockerfile_inline: `FROM ${BASE}\nCOPY id_rsa /context/id_rsa\n` },
    ...{ command: ['sleep', 'infinity'], init: true },
  }
  const compose = {
    services: { app, built, loose, elsewhere },
    volumes: {
      device: { driver: 'local', driver_opts: { type: 'none', o: 'bind', device: outside } },
      theirs: { external: true, name: theirs },
      // Not external: a name is enough.
      named: { name: named },
    },
    networks: { theirs: { external: true, name: theirs } },
    secrets: { byenv: { environment: 'PLANTED_TOKEN' }, byfile: { file: join(outside, 'id_rsa') } },
    configs: { byconfig: { file: join(outside, 'id_rsa') } },
  }
  const made = project({
    'compose.yaml': pretty(compose),
    '.gitignore': '.env\n',
    'built.Dockerfile': `FROM ${BASE}
COPY --from=out id_rsa /built/id_rsa
RUN --mount=type=secret,id=byenv cp /run/secrets/byenv /built/secret
`,
    ...more,
  })
  writeFileSync(join(made.directory, '.env'), `IGNORED=${prey.ignored}\n`)
  return made
}

// JSON is YAML, too, and has each value on a line of its own.
const pretty = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`

// 20,000 files into the workspace, again after one change, and the patch back: against a tar pipe and git on the host.
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dockerClient } from '../../src/ports/docker.ts'
import { installation } from '../../src/ports/installation.ts'
import { allowedEnvironment, hostProcess } from '../../src/ports/process.ts'
import { ensureGatewayImage } from '../../src/sandbox/gateway-image.ts'
import { type Project, project } from '../support/projects.ts'
import { ROOT } from '../support/steps.ts'
import { copyIn } from '../support/workspace-rig.ts'
import { median, type Row, ratioRow, timed, timeRow } from './row.ts'

const FOLDERS = 200
const FILES = 100
const ROUNDS = 3
const VOLUME = `airlock-bench-${process.pid}`

function fill(directory: string): void {
  const block = 'x'.repeat(63).concat('\n').repeat(64)
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    mkdirSync(join(directory, `f${folder}`), { recursive: true })
    for (let file = 0; file < FILES; file += 1) {
      // 4 KiB, each its own.
      writeFileSync(join(directory, `f${folder}/${file}.txt`), `${folder} ${file}\n${block}`.slice(0, 4096))
    }
  }
}

function repository(): Project {
  const made = project({ 'README.md': 'bench\n' }, 'bench')
  fill(made.directory)
  made.git('add', '-A')
  made.git('commit', '-q', '-m', 'Files')
  return made
}

async function tarPipe(directory: string, image: string): Promise<void> {
  const mount = ['--volume', `${VOLUME}:/w`, '--network', 'none', '--entrypoint', 'tar']
  const script = `tar -c -C "$0" . | docker run --rm -i --user 0 ${mount.join(' ')} ${image} -x -C /w`
  const child = spawn('sh', ['-c', script, directory], { stdio: 'inherit' })
  await new Promise<void>((resolve, reject) => {
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`the tar pipe ended with ${code}`))))
  })
  execFileSync('docker', ['volume', 'rm', VOLUME], { stdio: 'ignore' })
}

const TEN = 'for i in 1 2 3 4 5 6 7 8 9 10; do echo more >> f$i/1.txt; done'

export async function benchCopy(): Promise<readonly Row[]> {
  const image = await ensureGatewayImage(dockerClient(hostProcess(allowedEnvironment(process.env))), installation(ROOT))
  using from = repository()
  const times = {
    in: [] as number[],
    again: [] as number[],
    tar: [] as number[],
    out: [] as number[],
    git: [] as number[],
  }
  const hostGit = async () => {
    from.git('add', '-A')
    from.git('diff', '--cached', '--binary', 'HEAD')
  }
  for (let round = 0; round <= ROUNDS; round += 1) {
    const { directory } = from
    await using first = await copyIn(directory)
    const tar = await timed(() => tarPipe(directory, image))
    appendFileSync(join(directory, 'f0/0.txt'), `round ${round}\n`)
    await using copy = await copyIn(directory)
    await copy.sh(TEN)
    const began = performance.now()
    const { changes } = await copy.patch()
    const out = performance.now() - began
    if (changes.length !== 10) throw new Error(`${changes.length} changes`)
    execFileSync('sh', ['-c', TEN], { cwd: directory })
    const git = await timed(hostGit)
    from.git('reset', '-q', '--hard')
    const took = { in: first.copiedInMs, again: copy.copiedInMs, tar, out, git }
    // The first round warms the caches of both.
    if (round > 0) for (const [name, value] of Object.entries(took)) times[name as keyof typeof times].push(value)
  }
  const [copied, again, tar, out, git] = [times.in, times.again, times.tar, times.out, times.git].map(median) as [
    ...[number, number, number, number, number],
  ]
  return [
    ratioRow(
      {
        what: 'copy in, 20,000 files, baseline and history with it',
        comparedWith: 'tar | docker run tar',
        ms: [copied, tar],
      },
      1.1,
    ),
    ratioRow({ what: 'copy in again after one change', comparedWith: 'the full copy', ms: [again, copied] }, 0.1),
    timeRow(
      {
        what: 'patch out, 20,000 files, 10 changed',
        comparedWith: 'git add -A && git diff on the host',
        ms: [out, git],
      },
      '≤ 1.2× + 400 ms',
      (ms, comparedMs) => ms <= comparedMs * 1.2 + 400,
    ),
  ]
}

// The briefing's two volumes on a real engine: what the helper puts in, who may do what there, and what comes out.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dockerClient } from '../../../src/ports/docker.ts'
import { installation } from '../../../src/ports/installation.ts'
import { allowedEnvironment, hostProcess } from '../../../src/ports/process.ts'
import { type BriefingVolumes, fillBriefing, readOutbox } from '../../../src/sandbox/briefing.ts'
import { ensureGatewayImage } from '../../../src/sandbox/gateway-image.ts'
import { runNames } from '../../../src/sandbox/names.ts'
import { sweep } from '../../../src/sandbox/sweep.ts'
import { ROOT } from '../../support/steps.ts'

const engine = dockerClient(hostProcess(allowedEnvironment(process.env)))
const runId = randomUUID().slice(0, 8)
const { contextVolume, outboxVolume } = runNames(runId)
const OWNER = { uid: 1000, gid: 1000 }
let volumes: BriefingVolumes

const LONG = `deep/${'a-long-name/'.repeat(20)}end.md`
const FILES = new Map<string, Uint8Array>([
  ['README.md', Buffer.from('# Hello ü\n')],
  [LONG, Buffer.from('found')],
  ['images/ü "x" $(id).png', Buffer.from([0, 255, 10, 13, 0])],
  ['empty', Buffer.alloc(0)],
  ['large', Buffer.alloc(9_000_000, 'x')],
])

const briefing = (files: ReadonlyMap<string, Uint8Array>) => ({ files, tools: [], subject: 'pull' as const })
const fill = (files: ReadonlyMap<string, Uint8Array>, signal = new AbortController().signal) =>
  fillBriefing(briefing(files), '{"mcpServers":{}}', volumes, { docker: engine, signal })

/** A shell where the sandbox would be: the same mounts, and the image of the helper for want of another. */
async function inside(user: string, script: string): Promise<string> {
  const mounts = ['--volume', `${contextVolume}:/airlock/context:ro`, '--volume', `${outboxVolume}:/airlock/outbox`]
  const args = ['run', '--rm', '--network', 'none', '--user', user, ...mounts, '--entrypoint', '/bin/sh', volumes.image]
  const { stdout, stderr } = await engine.run([...args, '-c', `{ ${script}; } 2>&1`])
  return stdout.toString('utf8') + stderr
}

beforeAll(async () => {
  const image = await ensureGatewayImage(engine, installation(ROOT))
  volumes = { context: contextVolume, outbox: outboxVolume, image, runId }
  for (const name of [contextVolume, outboxVolume]) {
    await engine.expect('a volume', ['volume', 'create', '--label', `airlock.run=${runId}`, name])
  }
  await fill(FILES)
})
afterAll(() => sweep(engine, { runId }))

describe('the briefing', () => {
  test('is there byte by byte, with the tools', async () => {
    const shown = await inside(
      '1000:1000',
      `cd /airlock/context; cat README.md '${LONG}' mcp.json; echo; wc -c empty large | sed 's/^ *//'; od -An -tu1 images/*; stat -c '%U %a %n' . bin bin/gh README.md; gh() { bin/gh "$@"; }; gh --version`,
    )
    expect(shown.split('\n')).toEqual([
      ...['# Hello ü', 'found{"mcpServers":{}}', '0 empty', '9000000 large', '9000000 total'],
      ...['   0 255  10  13   0', 'root 755 .', 'root 755 bin', 'root 755 bin/gh', 'root 644 README.md'],
      ...["gh version 2.0.0 (Airlock's stand-in)", ''],
    ])
  })

  test.each(['1000:1000', '0:0'])('can not be written by %s', async (user) => {
    expect(await inside(user, 'echo x > /airlock/context/x')).toContain('Read-only file system')
    expect(await inside(user, 'rm -rf /airlock/context/bin; ls /airlock/context/bin')).toContain('gh\n')
  })

  test.each(['../x', '/etc/x', 'a//b', './a', 'a/..', '', 'a\nb'])('has no file %j', async (path) => {
    await expect(fill(new Map([[path, Buffer.alloc(0)]]))).rejects.toThrow('outside its folder')
  })

  test('is given up when the run is', async () => {
    const stop = new AbortController()
    const filling = fill(new Map([['large', Buffer.alloc(50_000_000)]]), stop.signal)
    stop.abort(new Error('cancelled'))
    await expect(filling).rejects.toThrow('cancelled')
  })

  test('that does not fit anywhere is an error that says so', async () => {
    const broken = { ...volumes, context: '/proc/nowhere' }
    const filling = fillBriefing(briefing(FILES), '', broken, { docker: engine, signal: new AbortController().signal })
    await expect(filling).rejects.toMatchObject({ kind: 'sandbox', where: expect.stringContaining('exit code') })
  })
})

describe('the outbox', () => {
  test('takes files of any user, and nobody can take another’s away', async () => {
    expect(await inside('1000:1000', 'printf one > /airlock/outbox/001.comment')).toBe('')
    expect(
      await inside('1001:1001', 'printf two > /airlock/outbox/002.comment; rm -f /airlock/outbox/001.comment'),
    ).toContain('not permitted')
    await inside(
      '0:0',
      'umask 077; printf secret > /airlock/outbox/003.comment; ln -s /airlock/gateway.cjs /airlock/outbox/004.comment',
    )
    expect(await readOutbox(volumes, OWNER, { docker: engine })).toEqual({
      files: [
        { name: '001.comment', text: 'one' },
        { name: '002.comment', text: 'two' },
      ],
      refused: ['"003.comment": it is not readable for the user that Claude works as', '"004.comment": it is a link'],
    })
  })

  test('that can not be read is an error with its cause', async () => {
    const missing = { ...volumes, image: 'airlock-no-such-image:0' }
    await expect(readOutbox(missing, OWNER, { docker: engine })).rejects.toMatchObject({
      ...{ kind: 'sandbox', message: 'the outbox could not be read', where: expect.stringContaining('exit code') },
    })
  })
})

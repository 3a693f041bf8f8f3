// The engine's disk is full, or the engine itself goes away in the middle.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endOf, run, startRun, temporaryFolder } from '../support/airlock.ts'
import { docker } from '../support/engine-state.ts'
import { startModel } from '../support/model.ts'
import { copyImages, type SecondEngine, secondEngine } from '../support/second-engine.ts'
import { tiny } from '../support/tiny.ts'

const WORK = 'echo half done > HALF'
let engine: SecondEngine

beforeAll(async () => {
  // One run on the machine's engine, for its images.
  using project = tiny()
  using folder = temporaryFolder('images')
  const model = await startModel({ scenario: { kind: 'say', text: 'Hello.' } })
  const running = startRun(project.directory, folder.path, [], { model: model.url })
  await running.says('Claude starts')
  const label = `label=airlock.run=${/Run ([a-z0-9]{8});/.exec(running.output())?.[1]}`
  const images = docker('ps', '--all', '--filter', label, '--format', '{{.Image}}').split('\n')
  await running.done
  await model.stop()
  engine = await secondEngine(1800)
  copyImages(engine, [...new Set([...images, 'debian:trixie-slim'])])
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const nothingLeft = () =>
  ['container ls --all', 'network ls', 'volume ls'].map((list) =>
    engine.docker(...list.split(' '), '--quiet', '--filter', 'label=airlock.run'),
  )

test('a disk that fills up while Claude works: what was done before is kept', async () => {
  using project = tiny()
  using folder = temporaryFolder('full')
  const fill = 'dd if=/dev/zero of=/var/tmp/fill bs=1M; echo more > AFTER || echo "no room for more"'
  const model = await startModel({ scenario: { kind: 'bash', commands: [WORK, fill] } })
  const ended = await run(project.directory, folder.path, [], {
    model: model.url,
    env: { DOCKER_HOST: engine.address },
  })
  await model.stop()
  expect(ended.stderr).toMatch(/No space left on device/)
  expect(ended.patch).toContain('+half done')
  expect(project.git('status', '--porcelain')).toBe('')
  expect(nothingLeft()).toEqual(['', '', ''])
})

test('a workspace that the disk has no room for is refused with the cause', async () => {
  using project = tiny()
  using folder = temporaryFolder('full')
  // Not sparse on the way: every byte is sent.
  writeFileSync(join(project.directory, 'big.bin'), Buffer.alloc(1500 * 1024 * 1024, 1))
  const model = await startModel({ scenario: { kind: 'say', text: 'Never said.' } })
  const ended = await run(project.directory, folder.path, [], {
    model: model.url,
    env: { DOCKER_HOST: engine.address },
  })
  await model.stop()
  expect(ended.exitCode, ended.stderr).toBe(5)
  expect(ended.result.error).toMatchObject({
    message: expect.stringContaining('disk is full'),
    next: expect.stringContaining('exclude'),
  })
  expect(model.requests()).toEqual([])
  expect(nothingLeft()).toEqual(['', '', ''])
})

test('a firewall between containers of one network is told, not waited for', async () => {
  using project = tiny()
  using folder = temporaryFolder('firewall')
  const model = await startModel({ scenario: { kind: 'say', text: 'Never said.' } })
  // What a second engine on the machine, or a hardened host, does to bridged packets.
  engine.inNetwork('sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1')
  engine.inNetwork('iptables', '--insert', 'DOCKER-USER', '--jump', 'DROP')
  const ended = await run(project.directory, folder.path, [], {
    model: model.url,
    env: { DOCKER_HOST: engine.address },
  }).finally(() => engine.inNetwork('iptables', '--delete', 'DOCKER-USER', '--jump', 'DROP'))
  await model.stop()
  expect(ended.exitCode, ended.stderr).toBe(5)
  expect(ended.result.error).toMatchObject({
    message: 'the sandbox does not reach its gateway',
    next: expect.stringContaining('FORWARD'),
  })
  expect(ended.result.probe.filter((row) => !row.ok).map((row) => row.name)).toEqual(['the gateway', 'the gateway'])
  expect(nothingLeft()).toEqual(['', '', ''])
})

test('an engine that is restarted in the middle: the cause is named, the work kept, nothing left', async () => {
  using project = tiny()
  using folder = temporaryFolder('restart')
  const model = await startModel({ scenario: { kind: 'bash', commands: [WORK, 'tail -f /dev/null'] } })
  const running = startRun(project.directory, folder.path, [], {
    model: model.url,
    env: { DOCKER_HOST: engine.address },
  })
  await running.says('tail -f /dev/null')
  await sleep(300)
  await engine.restart()
  const ended = await endOf(running, folder.path)
  await model.stop()
  expect(ended.exitCode, ended.stderr).toBe(4)
  expect(ended.result.error?.message).toMatch(/engine (was restarted|stopped answering)/)
  expect(ended.patch).toContain('+half done')
  expect(nothingLeft()).toEqual(['', '', ''])
})

import { describe, expect, it } from 'vitest'
import { parseRunArgs } from '../../../src/config/run-args.ts'

describe('runArgs', () => {
  it.each([
    [['--init', '--hostname', 'web', '--shm-size=1g'], { init: true, hostname: 'web', shm_size: '1g' }],
    [['-e', 'A=1', '-eB=$x', '--env=C=a=b'], { environment: { A: '1', B: '$$x', C: 'a=b' } }],
    [
      ['--ulimit', 'nofile=1:2', '--ulimit=core=0'],
      { ulimits: { nofile: { soft: 1, hard: 2 }, core: { soft: 0, hard: 0 } } },
    ],
    [['--cap-add', 'SYS_PTRACE', '--cap-add=NET_ADMIN'], { cap_add: ['SYS_PTRACE', 'NET_ADMIN'] }],
    [['--network', 'bridge'], {}],
    [['--network=host'], { network_mode: 'host' }],
    [['-v', './data:/data:ro'], { volumes: [{ type: 'bind', source: '/p/data', target: '/data', read_only: true }] }],
    [['-vcache:/c'], { volumes: [{ type: 'volume', source: 'cache', target: '/c' }] }],
    [['--mount', '"type=bind","src=/a,b",dst=/c'], { volumes: [{ type: 'bind', source: '/a,b', target: '/c' }] }],
    [['--privileged=false'], { privileged: false }],
    [['-it', '--user', '1000:1000'], { user: '1000:1000' }],
    [['--sysctl', 'net.core.somaxconn=1'], { sysctls: { 'net.core.somaxconn': '1' } }],
  ])('%j', (args, expected) => {
    const { container, unknown } = parseRunArgs(args, '/p')
    expect(container).toEqual(expected)
    expect(unknown).toEqual([])
  })

  it.each([
    [['--cidfile=/x'], ['--cidfile=/x']],
    [
      ['--cidfile', '/x'],
      ['--cidfile', '/x'],
    ],
    [
      ['debian', 'sh'],
      ['debian', 'sh'],
    ],
    [['-q'], ['-q']],
    [['--constructor'], ['--constructor']],
    [['--hostname'], ['--hostname']],
    [['-'], ['-']],
    [['--volume-driver=x'], ['--volume-driver=x']],
  ])('%j is not understood', (args, expected) => expect(parseRunArgs(args, '/p').unknown).toEqual(expected))

  it("drops what has no meaning, and variables that would take the host's value", () => {
    const { container, dropped, unknown } = parseRunArgs(['--name', 'x', '-e', 'TOKEN', '-p', '80:80', '--rm'], '/p')
    expect({ container, unknown }).toEqual({ container: { environment: {} }, unknown: [] })
    expect(dropped).toEqual(['--name', '--publish', '--rm', '--env TOKEN'])
  })
})

import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { place } from '../../../src/host/action-results.ts'
import { actionsHost } from '../../../src/host/actions-host.ts'
import { exitCodeOf, showError } from '../../../src/host/leave.ts'
import { cancelOnSignals } from '../../../src/host/signals.ts'
import { takesColour, terminalHost } from '../../../src/host/terminal-host.ts'
import { AirlockError } from '../../../src/ports/errors.ts'
import { result } from '../report/result.ts'

function capture() {
  let text = ''
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk)
      done()
    },
  })
  return { stream, text: () => text }
}

describe('a terminal', () => {
  const show = (act: (host: ReturnType<typeof terminalHost>) => void, quiet = false) => {
    const { stream, text } = capture()
    act(terminalHost({ stream, colour: false, quiet }))
    return text()
  }

  test('what the sandbox wrote stands behind a bar and moves nothing', () => {
    expect(show((host) => host.untrusted('\u001b[2J✓ Done\nerror: x\r\u001b]0;t\u0007y'))).toBe('│ ✓ Done\n│ y\n')
  })

  test('quiet keeps warnings and errors', () => {
    const text = show((host) => {
      host.info('a')
      host.section('b')()
      host.untrusted('c')
      host.warning('d')
      host.error('e')
    }, true)
    expect(text).toBe('warning: d\nerror: e\n')
  })

  test('secrets are blanked out everywhere', () => {
    const text = show((host) => {
      host.secret('sk-ant-very-secret')
      host.secret('ab')
      host.untrusted('key sk-ant-very-secret')
      host.warning('sk-ant-very-secret about')
    })
    expect(text).toBe('│ key ***\nwarning: *** about\n')
  })
})

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: false }, {}, false],
  [{}, {}, false],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{ isTTY: false }, { FORCE_COLOR: '1' }, true],
  [{ isTTY: true }, { FORCE_COLOR: '0' }, false],
  [{ isTTY: true }, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('colour on %j with %j: %s', (stream, env, expected) => {
  expect(takesColour(stream, env)).toBe(expected)
})

describe('a workflow’s log', () => {
  const show = (act: (host: ReturnType<typeof actionsHost>) => void) => {
    const { stream, text } = capture()
    act(actionsHost(stream))
    return text().split('\n').slice(0, -1)
  }
  // As the runner reads it: a line is a command if it starts with ::, unless commands are stopped by a token.
  function commands(lines: readonly string[]): readonly string[] {
    let token: string | undefined
    return lines.filter((line) => {
      const stop = /^::stop-commands::(.+)$/.exec(line)?.[1]
      if (token === undefined && stop !== undefined) token = stop
      else if (token !== undefined && line === `::${token}::`) token = undefined
      else return token === undefined && (line.trimStart().startsWith('::') || line.includes('##['))
      return false
    })
  }

  test.each([
    '::error::x',
    '  ::set-output name=a::b',
    '##[error]x',
    'a ##[command]x',
    '::stop-commands::t',
    'a\r::error::x',
  ])('%j from the sandbox is no command', (line) => {
    expect(commands(show((host) => host.untrusted(line)))).toEqual([])
    expect(commands(show((host) => host.info(line)))).toEqual([])
    // Control: the runner would have obeyed the first of them.
    expect(commands(['::error::x'])).toHaveLength(1)
  })

  test('a block ends before anything of ours, with a token that is never used again', () => {
    const lines = show((host) => {
      host.untrusted('a')
      host.untrusted('b')
      host.info('ours')
      host.untrusted('c')
      host.close()
      host.close()
    })
    const tokens = lines.flatMap((line) => /^::stop-commands::([0-9a-f]{32})$/.exec(line)?.[1] ?? [])
    expect(new Set(tokens).size).toBe(2)
    expect(lines).toEqual([
      `::stop-commands::${tokens[0]}`,
      '│ a',
      '│ b',
      `::${tokens[0]}::`,
      'ours',
      `::stop-commands::${tokens[1]}`,
      '│ c',
      `::${tokens[1]}::`,
    ])
  })
})

describe('signals', () => {
  const listen = () => {
    const process = new EventEmitter()
    const seen: unknown[] = []
    const cancellation = cancelOnSignals(process, {
      onCancel: (signal) => seen.push(signal),
      onInsist: (code) => seen.push(code),
    })
    return { process, seen, cancellation }
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s cancels once and exits with %i', (signal, code) => {
    const { process, seen, cancellation } = listen()
    expect(cancellation.exitCode()).toBeUndefined()
    process.emit(signal)
    expect(cancellation.signal.aborted).toBe(true)
    expect(cancellation.exitCode()).toBe(code)
    process.emit('SIGTERM')
    expect(seen).toEqual([signal, code])
  })

  test('after the end they are nobody’s', () => {
    const { process, seen, cancellation } = listen()
    cancellation.stop()
    process.emit('SIGINT')
    expect(seen).toEqual([])
    expect(process.listenerCount('SIGINT')).toBe(0)
  })
})

test.each([
  [result(), undefined, 0],
  [result({ conclusion: 'cancelled' }), 143, 143],
  [result({ conclusion: 'cancelled' }), undefined, 130],
  [result({ conclusion: 'failure', error: { kind: 'audit', message: '' } }), undefined, 3],
  [result({ conclusion: 'failure', error: { kind: 'internal', message: '' } }), undefined, 1],
  [result({ conclusion: 'failure' }), undefined, 1],
])('exit code %#', (outcome, cancelled, code) => {
  expect(exitCodeOf(outcome, cancelled)).toBe(code)
})

test.each([
  [
    new AirlockError('engine', 'no \u001b[31mengine', { next: 'Start it.' }),
    4,
    'EngineError: no engine\n  → Start it.\n',
  ],
  [new TypeError('oops'), 1, expect.stringMatching(/^TypeError: oops\n {4}at /)],
  ['text', 1, 'text\n'],
])('an error is shown, %#', (error, code, shown) => {
  const { stream, text } = capture()
  expect(showError(error, stream)).toBe(code)
  expect(text()).toEqual(shown)
})

test.each([
  ['compose.yml:7', { file: 'compose.yml', startLine: 7 }],
  ['.devcontainer/devcontainer.json:3:5', { file: '.devcontainer/devcontainer.json', startLine: 3, startColumn: 5 }],
  ['sub/Dockerfile', { file: 'sub/Dockerfile' }],
  ['docker build . (exit code 1)', {}],
  [undefined, {}],
])('an annotation for %j', (where, expected) => {
  expect(place(where)).toEqual(expected)
})

// `gh` as it is in the sandbox: the real script with the real files, in the shells of Debian, Fedora and Alpine.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { FrozenContext } from '../../../src/github/context.ts'
import { toolFiles } from '../../../src/github/tool-files.ts'
import { ISSUE, PULL, REPOSITORY } from '../../support/frozen.ts'
import { ROOT } from '../../support/steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'airlock-gh-'))
const outbox = join(folder, 'outbox')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function place(name: string, context: FrozenContext | undefined): string {
  const target = join(folder, name)
  for (const [path, content] of toolFiles(context, REPOSITORY)) {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    writeFileSync(join(target, path), content)
  }
  return target
}

const PLACES = {
  pull: place('pull', PULL),
  issue: place('issue', ISSUE),
  none: place('none', undefined),
  quiet: place('quiet', { ...PULL, checks: [] }),
  merged: place('merged', { ...PULL, state: 'merged' }),
  missing: join(folder, 'missing'),
}

// Only what a POSIX system has: what the script needs beyond that would show here. No jq, unless a test puts one there.
const bin = join(folder, 'bin')
mkdirSync(bin)
const link = (name: string) => {
  const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
  writeFileSync(join(bin, name), `#!/bin/sh\nexec ${path} "$@"\n`)
  chmodSync(join(bin, name), 0o755)
}
for (const name of ['cat', 'wc', 'mv', 'rm']) link(name)

const SHELLS = [['/bin/dash'], ['/bin/bash', '--posix'], ['/bin/busybox', 'ash']]

interface Options {
  readonly place?: keyof typeof PLACES
  readonly input?: string
  readonly shell?: readonly string[]
  readonly path?: string
}

function gh(args: readonly string[], { place = 'pull', input = '', shell = ['/bin/sh'], path = bin }: Options = {}) {
  const [program = '', ...options] = shell
  const env = {
    ...{ PATH: path, AIRLOCK_CONTEXT: PLACES[place], AIRLOCK_OUTBOX: outbox },
    AIRLOCK_TOOLS: join(ROOT, 'src/github'),
  }
  const script = join(ROOT, 'src/github/gh.sh')
  const ended = spawnSync(program, [...options, script, ...args], { env, input, encoding: 'utf8' })
  return { code: ended.status, out: ended.stdout, err: ended.stderr }
}

const posted = () => readdirSync(outbox).map((name) => [name, readFileSync(join(outbox, name), 'utf8')])

beforeEach(() => {
  rmSync(outbox, { recursive: true, force: true })
  mkdirSync(outbox)
})

const VIEW = `title:\tFix the total
state:\tOPEN
author:\toctocat
labels:\tbug, needs review
reviewers:\tmonalisa (Changes requested)
number:\t12
url:\thttps://github.com/acme/orders/pull/12
additions:\t4
deletions:\t1
--
${PULL.body}
`

describe.each(SHELLS)('in %s', (...shell) => {
  const run = (args: readonly string[], options: Options = {}) => gh(args, { ...options, shell })

  test('reads, with the fields in the order of their names', () => {
    expect(run(['pr', 'view'])).toEqual({ code: 0, out: VIEW, err: '' })
    const { out } = run(['pr', 'view', '12', '--json', 'title,body,number,author'])
    expect(JSON.parse(out)).toEqual({
      ...{ author: { is_bot: false, login: 'octocat' }, body: PULL.body, number: 12, title: 'Fix the total' },
    })
    expect(run(['pr', 'view', '--json', 'body', '--jq', '.body']).out).toBe(`${PULL.body}\n`)
    expect(run(['pr', 'view', '--json', 'files', '-q', '.files[].path']).out).toBe('src/total.ts\ndocs/ü "x".md\n')
    expect(run(['pr', 'view', '--json', 'author,body', '-q.author.login']).out).toBe('octocat\n')
    expect(run(['pr', 'diff'])).toEqual({ code: 0, out: PULL.diff, err: '' })
    expect(run(['pr', 'diff', '--name-only']).out).toBe('src/total.ts\ndocs/ü "x".md\n')
  })

  test('writes, word for word', () => {
    const text = 'A "quoted" $(id) `id` \\n line\n\n```suggestion\n\tx = 1\n```\n%s ü'
    expect(run(['pr', 'comment', '12', '--body', text])).toMatchObject({
      ...{ code: 0, out: 'https://github.com/acme/orders/pull/12\n', err: expect.stringContaining('outbox') },
    })
    run(['issue', 'comment', '12', '-F', '-'], { input: text })
    run(['pr', 'comment', `-b${text}`, '--edit-last', '--create-if-none'])
    expect(posted()).toEqual([
      ['001.comment', text],
      ['001.tracking', text],
      ['002.comment', text],
    ])
  })

  test('refuses with a sentence', () => {
    expect(run(['pr', 'view', '13'])).toEqual({ code: 1, out: '', err: expect.stringContaining('only #12') })
    expect(run(['api', 'repos/acme/orders'])).toEqual({ code: 1, out: '', err: expect.stringContaining('no token') })
    expect(run(['pr', 'view', '--json', 'title,nothing'])).toMatchObject({
      ...{ code: 1, err: expect.stringMatching(/^Unknown JSON field: "nothing"\nAvailable fields:\n {2}additions\n/) },
    })
  })
})

describe('names of the subject', () => {
  const url = 'https://github.com/acme/orders'
  test.each([
    ['12'],
    ['#12'],
    [`${url}/pull/12`],
    [`${url}/pull/12/files`],
    [`${url}/pull/12#issuecomment-1`],
    [`${url}/issues/12`],
    ['fix/total'],
    ['octocat:fix/total'],
    ['-R', 'acme/orders'],
    ['--repo=github.com/acme/orders', '12'],
  ])('%s', (...words) => {
    expect(gh(['pr', 'view', ...words])).toEqual({ code: 0, out: VIEW, err: '' })
  })

  test.each([
    [['13'], 'only #12'],
    [['1'], 'only #12'],
    [['122'], 'only #12'],
    [[`${url}/pull/120`], 'only #12'],
    [['https://github.com/acme/other/pull/12'], 'only #12'],
    [['main'], 'only #12'],
    [['-R', 'acme/other', '12'], 'only acme/orders'],
    [['-R', 'evilacme/orders', '12'], 'only acme/orders'],
    [['12', '13'], 'accepts at most 1'],
    [['--nothing'], 'unknown flag: --nothing'],
    [['--repo'], 'flag needs an argument: --repo'],
    [['--web'], 'no browser'],
    [['--json'], 'Specify one or more'],
    [['--jq', '.title'], 'without specifying --json'],
    [['--json', 'title', '--template', '{{.title}}'], '--template is not available'],
    [['--json', '../number'], 'Unknown JSON field'],
    [['--json', 'title,'], 'Unknown JSON field'],
  ])('%j is refused', (words, why) => {
    const { code, out, err } = gh(['pr', 'view', ...words])
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(why)
  })
})

describe('what it is about', () => {
  test('an issue: read and answered as one, and not as a pull request', () => {
    expect(gh(['issue', 'view', '7'], { place: 'issue' }).out).toMatch(
      /^title:\tThe total is wrong\n[\s\S]*number:\t7\n/,
    )
    expect(gh(['issue', 'view', '--comments'], { place: 'issue' }).out).toBe(
      'author:\thubot\nassociation:\tnone\nstatus:\tnone\n--\nThanks!\n--\nnot a separator\n--\n',
    )
    expect(gh(['issue', 'comment', '7', '-b', 'Done'], { place: 'issue' }).code).toBe(0)
    expect(gh(['pr', 'view', '7'], { place: 'issue' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('issue #7'),
    })
    expect(gh(['pr', 'comment', '7', '-b', 'x'], { place: 'issue' }).code).toBe(1)
    expect(posted()).toEqual([['001.comment', 'Done']])
  })

  test('nothing: said so, and nothing is left to be said', () => {
    expect(gh(['issue', 'comment', '7', '-b', 'x'], { place: 'none' })).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('no issue or pull request') },
    })
    expect(gh(['pr', 'list'], { place: 'none' })).toMatchObject({ code: 0, out: '' })
    expect(gh(['pr', 'view'], { place: 'missing' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('no briefing'),
    })
    expect(posted()).toEqual([])
  })

  test('comments, reviews and comments on lines, with who said them', () => {
    const { out } = gh(['pr', 'view', '--comments'])
    expect(out).toContain(
      'author:\tmonalisa\nassociation:\tmember\nstatus:\tchanges requested\n--\nPlease look again\n--\n',
    )
    expect(out).toContain('status:\tnone\nline:\tsrc/total.ts:1\n--\nWhy 2?\n--\n')
  })
})

describe('checks', () => {
  test('a line each, and the exit code of the worst', () => {
    const { code, out } = gh(['pr', 'checks', '12', '--watch'])
    expect(out.split('\n')).toEqual([
      'test\tfail\t0\thttps://github.com/acme/orders/runs/1\t2 tests failed',
      'lint\tpass\t0\thttps://github.com/acme/orders/runs/2\t',
      'deploy preview\tpending\t0\thttps://github.com/acme/orders/runs/3\t',
      '',
    ])
    expect(code).toBe(1)
  })

  test('as JSON', () => {
    const { code, out } = gh(['pr', 'checks', '--json', 'name,bucket,state'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual([
      { name: 'test', bucket: 'fail', state: 'FAILURE' },
      { name: 'lint', bucket: 'pass', state: 'SUCCESS' },
      { name: 'deploy\tpreview', bucket: 'pending', state: 'IN_PROGRESS' },
    ])
  })

  test('none', () => {
    expect(gh(['pr', 'checks'], { place: 'quiet' })).toEqual({
      ...{ code: 1, out: '', err: "no checks reported on the 'fix/total' branch\n" },
    })
  })
})

describe('lists hold the subject, where it fits', () => {
  const line = '12\tFix the total\tfix/total\tOPEN\t2026-03-01T10:00:00Z\n'
  test.each([
    [[], line],
    [['--state', 'all', '--limit', '5'], line],
    [['--state', 'closed'], ''],
    [['--head', 'fix/total', '--base=main', '--author', 'octocat'], line],
    [['--head', 'other'], ''],
    [['--json', 'number,title'], '[{"number":12,"title":"Fix the total"}]\n'],
    [['--json', 'number', '-s', 'merged'], '[]\n'],
  ])('pr list %j', (words, out) => {
    expect(gh(['pr', 'list', ...words])).toMatchObject({
      code: 0,
      out,
      err: expect.stringContaining('only what this run'),
    })
  })

  test('closed has what is merged; a filter that is not applied is named', () => {
    expect(gh(['pr', 'list', '-s', 'closed'], { place: 'merged' }).out).toContain('MERGED')
    expect(gh(['pr', 'list', '--search', 'x', '--label', 'bug']).err).toContain('not applied here: --search --label')
    expect(gh(['issue', 'list']).out).toBe('')
    expect(gh(['issue', 'list'], { place: 'issue' }).out).toBe(
      '7\tOPEN\tThe total is wrong\tbug, needs review\t2026-03-01T10:10:00Z\n',
    )
  })
})

describe('--jq', () => {
  const comments = PULL.said.filter((said) => said.kind === 'comment')
  test.each([
    ['number', '.number', '12\n'],
    ['title,isDraft', '.isDraft', 'false\n'],
    ['labels', '.labels', '[{"name":"bug"},{"name":"needs review"}]\n'],
    ['labels', '.labels[]', '{"name":"bug"}\n{"name":"needs review"}\n'],
    ['labels', '.labels[].name', 'bug\nneeds review\n'],
    ['comments', '.comments[].body', `${comments.map(({ body }) => `${body}\n`).join('')}`],
    ['comments', '.comments[].author', '{"login":"hubot"}\n'],
    ['latestReviews', '.latestReviews[].state', 'CHANGES_REQUESTED\n'],
  ])('--json %s --jq %s works without jq', (fields, filter, out) => {
    expect(gh(['pr', 'view', '--json', fields, '--jq', filter])).toEqual({ code: 0, out, err: '' })
  })

  test('nothing to list is nothing', () => {
    expect(gh(['pr', 'view', '--json', 'statusCheckRollup', '-q', '.statusCheckRollup[]'], { place: 'quiet' })).toEqual(
      {
        ...{ code: 0, out: '', err: '' },
      },
    )
  })

  test.each([
    ['comments', '.comments[].author.login'],
    ['comments', '.comments | length'],
    ['comments', '.comments[0].body'],
    ['comments', '.title'],
    ['title', '..'],
    ['title', '...'],
    ['title', './../number'],
  ])('--json %s --jq %s needs jq, and says so', (fields, filter) => {
    expect(gh(['pr', 'view', '--json', fields, '--jq', filter])).toEqual({
      ...{ code: 1, out: '', err: expect.stringContaining('needs the program jq') },
    })
  })

  test('goes to jq where there is one, as raw and compact text', () => {
    const other = join(folder, 'with-jq')
    mkdirSync(other, { recursive: true })
    writeFileSync(join(other, 'jq'), '#!/bin/sh\nprintf "%s|" "$@"\ncat\n', { mode: 0o755 })
    const { out } = gh(['pr', 'view', '--json', 'number', '--jq', '.number + 1'], { path: `${other}:${bin}` })
    expect(out).toBe('-rc|.number + 1|{"number":12}')
  })
})

describe('a comment', () => {
  test.each([
    [['pr', 'comment', '12'], 'flags required'],
    [['pr', 'comment', '12', '-b', ' \n\t'], 'blank'],
    [['pr', 'comment', '12', '-b', 'x', '-F', '-'], 'only one of'],
    [['pr', 'comment', '12', '-F', '/nothing'], '/nothing'],
    [['pr', 'comment', '13', '-b', 'elsewhere'], 'only #12'],
    [['pr', 'comment', '-R', 'acme/other', '12', '-b', 'elsewhere'], 'only acme/orders'],
  ])('%j is refused', (args, why) => {
    const { code, out, err } = gh(args)
    expect([code, out, posted()]).toEqual([1, '', []])
    expect(err).toContain(why)
  })

  test('has room for 65,536 bytes, and the outbox for 200', () => {
    const long = gh(['pr', 'comment', '-b', 'x'.repeat(65_537)])
    expect([long.code, long.err, posted()]).toEqual([1, expect.stringContaining('too long'), []])
    expect(gh(['pr', 'comment', '-b', 'x'.repeat(65_536)]).code).toBe(0)
    for (let at = 2; at <= 200; at += 1) writeFileSync(join(outbox, `${String(at).padStart(3, '0')}.comment`), 'x')
    expect(gh(['pr', 'comment', '-b', 'one more'])).toMatchObject({ code: 1, err: 'the outbox is full\n' })
    expect(readdirSync(outbox)).toHaveLength(200)
  })
})

describe('whatever else is asked for gets a sentence that says what to do', () => {
  test.each([
    [['pr', 'create', '--title', 'x'], 'change the files in the workspace'],
    [['pr', 'review', '--approve'], 'Approving is for people'],
    [['pr', 'merge', '12'], 'say in a comment'],
    [['pr', 'checkout', '12'], 'nothing to check out'],
    [['issue', 'create'], 'say in a comment'],
    [['issue', 'status'], 'use gh issue view'],
    [['run', 'view', '--log-failed'], 'logs of failed jobs'],
    [['auth', 'status'], 'no login here'],
    [['auth', 'token'], 'no login here'],
    [['repo', 'view'], 'use git there'],
    [['secret', 'list'], 'is not available here'],
    [['pr'], 'is not available here'],
  ])('%j', (args, why) => {
    const { code, out, err } = gh(args)
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(why)
  })

  test('help and version are no errors', () => {
    expect(gh([])).toMatchObject({ code: 0, out: expect.stringContaining('gh pr view|diff|checks|comment|list') })
    expect(gh(['--version'])).toMatchObject({ code: 0, out: expect.stringContaining('gh version') })
    expect(gh(['pr', 'comment', '--help'])).toMatchObject({ code: 0, err: '' })
  })
})

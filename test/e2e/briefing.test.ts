// A run with a briefing, with the real Claude Code: it reads what it was given and says what it has to say by the tools
// of claude-code-action, and whoever is hostile inside gets nothing else into the outbox.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { briefing } from '../../src/github/briefing.ts'
import { temporaryFolder } from '../support/airlock.ts'
import { type BriefedRun, briefedRun } from '../support/briefed-run.ts'
import { NOTHING, runObjects } from '../support/engine-state.ts'
import { ISSUE, PULL, REPOSITORY } from '../support/frozen.ts'
import { type Model, startModel } from '../support/model.ts'
import { type FileMap, type Project, project } from '../support/projects.ts'
import type { Step } from '../support/scenarios.ts'

const DOCKERFILE = `FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends git netcat-openbsd && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 --shell /bin/bash dev
`

/** The headers and body of a note, posted with bash alone. */
const POST = `post() { exec 3<>/dev/tcp/airlock-gateway/8082 || return 1
body='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_claude_comment","arguments":{"body":"posted by '$2'"}}}'
printf 'POST /github_comment HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nAuthorization: Bearer %s\\r\\nContent-Type: application/json\\r\\nContent-Length: %s\\r\\n\\r\\n%s' "$1" "\${#body}" "$body" >&3
cat <&3; exec 3>&-; }`

// A neighbour that found the port: it posts without end, as it would if it were hostile.
const FILES: FileMap = {
  '.devcontainer/devcontainer.json': JSON.stringify({
    ...{ dockerComposeFile: 'compose.json', service: 'app', workspaceFolder: '/workspaces/app', remoteUser: 'dev' },
  }),
  '.devcontainer/compose.json': JSON.stringify({
    services: {
      app: { build: '.', volumes: ['..:/workspaces/app'], command: 'sleep infinity' },
      db: { image: 'debian:trixie-slim', command: ['bash', '/post.sh'], volumes: ['../post.sh:/post.sh:ro'] },
    },
  }),
  '.devcontainer/Dockerfile': DOCKERFILE,
  'post.sh': `${POST}\nwhile :; do post guessed db; sleep 0.3; done\n`,
  'src/total.ts': 'export const total = 2\n// end\n',
}

const bash = (command: string): Step => ({ tool: 'Bash', input: { command, description: 'Run a command' } })
const mcp = (tool: string, input: object): Step => ({ tool: `mcp__${tool}`, input: input as Step['input'] })
const inline = (input: object) => mcp('github_inline_comment__create_inline_comment', input)

const WORK: readonly Step[] = [
  bash(
    'command -v gh; bash -lc "command -v gh"; gh pr view 12; gh pr diff --name-only; cat /airlock/context/pull-request.md',
  ),
  bash('gh pr checks; echo "exit code $?"; gh pr view --json title,number'),
  mcp('github_ci__download_job_log', { job_id: 9001 }),
  bash('cat /airlock/context/ci/job-9001.log'),
  inline({ path: 'src/total.ts', line: 1, body: 'Why “2”?' }),
  inline({ path: 'src/total.ts', body: 'without a line' }),
  mcp('github_comment__update_claude_comment', { body: '- [x] looked at it' }),
  mcp('github_file_ops__commit_files', { files: ['src/total.ts'], message: 'x' }),
  bash(`gh pr comment 12 --body-file - <<'TEXT'\nLooks good, \`but\` $HOME.\nTEXT\ngh pr comment 13 --body elsewhere`),
  bash(
    'touch /airlock/context/x; echo y > /airlock/context/gh/view; rm -rf /airlock/context/bin; ls /airlock/context/bin',
  ),
  bash('echo "// done" >> src/total.ts; git status --porcelain'),
]

const HOSTILE: readonly Step[] = [
  // Whatever a folder can hold.
  bash(`cd /airlock/outbox; ln -s /etc/passwd 001.comment; ln -s /proc/self/environ 002.comment; mkfifo 003.comment
truncate -s 100G 004.comment; mkdir 005.comment; printf 'a\\377b' > 006.comment; printf ' ' > 007.comment
printf x > 008.approve; printf x > '009.comment
::error::x'; printf 'by hand' > 010.comment; ln 010.comment 011.comment; printf honest > 012.comment; ls`),
  // The bearer is no secret to a process of the sandbox; then it can do what Claude can, and nothing else.
  bash(`${POST}
bearer=$(sed -n 's/.*Bearer \\([A-Za-z0-9_-]*\\).*/\\1/p' /airlock/context/mcp.json)
post "$bearer" claude | head -1; post wrong nobody | head -1`),
  inline({ path: '../../etc/passwd', line: 1, body: 'out of the tree' }),
  inline({ path: 'src/total.ts', line: 1, body: 'x', side: 'LEFT', pull_number: 99 }),
  bash('echo never reached'),
]

interface Ended extends BriefedRun {
  /** Tools that the model was offered from the start. */
  readonly offered: readonly string[]
  /** What Claude was told of its tool calls, in order. */
  readonly results: readonly string[]
}

let folder: ReturnType<typeof temporaryFolder>
let source: Project
const models: Model[] = []
beforeAll(() => {
  folder = temporaryFolder('briefing')
  source = project(FILES, 'app')
})
afterAll(async () => {
  source?.[Symbol.dispose]()
  folder?.[Symbol.dispose]()
  for (const model of models) await model.stop()
})

async function play(name: string, steps: readonly Step[], context: typeof PULL, args: string[] = []): Promise<Ended> {
  const model = await startModel({ scenario: { kind: 'steps', steps } })
  models.push(model)
  const rendered = new Map([['pull-request.md', Buffer.from('# Rendered elsewhere\n')]])
  const options = { model: model.url, briefing: briefing(rendered, context, REPOSITORY), args }
  const ended = await briefedRun(source.directory, join(folder.path, name), options)
  const offered = model.requests().flatMap(({ path, body }) => (path === '/v1/messages' ? [toolNames(body)] : []))
  return {
    ...ended,
    offered: offered.find((names) => names.length > 0) ?? [],
    results: toolResults(ended.result.output.transcript ?? ''),
  }
}

function toolNames(body: string): readonly string[] {
  const { tools = [] } = JSON.parse(body) as { tools?: { name: string; defer_loading?: boolean }[] }
  return tools.filter((tool) => !tool.defer_loading).map((tool) => tool.name)
}

function toolResults(transcript: string): readonly string[] {
  const events = readFileSync(transcript, 'utf8').split('\n').filter(Boolean)
  return events.flatMap((line) => {
    const { type, message } = JSON.parse(line) as { type: string; message?: { content: unknown } }
    const content = type === 'user' && Array.isArray(message?.content) ? message.content : []
    const texts = content.filter((block: { type: string }) => block.type === 'tool_result')
    return texts.map((block: { content: unknown }) =>
      typeof block.content === 'string'
        ? block.content
        : (block.content as { text?: string }[]).map((part) => part.text ?? '').join('\n'),
    )
  })
}

describe('Claude at its work', () => {
  let ended: Ended
  beforeAll(async () => {
    // The user's own servers come beside these, and his wish for no others does not take these away.
    const own = JSON.stringify({ mcpServers: { own: { type: 'http', url: 'http://db:1/' } } })
    ended = await play('work', WORK, PULL, ['--claude-args', `--mcp-config '${own}' --strict-mcp-config`])
  })

  test('reads the frozen context through gh, which every shell finds', () => {
    expect(ended.result.conclusion, ended.output).toBe('success')
    const [view = '', checks = '', log = '', job = ''] = ended.results
    expect(view).toMatch(/^\/airlock\/context\/bin\/gh\n\/usr\/local\/bin\/gh\ntitle:\tFix the total\n/)
    expect(view).toContain(PULL.body)
    expect(view).toMatch(/\nsrc\/total\.ts\ndocs\/ü "x"\.md\n# Rendered elsewhere$/)
    expect(checks).toContain('test\tfail\t0\t')
    expect(checks).toContain('exit code 1\n{"number":12,"title":"Fix the total"}')
    expect(JSON.parse(log)).toEqual({ path: '/airlock/context/ci/job-9001.log', size_bytes: 18 })
    expect(job).toBe('expected 2, got 1')
  })

  test('knows the tools by the names that prompts for claude-code-action use', () => {
    expect(ended.offered).toEqual(
      expect.arrayContaining([
        'mcp__github_inline_comment__create_inline_comment',
        'mcp__github_comment__update_claude_comment',
        'mcp__github_ci__get_ci_status',
        'mcp__github_ci__get_workflow_run_details',
        'mcp__github_ci__download_job_log',
      ]),
    )
  })

  test('says what it has to say, by either way, and it comes out in one place', () => {
    const { outbox, output } = ended.result
    expect(outbox).toEqual({
      entries: [
        { kind: 'inline-comment', path: 'src/total.ts', line: 1, body: 'Why “2”?', side: 'RIGHT' },
        { kind: 'tracking', body: '- [x] looked at it' },
        { kind: 'comment', body: 'Looks good, `but` $HOME.' },
      ],
      refused: [],
    })
    expect(JSON.parse(readFileSync(output.outbox ?? '', 'utf8'))).toEqual(outbox)
  })

  test('is told what it can’t have', () => {
    expect(ended.results[5]).toContain('line is missing')
    expect(ended.results[7]).toContain('edit the files in the workspace')
    expect(ended.results[8]).toContain('only #12 of acme/orders')
  })

  test('can not change its briefing, and none of it is in the patch', () => {
    expect(ended.results[9]).toMatch(/touch: .*Read-only file system\n[\s\S]*Read-only file system[\s\S]*\ngh\n/)
    expect(ended.result.patch?.changes.map((change) => change.path)).toEqual(['src/total.ts'])
    expect(ended.results[10]).toBe(' M src/total.ts')
  })

  test('a neighbour that posts to its tools is turned away, and seen', () => {
    const { outbox, requests } = ended.result
    const refusals = requests.blocked.filter((event) => event.via === 'tools')
    expect(refusals.length).toBeGreaterThan(0)
    expect(new Set(refusals.map((event) => event.reason))).toEqual(new Set(['these tools are for Claude only']))
    expect(JSON.stringify(outbox)).not.toContain('posted by db')
  })

  test('nothing of it stays in the engine', () => {
    expect(runObjects(ended.result.runId)).toEqual(NOTHING)
  })
})

describe('somebody hostile inside, on an issue, whose work is cut off', () => {
  let ended: Ended
  beforeAll(async () => {
    // Its last turn is never reached: the outbox is read however Claude ends.
    ended = await play('hostile', HOSTILE, ISSUE, ['--max-turns', '4'])
  })

  test('gets regular files of the right name through, each with a reason for the others', () => {
    expect(ended.result.conclusion).toBe('failure')
    const { entries, refused } = ended.result.outbox ?? { entries: [], refused: [] }
    expect(entries).toEqual([
      { kind: 'tracking', body: 'posted by claude' },
      { kind: 'comment', body: 'honest' },
    ])
    const reasons = [
      /^"001\.comment": it is a link$/,
      /^"002\.comment": it is a link$/,
      /^"003\.comment": it is no regular file$/,
      /^"004\.comment": it has more than 65,536 bytes$/,
      /^"005\.comment": it is no regular file$/,
      /^"006\.comment": it is not UTF-8$/,
      /^"007\.comment": body is blank$/,
      /^"008\.approve": there is no such kind/,
      /^"009\.comment\\n::error::x": there is no such kind/,
      /^"010\.comment": it is a hard link$/,
      /^"011\.comment": it is a hard link$/,
    ]
    for (const reason of reasons) expect(refused).toContainEqual(expect.stringMatching(reason))
    expect(refused).toHaveLength(reasons.length)
    expect(ended.output + JSON.stringify(ended.result)).not.toContain('root:x:0')
  })

  test('can use the tools with Claude’s bearer, and only the tools that there are', () => {
    // Control: the same request is taken with the bearer and refused without.
    expect(ended.results[1]).toMatch(/^HTTP\/1\.1 200 OK\s+HTTP\/1\.1 401 Unauthorized$/)
    expect(ended.results[2]).toMatch(/No such tool|not available|unknown/i)
    expect(ended.results.join()).not.toContain('never reached')
  })

  test('leaves nothing behind', () => {
    expect(runObjects(ended.result.runId)).toEqual(NOTHING)
    expect(existsSync(join(folder.path, 'hostile', 'outbox.json'))).toBe(true)
  })
})

test('what was said before the run is cancelled is not lost', async () => {
  const steps = [bash('gh issue comment 7 --body "Half way"'), bash('sleep 600')]
  const model = await startModel({ scenario: { kind: 'steps', steps } })
  models.push(model)
  const stop = new AbortController()
  const running = briefedRun(source.directory, join(folder.path, 'cancelled'), {
    ...{ model: model.url, briefing: briefing(new Map(), ISSUE, REPOSITORY), signal: stop.signal },
    onOutput: (output) => output.includes('In the outbox') && stop.abort(),
  })
  const { result, output } = await running
  expect([result.conclusion, result.outbox], output).toEqual([
    'cancelled',
    { entries: [{ kind: 'comment', body: 'Half way' }], refused: [] },
  ])
  expect(runObjects(result.runId)).toEqual(NOTHING)
})

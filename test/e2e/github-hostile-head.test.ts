// A review of a pull request whose head wants everything at once: to decide how it is booted, what Claude is told and
// what its services start from. It is booted from the base, and reviewed to the end.
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pullRequest } from '../support/github-events.ts'
import { hosted } from '../support/github-project.ts'
import { play } from '../support/github-run.ts'
import { bash } from '../support/scenarios.ts'

const OWNED = '/tmp/airlock-owned-by-a-head'
const devcontainer = (more: object) =>
  JSON.stringify({ dockerComposeFile: '../compose.yml', service: 'app', workspaceFolder: '/work', ...more })
const compose = (app: object, seed: object) =>
  JSON.stringify({
    services: {
      app: { image: 'debian:trixie-slim', command: 'sleep infinity', volumes: ['.:/work', 'shared:/shared'], ...app },
      seed: {
        ...{ image: 'debian:trixie-slim', volumes: ['./seed:/seed', '.:/whole', 'shared:/shared'] },
        command: ['/bin/sh', '-c', 'cp /seed/from.txt /whole/src/app.txt /shared/ && sleep infinity'],
        ...seed,
      },
    },
    volumes: { shared: {} },
  })

const BASE = {
  '.devcontainer/devcontainer.json': devcontainer({ postCreateCommand: 'sh .devcontainer/setup.sh' }),
  '.devcontainer/setup.sh': 'echo base > /tmp/setup\n',
  'compose.yml': compose({ environment: { WHO: 'base' } }, {}),
  'seed/from.txt': 'base\n',
  'CLAUDE.md': 'The word of the base is heron.\n',
  'src/app.txt': 'one\ntwo\n',
}
const HEAD = {
  '.devcontainer/devcontainer.json': devcontainer({ initializeCommand: `touch ${OWNED}`, postCreateCommand: 'exit 1' }),
  '.devcontainer/setup.sh': 'exit 1\n',
  'compose.yml': compose(
    { environment: { WHO: 'head' }, privileged: true, volumes: ['/:/host'] },
    { command: 'false' },
  ),
  'seed/from.txt': 'head\n',
  'CLAUDE.md': 'The word of the head is magpie.\n',
  '.claude/settings.json': JSON.stringify({
    hooks: { PreToolUse: [{ matcher: '*', hooks: [{ type: 'command', command: 'touch /tmp/hooked' }] }] },
  }),
  '.mcp.json': JSON.stringify({ mcpServers: { evil: { command: 'touch', args: ['/tmp/served'] } } }),
  'src/app.txt': 'one\nTWO\n',
}

const LOOK = [
  'echo "$WHO|$(cat /shared/from.txt)|$(tail -1 /shared/app.txt)|$(tail -1 src/app.txt)|$(cat /tmp/setup)|$(cat CLAUDE.md)"',
  'ls -a /host /tmp/hooked /tmp/served .claude .mcp.json 2>&1 | grep -vc "No such file"',
  'cat .git/HEAD',
].join('; ')

test('boots from the base, works on the head, and publishes its review', async () => {
  await using shop = await hosted(BASE)
  const number = await shop.open({ branch: 'topic', files: HEAD, message: 'Harmless' })
  const finding = {
    ...{ path: 'src/app.txt', startLine: 2, endLine: 2, severity: 'low', confidence: 1 },
    ...{ title: 'Loud', body: 'Why so loud?' },
  }
  const played = await play(
    shop,
    'examples/workflows/review.yml',
    await pullRequest(shop.github, number, { actor: 'octo' }),
    {
      steps: [bash(LOOK)],
      inputs: { show_full_output: 'true' },
      structured: { summary: 'It shouts.', verdict: 'comment', findings: [finding] },
    },
  )
  expect([played.job.status, played.result?.error]).toEqual(['success', undefined])
  const { log, summary } = played.job
  expect(log).toContain('base|base|TWO|TWO|base|The word of the base is heron.\\n0\\nref: refs/heads/topic')
  expect(existsSync(OWNED)).toBe(false)
  expect(played.prompt).toContain('heron')
  expect(played.prompt).not.toContain('magpie')
  const differing = played.result?.trusted?.differing ?? []
  for (const path of ['.claude/settings.json', '.mcp.json', 'CLAUDE.md', 'compose.yml', 'seed/from.txt']) {
    expect(differing).toContain(path)
  }
  expect(differing).not.toContain('src/app.txt')
  expect(summary).toContain('not from the head')
  const [review] = played.after.pulls[0]?.reviews ?? []
  expect(review?.comments).toMatchObject([{ path: 'src/app.txt', line: 2 }])
})

// A frozen context with a bit of everything, for tests of what is made of one.
import type { Author, FrozenContext } from '../../src/github/context.ts'

const author = (login: string, association = 'CONTRIBUTOR', bot = false): Author => ({ login, association, bot })

export const REPOSITORY = { owner: 'acme', name: 'orders', defaultBranch: 'main' }

const URL = 'https://github.com/acme/orders'
const BODY = 'Totals were wrong.\n\nSays "fixed" & <b>tested</b>: 5 > 3, 100 % ✓\n\tindented'

const DIFF = `diff --git a/src/total.ts b/src/total.ts
--- a/src/total.ts
+++ b/src/total.ts
@@ -1,2 +1,2 @@
-export const total = 1
+export const total = 2
 // end
`

export const PULL: FrozenContext = {
  frozenAt: '2026-03-01T12:00:00Z',
  kind: 'pull',
  number: 12,
  title: 'Fix the total',
  body: BODY,
  author: author('octocat'),
  state: 'open',
  labels: ['bug', 'needs review'],
  url: `${URL}/pull/12`,
  createdAt: '2026-03-01T10:00:00Z',
  said: [
    {
      ...{ kind: 'comment', id: 1, author: author('hubot', 'NONE', true), time: '2026-03-01T10:10:00Z' },
      ...{ body: 'Thanks!\n--\nnot a separator', url: `${URL}/pull/12#issuecomment-1` },
    },
    {
      ...{ kind: 'review', id: 2, author: author('monalisa', 'MEMBER'), time: '2026-03-01T10:20:00Z' },
      ...{ body: 'Please look again', url: `${URL}/pull/12#pullrequestreview-2`, state: 'CHANGES_REQUESTED' },
    },
    {
      ...{ kind: 'review-comment', id: 3, author: author('monalisa', 'MEMBER'), time: '2026-03-01T10:20:01Z' },
      ...{ body: 'Why 2?', url: `${URL}/pull/12#discussion_r3`, path: 'src/total.ts', line: 1, side: 'RIGHT' },
    },
  ],
  draft: false,
  ...{ baseRef: 'main', baseSha: 'b'.repeat(40), headRef: 'fix/total', headSha: 'a'.repeat(40) },
  commits: [
    {
      ...{ sha: 'a'.repeat(40), author: 'octocat', time: '2026-03-01T09:00:00Z' },
      message: 'Fix the total\n\nIt was one too low.',
    },
  ],
  files: [
    { path: 'src/total.ts', status: 'modified', additions: 1, deletions: 1 },
    { path: 'docs/ü "x".md', status: 'added', additions: 3, deletions: 0 },
  ],
  checks: [
    { name: 'test', status: 'completed', conclusion: 'failure', url: `${URL}/runs/1`, title: '2 tests failed' },
    { name: 'lint', status: 'completed', conclusion: 'success', url: `${URL}/runs/2` },
    { name: 'deploy\tpreview', status: 'in_progress', conclusion: undefined, url: `${URL}/runs/3` },
  ],
  workflowRuns: [
    {
      ...{ id: 501, name: 'CI', status: 'completed', conclusion: 'failure', url: `${URL}/actions/runs/501` },
      createdAt: '2026-03-01T09:01:00Z',
      jobs: [
        {
          ...{ id: 9001, name: 'test', conclusion: 'failure', url: `${URL}/actions/runs/501/job/9001` },
          ...{ failedSteps: [{ number: 3, name: 'npm test' }], log: 'expected 2, got 1\n' },
        },
        { id: 9002, name: 'lint', conclusion: 'success', url: `${URL}/actions/runs/501/job/9002`, failedSteps: [] },
      ],
    },
    {
      ...{ id: 502, name: 'Deploy', status: 'in_progress', conclusion: undefined, url: `${URL}/actions/runs/502` },
      ...{ createdAt: '2026-03-01T09:02:00Z', jobs: [] },
    },
  ],
  images: [],
  diff: DIFF,
  leftOut: [],
}

const { baseRef: _b, baseSha: _s, headRef: _h, headSha: _r, workflowRuns: _w, ...rest } = PULL

export const ISSUE: FrozenContext = {
  ...rest,
  ...{ kind: 'issue', number: 7, title: 'The total is wrong', url: `${URL}/issues/7` },
  said: PULL.said.filter((said) => said.kind === 'comment'),
  ...{ commits: [], files: [], checks: [], diff: '' },
}

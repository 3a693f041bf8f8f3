// Promise 3: whatever is planted in the workspace, nothing of it runs on the host, each attack is reported, and a clean
// change beside them still comes back. The control does the same to a mounted checkout.
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunEnded, run, temporaryFolder } from '../support/airlock.ts'
import { startModel } from '../support/model.ts'
import { type Project, project } from '../support/projects.ts'

const DOCKERFILE = `FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends git netcat-openbsd && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 --shell /bin/bash dev
`

const FILES = {
  '.devcontainer/devcontainer.json': JSON.stringify({ build: { dockerfile: 'Dockerfile' } }),
  '.devcontainer/Dockerfile': DOCKERFILE,
  'src/app.txt': 'one\ntwo\nthree\n',
  'docs/old.txt': 'to be renamed, and long enough to be recognised as the same file\n',
}

// Each fires when git, or something that reads the checkout, is used on the host. $MARK is a file outside the checkout.
const GIT_TRAPS = (mark: string) => `
for hook in post-index-change pre-commit post-checkout; do
  printf '#!/bin/sh\\ntouch ${mark}-hook\\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook
done
printf '#!/bin/sh\\ntouch ${mark}-fsmonitor\\n' > /tmp/fsmonitor; chmod +x /tmp/fsmonitor
git config core.fsmonitor 'touch ${mark}-fsmonitor; false'
git config filter.evil.clean 'touch ${mark}-filter; cat'
git config diff.external 'touch ${mark}-diff; true'
mkdir -p .git/info; echo '*.txt filter=evil' > .git/info/attributes
touch src/app.txt`

const COMMANDS = (mark: string) => [
  `set -e; mkdir -p .git/hooks; ${GIT_TRAPS(mark)}`,
  // Links and names.
  'ln -s /etc/passwd passwd; ln -s ../../outside up; ln -s .git/config config-link; ln -s app.txt src/fine',
  "mkdir -p '.GIT/hooks' 'git~1' 'sub/.Git '; echo x > '.GIT/hooks/x'; echo x > 'git~1/x'; echo x > 'sub/.Git /x'",
  `printf x > "$(printf 'new\\nline.txt')"; printf x > "$(printf 'esc\\033[31m.txt')"; echo a > Case.txt; echo b > case.txt`,
  'printf x > "$(printf \'latin\\351.txt\')"; mkfifo pipe; cp /bin/true suid; chmod 4755 suid',
  // Repositories inside.
  'git init -q nested; (cd nested; echo x > f; git add f; git -c user.name=a -c user.email=a@b commit -qm x)',
  'git init -q --bare bare.git; mkdir -p bare.git/refs/heads; echo x > bare.git/refs/heads/x; echo x > bare.git/objects/x',
  // What would act later.
  "mkdir -p .github/workflows .vscode .claude; echo 'on: push' > .github/workflows/evil.yml; echo '{}' > .vscode/tasks.json; echo '{}' > .claude/settings.json; echo 'do evil' > CLAUDE.md",
  "echo '* filter=evil' > .gitattributes; echo 'src/app.txt' > .gitignore",
  // The clean change beside all that: an edit, a rename, a mode, a commit on another branch.
  'git checkout -q -b feature || true; sed -i s/two/2/ src/app.txt; mv docs/old.txt docs/new.txt; echo hi > src/new.txt; chmod +x src/new.txt; git -c core.hooksPath=/dev/null -c core.fsmonitor= add src docs; git -c core.hooksPath=/dev/null -c core.fsmonitor= -c user.name=a -c user.email=a@b commit -qm work || true',
  // And the repository itself is pulled away in the end.
  'mv .git .gitx; echo "gitdir: .gitx" > .git',
]

let folder: ReturnType<typeof temporaryFolder>
let source: Project
let ended: RunEnded
let marks: string

beforeAll(async () => {
  folder = temporaryFolder('attacks')
  source = project(FILES, 'attacked')
  marks = join(mkdtempSync(join(tmpdir(), 'airlock-marks-')), 'mark')
  const model = await startModel({ scenario: { kind: 'bash', commands: COMMANDS(marks) } })
  ended = await run(source.directory, join(folder.path, 'out'), [], { model: model.url })
  await model.stop()
})

afterAll(() => {
  source?.[Symbol.dispose]()
  folder?.[Symbol.dispose]()
  rmSync(join(marks, '..'), { recursive: true, force: true })
})

const refusal = (path: string | RegExp) =>
  ended.result.patch?.refusals.find((entry) => (typeof path === 'string' ? entry.path === path : path.test(entry.path)))

describe('each attack is reported by path, with a reason', () => {
  test.each([
    ['passwd', /outside the tree/],
    ['up', /outside the tree/],
    ['config-link', /git directory/],
    [/^\.GIT/, /git directory|repository/],
    [/^git~1/, /git directory/],
    [/^sub\/\.Git /, /git directory/],
    [/^new\nline/, /control characters/],
    [/^esc/, /control characters/],
    [/^[Cc]ase\.txt$/, /case/],
    [/^latin/, /UTF-8/],
    ['pipe', /named pipe/],
    ['suid', /setuid|mode/],
    [/^nested/, /repository/],
    [/^bare\.git\//, /bare git repository|repository/],
    [/^\.gitx/, /repository/],
  ] as const)('%s', (path, reason) => {
    expect(refusal(path), JSON.stringify(ended.result.patch?.refusals, undefined, 1)).toMatchObject({
      kind: 'dangerous',
      reason: expect.stringMatching(reason),
    })
  })

  test.each([
    '.github/workflows/evil.yml',
    '.vscode/tasks.json',
    '.claude/settings.json',
    'CLAUDE.md',
    '.gitattributes',
  ])('%s waits for a person', (path) => {
    expect(refusal(path)?.kind).toBe('protected')
    expect(readFileSync(ended.result.output.withheld ?? '', 'utf8')).toContain(path)
  })
})

test('the clean change comes back, applies, and is all that is in the patch', () => {
  expect(ended.exitCode, ended.stderr).toBe(0)
  const paths = [...ended.patch.matchAll(/^diff --git a\/(.*) b\/(.*)$/gm)].map((match) => match[2])
  expect(paths.sort()).toEqual(['.gitignore', 'docs/new.txt', 'src/app.txt', 'src/fine', 'src/new.txt'].sort())
  source.git('apply', ended.result.output.patch ?? '')
  expect(readFileSync(join(source.directory, 'src/app.txt'), 'utf8')).toBe('one\n2\nthree\n')
  expect(existsSync(join(source.directory, 'docs/old.txt'))).toBe(false)
  expect(lstatSync(join(source.directory, 'src/new.txt')).mode & 0o111).not.toBe(0)
  expect(lstatSync(join(source.directory, 'src/fine')).isSymbolicLink()).toBe(true)
  source.git('add', '-A')
  source.git('commit', '-q', '-m', 'Taken over')
})

test('nothing of it ran on the host', () => {
  for (const trap of ['hook', 'fsmonitor', 'filter', 'diff']) expect(existsSync(`${marks}-${trap}`), trap).toBe(false)
})

test('control: in a checkout that the agent could write to, the same traps fire', () => {
  using mounted = project(FILES, 'mounted')
  const mark = join(mounted.directory, '..', 'mark')
  execFileSync('sh', ['-c', GIT_TRAPS(mark)], { cwd: mounted.directory })
  const git = (...args: string[]) => execFileSync('git', args, { cwd: mounted.directory, stdio: 'ignore' })
  git('status')
  appendFileSync(join(mounted.directory, 'src/app.txt'), 'four\n')
  git('diff')
  for (const trap of ['hook', 'fsmonitor', 'filter', 'diff']) expect(existsSync(`${mark}-${trap}`), trap).toBe(true)
})

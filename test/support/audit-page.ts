// docs/audit.md: what the audit looks at and how it is steered, and a section for each rule, made from the rules.
import type { Rule } from '../../src/audit/rule.ts'
import { RULES } from '../../src/audit/rules.ts'

const PROMISES = {
  1: 'Network',
  2: 'Credentials',
  3: 'Workspace',
  4: 'Services',
  5: 'Leftovers',
} as const

const GROUPS: readonly (readonly [string, string])[] = [
  ['AL1', 'Power over the host’s kernel'],
  ['AL2', 'Files of the host'],
  ['AL3', 'What the configuration reads'],
  ['AL4', 'Networks and names'],
  ['AL5', 'Builds'],
  ['AL6', 'What is not known'],
  ['AL7', 'Changed, and said so'],
  ['AL8', 'Dockerfiles and features'],
  ['AL9', 'Two readings of one configuration'],
]

const VERDICTS = { refuse: 'refused', warn: 'warning', rewrite: 'changed' } as const

export function auditPage(): string {
  const unplaced = RULES.filter(({ id }) => !GROUPS.some(([prefix]) => id.startsWith(prefix)))
  if (unplaced.length > 0) throw new Error(`rules without a group: ${unplaced.map(({ id }) => id).join(', ')}`)
  const rows = RULES.map(
    ({ id, title, severity, promise }) =>
      `| [${id}](#${id.toLowerCase()}) | ${cell(title)} | ${VERDICTS[severity]} | ${promise} ${PROMISES[promise]} |`,
  )
  const used = GROUPS.filter(([prefix]) => RULES.some(({ id }) => id.startsWith(prefix)))
  const groups = used.map(([prefix, title]) => {
    const rules = RULES.filter(({ id }) => id.startsWith(prefix))
    return `## ${title}\n\n${rules.map(section).join('\n\n')}\n`
  })
  return `${INTRODUCTION}
## All rules

| rule | what it catches | verdict | promise |
| --- | --- | --- | --- |
${rows.join('\n')}

${groups.join('\n')}`
}

const cell = (text: string) => text.replaceAll('|', '\\|')
const capital = (text: string) => `${text[0]?.toUpperCase()}${text.slice(1)}`

function section({ id, title, severity, promise, reason, remedy, whenAllowed }: Rule): string {
  const verdict = capital(VERDICTS[severity])
  return `<a id="${id.toLowerCase()}"></a>

### ${id} ${title}

${verdict}; promise ${promise} (${PROMISES[promise]}). ${capital(reason)}.

**What to do:** ${remedy}${allowing(whenAllowed, promise)}`
}

function allowing(whenAllowed: Rule['whenAllowed'], promise: Rule['promise']): string {
  if (whenAllowed === undefined) return ''
  const open = promise <= 2 ? `; promise ${promise} is then open, and the probe’s table says so` : ''
  const what = whenAllowed === 'kept' ? `the sandbox has it${open}` : 'the sandbox starts without it'
  return `\n\n**When it is allowed:** ${what}.`
}

const INTRODUCTION = `<!-- Made from src/audit/rules by test/support/audit-page.ts. -->
# The audit

Booting a devcontainer runs its author's commands: \`initializeCommand\` on the host itself, an image's label can mount
\`/\`, an \`env_file\` carries the host's secrets in. Airlock reads what a boot would use before anything of it runs, and
goes by lists of what is known to be harmless: what it does not know it refuses. Every run begins with it, and it is of
use by itself in any repository:

\`\`\`sh
airlock audit                       # the project in this folder
airlock audit ../shop --format json # or sarif, markdown
\`\`\`

It needs no credential, starts nothing, pulls nothing and writes nothing. A repository with several devcontainers has
each of them judged; one with a compose file only needs no choice of what Claude would work in. Without a running Docker
engine it does what it can and says what it could not look at.

| exit code | |
| --- | --- |
| 0 | nothing is refused; there may be warnings and changes |
| 2 | the configuration can't be read: every problem with its file and line |
| 3 | a run would stop: each finding with file, line, reason and remedy |
| 4 | the project has compose files, and docker compose is not installed |

**Refused** findings stop a run before anything is built or started. **Changed** is what the sandbox does in another way
than the project asks for: ports are not published, binds of the project become the copy that Claude works on,
\`initializeCommand\` is not run. \`depends_on\`, health checks and build contexts in the repository work as they are.

Some things are refused while the files are read, with exit code 2, because a tool that was shown them would act on them:
keys that are there twice, aliases that multiply without end, \`extends\` and \`include\` that lead out of the project or to
another host, an included file's \`.env\` that git ignores.

## In a workflow

In the Action each finding is an annotation at its file and line, and the job's summary has them all. For code scanning:

\`\`\`yaml
- run: npx airlock audit --format sarif > airlock.sarif || [ $? = 3 ]
- uses: github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2
  with:
    sarif_file: airlock.sarif
\`\`\`

## Allowing on purpose

By an input of the run, for this run:

\`\`\`yaml
allow: |
  AL103 the profiler needs NET_ADMIN
\`\`\`

(\`--allow 'AL103 the profiler needs NET_ADMIN'\` on the command line), or in the repository for all its runs, in a file
\`.airlock.yml\` in the project's folder:

\`\`\`yaml
allow:
  - rule: AL103
    reason: the profiler needs NET_ADMIN
\`\`\`

\`rule\` and \`reason\` are both needed, and there are no other keys. The file counts only where it is trusted: in a pull
request's run the base branch's is read, and a patch that changes it is held back for a person. What is allowed is listed
in every summary, with what becomes of it: most of it the sandbox starts without, because its compose file is built key by
key from what Airlock knows. What it does have, and what breaks promise 1 or 2, stands as **open** in the probe's table.
`

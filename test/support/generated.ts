// Files that are made from others: action.yml, docs/inputs.md and docs/audit.md from tables in the code, the feature's
// README from its manifest. Run this file to write them; a test holds them to it.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { FOREIGN } from '../../src/request/foreign-inputs.ts'
import { flagOf, GROUPS, INPUTS, type Input } from '../../src/request/inputs.ts'
import { OUTPUTS } from '../../src/request/outputs.ts'
import { auditPage } from './audit-page.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Path in the repository → what stands in it. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'action.yml': actionYml,
  'docs/inputs.md': inputsPage,
  'docs/audit.md': auditPage,
  'features/src/claude-code/README.md': featureReadme,
}

function actionYml(): string {
  const inputs = INPUTS.map(({ name, description, form, default: written, expression: value = written }) => [
    name,
    {
      description: `${description}${form === 'words' ? ' Separated by commas or white space.' : form === 'lines' ? ' One a line.' : ''}`,
      required: false,
      ...(value === undefined ? {} : { default: value }),
    },
  ])
  const outputs = Object.entries(OUTPUTS).map(([name, description]) => [name, { description }])
  const action = {
    name: 'Airlock: Claude Code in a sandbox',
    description:
      "Runs Claude Code in your project's own devcontainer and services, closed off from everything else, and returns a checked patch.",
    author: 'Airlock',
    branding: { icon: 'lock', color: 'orange' },
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    runs: { using: 'node24', main: 'dist/action.cjs', post: 'dist/action.cjs', 'post-if': 'always()' },
  }
  return `# Made from src/request/inputs.ts by test/support/generated.ts.\n${stringify(action, { lineWidth: 0 })}`
}

function inputsPage(): string {
  const groups = GROUPS.map((group) => {
    const rows = INPUTS.filter((input) => input.group === group).map(row)
    return `### ${group}\n\n| input | flag | default | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
  })
  const outputs = Object.entries(OUTPUTS).map(([name, description]) => `| \`${name}\` | ${description} |`)
  const foreign = Object.entries(FOREIGN).map(([name, advice]) => `| \`${name}\` | ${advice} |`)
  return `<!-- Made from src/request/inputs.ts by test/support/generated.ts. -->
# Inputs and outputs

An input of the Action and the flag of the command line that has its name do the same. Inputs of which there may be
several are separated by commas or white space (names, domains) or stand one a line (files, globs, findings), where lines
that start with \`#\` are comments; their flags may be repeated. Paths of the project are relative to its folder, other
paths to where Airlock was started (in a workflow: the checkout).

Everything that is wrong with the inputs is told at once, before anything is started.

## Inputs

${groups.join('\n')}
## Outputs of the Action

| output | |
| --- | --- |
${outputs.join('\n')}

## Environment

| variable | |
| --- | --- |
| \`ANTHROPIC_API_KEY\`, \`CLAUDE_CODE_OAUTH_TOKEN\` | The credential, where no input gives one. It never enters the sandbox. |
| \`ANTHROPIC_BASE_URL\` | Another address of the model's API. |
| \`HTTP_PROXY\`, \`HTTPS_PROXY\`, \`NO_PROXY\` | The way out of this machine's network, in either spelling; the gateway takes it. |
| \`NODE_EXTRA_CA_CERTS\`, \`SSL_CERT_FILE\` | Certificate authorities that the gateway trusts besides the public ones. |
| \`DOCKER_HOST\`, \`DOCKER_CONTEXT\` … | The engine, as for docker itself. |

## Coming from claude-code-action

Change the \`uses:\` line ([migrating.md](migrating.md) goes through all of it). Inputs and outputs of the same name mean the same; in \`claude_args\`, \`--max-turns\` and
\`--max-budget-usd\` become limits of the run. These inputs have no effect, and one warning
names those that are given:

| input | instead |
| --- | --- |
${foreign.join('\n')}
`
}

/** As the devcontainers CLI makes it, of devcontainer-feature.json and NOTES.md. */
function featureReadme(): string {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-readme-'))
  try {
    cpSync(join(ROOT, 'features/src'), join(folder, 'features/src'), { recursive: true })
    // The folder's name is part of a link in it.
    const at = ['--project-folder', 'features/src', '--registry', 'ghcr.io', '--namespace', 'airlock-run/features']
    const repository = ['--github-owner', 'airlock-run', '--github-repo', 'airlock']
    const cli = join(ROOT, 'node_modules/.bin/devcontainer')
    execFileSync(cli, ['features', 'generate-docs', ...at, ...repository], { cwd: folder, stdio: 'pipe' })
    return readFileSync(join(folder, 'features/src/claude-code/README.md'), 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function row(input: Input): string {
  const flag = input.where === 'both' ? `\`${flagOf(input.name)} ${input.value.replaceAll('|', '\\|')}\`` : ''
  const given = input.default ?? input.expression
  const value = given === undefined ? '' : `\`${given}\``
  return `| \`${input.name}\` | ${flag} | ${value} | ${input.description.replaceAll('|', '\\|')} |`
}

/** Writes every generated file. */
export function writeGenerated(): void {
  for (const [path, make] of Object.entries(GENERATED)) writeFileSync(join(ROOT, path), make())
}

/** Those that are not what the table makes them. */
export function staleFiles(): readonly string[] {
  return Object.entries(GENERATED)
    .filter(([path, make]) => readFileSync(join(ROOT, path), 'utf8') !== make())
    .map(([path]) => path)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeGenerated()

// The help of the command line, from the table of inputs.
import { EXIT_CODES } from '../ports/errors.ts'
import { AUDIT_FORMATS } from './audit-request.ts'
import { flagOf, GROUPS, INPUTS } from './inputs.ts'

const WIDTH = 96
const COLUMN = 30

export function helpText(): string {
  return `airlock: run Claude Code unattended in a project's own devcontainer, and get a checked patch back.

Usage
  airlock run [FOLDER] --prompt TEXT [flags]   Run Claude on a copy of the project; nothing in it is changed
  airlock audit [FOLDER] [--format FORMAT]     Say what a run would refuse of the project; start nothing
  airlock sweep [--dry-run] [--run-id ID]      Bring back the work of runs that were killed, and remove
                                               what they left in the engine
  airlock --help | --version

Examples
  airlock run --prompt 'Make the failing test pass'
  airlock run ../shop --prompt-file task.md --egress-presets rubygems --max-cost-usd 2
  airlock audit --format sarif > airlock.sarif
  git log -1 --format=%B | airlock run --prompt-file - --json > result.json
  git apply "$(jq -r .output.patch result.json)"
${GROUPS.map(groupHelp).join('')}
Flags of every command
${entry('--json', 'Print the result as JSON on standard output; progress goes to standard error.')}
${entry('--quiet', 'Print no progress (run).')}
${entry('--format FORMAT', `Form of the audit: ${AUDIT_FORMATS.join(', ')}. It takes the flags of "The project", --include and --allow, and needs no credential.`)}
${entry('--dry-run', 'Name what would be removed, and leave it (sweep).')}
${entry('--run-id ID', 'Only what is left of this run, even if it goes on (sweep).')}
${entry('--discard', 'With --run-id: remove its work, too, where that can not be brought back (sweep).')}

Environment
${entry('ANTHROPIC_API_KEY', "The model's API key, or:")}
${entry('CLAUDE_CODE_OAUTH_TOKEN', 'the token of a Claude subscription. Neither enters the sandbox.')}
${entry('ANTHROPIC_BASE_URL', "Another address of the model's API.")}
${entry('HTTPS_PROXY, NO_PROXY …', "The way out of this machine's network; the gateway takes it.")}
${entry('NODE_EXTRA_CA_CERTS', 'Certificate authorities that the gateway trusts besides the public ones.')}
${entry('DOCKER_HOST …', 'The engine, as for docker itself.')}

Exit codes
  0 done · 1 a fault of Airlock · ${Object.entries(EXIT_CODES)
    .map(([kind, code]) => `${code} ${kind}`)
    .join(' · ')} · 130, 143 cancelled
`
}

function groupHelp(group: string): string {
  const inputs = INPUTS.filter((input) => input.group === group && input.where === 'both')
  const lines = inputs.map((input) => {
    const more = [input.form === 'text' ? '' : ' May be repeated.', input.default ? ` [${input.default}]` : '']
    const description = input.description.replaceAll(/`([a-z_]+)`/g, (_, name: string) => mention(name))
    return entry(`${flagOf(input.name)} ${input.value}`, `${description}${more.join('')}`)
  })
  return lines.length === 0 ? '' : `\n${group}\n${lines.join('\n')}\n`
}

const mention = (name: string) => (INPUTS.some((input) => input.name === name) ? flagOf(name) : name)

function entry(term: string, description: string): string {
  const lines = wrap(description.replaceAll('`', ''), WIDTH - COLUMN)
  const head = `  ${term}`
  const rows = head.length >= COLUMN ? [head, ...indented(lines)] : [head.padEnd(COLUMN) + (lines[0] ?? '')]
  return [...rows, ...(head.length >= COLUMN ? [] : indented(lines.slice(1)))].join('\n')
}

const indented = (lines: readonly string[]) => lines.map((line) => ' '.repeat(COLUMN) + line)

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, line]
}

// Reads a step's output as the runner does, to see which of its lines are commands. Source: actions/runner,
// ActionCommand.cs (TryParseV2, TryParse) and ActionCommandManager.cs (stop-commands).

export interface RunnerCommand {
  readonly command: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

const REGISTERED = new Set([
  ...['add-mask', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'internal-set-repo-path', 'notice'],
  ...['remove-matcher', 'add-matcher', 'save-state', 'set-env', 'set-output', 'stop-commands', 'warning'],
])

/** The commands that the runner would carry out, in order. */
export function runnerCommands(output: string): readonly RunnerCommand[] {
  const carriedOut: RunnerCommand[] = []
  let stopToken: string | undefined
  for (const line of output.split(/\r?\n/)) {
    const known = new Set(REGISTERED)
    if (stopToken !== undefined) known.add(stopToken)
    const command = parseV2(line, known) ?? parseV1(line, known)
    if (command === undefined) continue
    if (stopToken !== undefined) {
      if (command.command === stopToken) stopToken = undefined
      continue
    }
    carriedOut.push(command)
    if (command.command === 'stop-commands') stopToken = command.data.toLowerCase()
  }
  return carriedOut
}

function parseV2(line: string, known: ReadonlySet<string>): RunnerCommand | undefined {
  const message = line.trimStart()
  if (!message.startsWith('::')) return undefined
  const end = message.indexOf('::', 2)
  return end < 0 ? undefined : made(message.slice(2, end), ',', message.slice(end + 2), known)
}

function parseV1(line: string, known: ReadonlySet<string>): RunnerCommand | undefined {
  const start = line.indexOf('##[')
  const end = line.indexOf(']', start)
  return start < 0 || end < 0 ? undefined : made(line.slice(start + 3, end), ';', line.slice(end + 1), known)
}

function made(head: string, separator: string, data: string, known: ReadonlySet<string>): RunnerCommand | undefined {
  const space = head.indexOf(' ')
  const command = (space < 0 ? head : head.slice(0, space)).toLowerCase()
  if (!known.has(command)) return undefined
  const pairs = space < 0 ? [] : head.slice(space + 1).split(separator)
  const properties = pairs.map((pair) => {
    const [name = '', ...value] = pair.trim().split('=')
    return [name, decode(value.join('='))]
  })
  return { command, properties: Object.fromEntries(properties) as Record<string, string>, data: decode(data) }
}

const decode = (text: string) =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')

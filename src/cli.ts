// The command line: wires the parts together and sets the exit code. What a command needs is loaded when it runs.
import process from 'node:process'
import { exitCodeOf, exitCodeOfAudit, showError } from './host/leave.ts'
import { cancelOnSignals } from './host/signals.ts'
import { terminalSurroundings, version } from './host/surroundings.ts'
import { takesColour, terminalHost } from './host/terminal-host.ts'
import { EXIT_CODES } from './ports/errors.ts'
import { safeJson } from './report/json.ts'
import { sweepSummary } from './report/sweep-summary.ts'
import { terminalSummary } from './report/terminal-summary.ts'
import { type Command, commandFromArgv } from './request/from-argv.ts'
import { helpText } from './request/help.ts'

type Of<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>

const around = terminalSurroundings()
const { stdout, stderr } = process
const ports = async () => (await import('./host/connect.ts')).connect(around)

async function runOnce({ request, warnings, json, quiet }: Of<'run'>): Promise<number> {
  const host = terminalHost({ stream: stderr, colour: takesColour(stderr, around.env), quiet })
  host.secret(request.credential.value)
  for (const warning of warnings) host.warning(warning)
  const cancellation = cancelOnSignals(process, {
    onCancel: () => host.warning('cancelling, the work so far is kept; once more leaves at once (then: airlock sweep)'),
    onInsist: (code) => process.exit(code),
  })
  const { run } = await import('./run.ts')
  const result = await run(request, { host, signal: cancellation.signal, ...(await ports()) })
  stdout.write(json ? `${safeJson(result)}\n` : terminalSummary(result, takesColour(stdout, around.env)))
  return exitCodeOf(result, cancellation.exitCode())
}

async function sweepUp({ dryRun, runId, discard, json }: Of<'sweep'>): Promise<number> {
  const { cleanUp } = await import('./sandbox/cleanup.ts')
  const done = await cleanUp((await ports()).docker, { dryRun, discard, ...(runId === undefined ? {} : { runId }) })
  stdout.write(json ? `${safeJson(done)}\n` : sweepSummary(done, dryRun))
  return done.kept.length > 0 ? EXIT_CODES.patch : 0
}

async function auditProject({ request, format }: Of<'audit'>): Promise<number> {
  const { examine } = await import('./stages/examine.ts')
  const examined = await examine(request, await ports())
  const { showAudit } = await import('./report/show-audit.ts')
  stdout.write(showAudit(examined, format, version(around.root), takesColour(stdout, around.env)))
  return exitCodeOfAudit(examined.findings)
}

async function execute(command: Command): Promise<number> {
  if (command.kind === 'run') return runOnce(command)
  if (command.kind === 'audit') return auditProject(command)
  if (command.kind === 'sweep') return sweepUp(command)
  stdout.write(command.kind === 'help' ? helpText() : `${version(around.root)}\n`)
  return 0
}

// A reader that goes away (`2>&1 | head`, a terminal window that is closed) is no fault, and no reason to leave the work and
// the containers behind.
for (const stream of [stdout, stderr]) stream.on('error', () => {})
const leave = (code: number) => {
  process.exitCode = code
}
Promise.resolve()
  .then(() => execute(commandFromArgv(process.argv.slice(2), around)))
  .then(leave, (error: unknown) => leave(showError(error, stderr)))

// The Action: main runs Claude, post removes what a killed main left. The runner starts the same file for both.
import { relative } from 'node:path'
import process from 'node:process'
import * as core from '@actions/core'
import { actionsHost } from './host/actions-host.ts'
import { eventSource } from './host/event-source.ts'
import { cancelOnSignals } from './host/signals.ts'
import { actionSurroundings } from './host/surroundings.ts'
import { asAirlockError } from './ports/errors.ts'
import { sweepSummary } from './report/sweep-summary.ts'
import { terminalSummary } from './report/terminal-summary.ts'
import { requestFromAction, secretsOf } from './request/from-action.ts'

const around = actionSurroundings()
const host = actionsHost()
const ports = async () => (await import('./host/connect.ts')).connect(around)

async function main(): Promise<void> {
  for (const secret of secretsOf(around.env)) host.secret(secret)
  const { request, github, warnings } = requestFromAction(around)
  core.saveState('runId', request.runId)
  for (const warning of warnings) host.warning(warning)
  const { signal } = cancelOnSignals(process, {
    onCancel: () => host.warning('cancelled; the work so far is kept'),
    // The runner kills ten seconds after the first signal: the time until then is for keeping the work.
    onInsist: () => {},
  })
  const deps = { host, signal, ...(await ports()) }
  const event = eventSource(around.env)
  const { runForEvent } = await import('./run-for-event.ts')
  const outcome = await runForEvent(
    { event, request, github, secrets: secretsOf(around.env), scratch: around.outputRoot },
    deps,
  )
  const { publishResult, publishSkip } = await import('./host/action-results.ts')
  if (outcome.kind === 'skipped') return publishSkip(outcome.reason)
  const { result, published } = outcome
  for (const line of terminalSummary(result, false).split('\n')) host.info(line)
  const folder = relative(around.cwd, request.directory)
  await publishResult(result, { folder, published, displayReport: github.displayReport })
}

async function post(): Promise<void> {
  const runId = core.getState('runId')
  if (runId === '') return host.info('Nothing was started, so there is nothing to remove.')
  const { cleanUp } = await import('./sandbox/cleanup.ts')
  const done = await cleanUp((await ports()).docker, { runId })
  const { removed, kept } = done
  if (removed.length + kept.length === 0) return host.info('The run left nothing behind.')
  for (const line of sweepSummary(done, false).trimEnd().split('\n')) host.info(line)
  for (const { volume } of kept) host.warning(`work that could not be brought back is in the volume ${volume}`)
}

async function start(): Promise<void> {
  if (core.getState('phase') === 'main') return post()
  core.saveState('phase', 'main')
  return main()
}

start().catch(async (error: unknown) => {
  host.close()
  const { publishError } = await import('./host/action-results.ts')
  publishError(asAirlockError(error, 'engine', 'a fault of Airlock', 'Please report it with this log.'))
})

// The program in the gateway's image: `serve`, `probe` and `outbox`.

import { createInterface } from 'node:readline'
import type { ProbeTarget } from './gateway-config.ts'
import { stdoutLog } from './log.ts'
import { probe } from './probe.ts'
import { readOutboxFolder } from './read-outbox.ts'
import { openControl, serve } from './serve.ts'

async function main(command: string | undefined): Promise<void> {
  switch (command) {
    case 'serve':
      return serve(await openControl(), stdoutLog, (code) => process.exit(code))
    case 'probe':
      return probeCommand()
    case 'outbox':
      return print(await readOutboxFolder('/outbox'))
    default:
      throw new Error(`usage: gateway serve|probe|outbox, not ${command ?? 'nothing'}`)
  }
}

// The first line of standard input says what to try; its end, that the services are healthy.
async function probeCommand(): Promise<void> {
  const lines = createInterface({ input: process.stdin })
  const ready = new Promise((resolve) => lines.once('close', resolve))
  const first = await new Promise<string>((resolve) => lines.once('line', resolve))
  const rows = await probe(JSON.parse(first) as readonly ProbeTarget[], ready)
  print(rows)
}

const print = (value: unknown) => void process.stdout.write(`${JSON.stringify(value)}\n`, () => process.exit(0))

// Whatever nobody caught ends the process, and with it the way out. A stack could quote what it was working on.
function fatal(error: unknown): void {
  process.stderr.write(`airlock gateway: ${error instanceof Error ? error.message : 'unknown error'}\n`)
  process.exit(1)
}

process.on('uncaughtException', fatal)
main(process.argv[2]).catch(fatal)

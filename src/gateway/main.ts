// The program in the gateway's image: `serve` and `probe`.

import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { stdoutLog } from './log.ts'
import { type ProbeRequest, probe } from './probe.ts'
import { CONTROL, serve } from './serve.ts'

async function main(command: string | undefined): Promise<void> {
  switch (command) {
    case 'serve':
      return serve(createReadStream(CONTROL), stdoutLog, (code) => process.exit(code))
    case 'probe': {
      const request = JSON.parse(await text(process.stdin)) as ProbeRequest
      process.stdout.write(`${JSON.stringify(await probe(request))}\n`, () => process.exit(0))
      return
    }
    default:
      throw new Error(`usage: gateway serve|probe, not ${command ?? 'nothing'}`)
  }
}

main(process.argv[2]).catch((error: Error) => {
  process.stderr.write(`airlock gateway: ${error.message}\n`)
  process.exitCode = 1
})

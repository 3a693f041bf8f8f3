// The gateway's log: one JSON object a line on stdout. Nothing secret ever gets here: no header, no query, no body.
import type { GatewayEvent } from './gateway-config.ts'

export type Log = (event: GatewayEvent) => void

export const stdoutLog: Log = (event) => void process.stdout.write(`${JSON.stringify(event)}\n`)

export const now = () => new Date().toISOString()

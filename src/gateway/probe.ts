// Tries ways out and ways in, from whatever network namespace it is started in.
import { Resolver } from 'node:dns/promises'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProbeRow, ProbeTarget } from './gateway-config.ts'

// On a closed network the kernel answers at once (no route). Only a route that swallows packets waits this long.
const OUT_MS = 400
const RETRY_MS = 100
// A service that calls itself healthy has its port open; this is for the packet's way.
const AFTER_READY_MS = 2000

/** @param ready resolves when the services are healthy: ways in without a wait of their own have to be open then */
export function probe(targets: readonly ProbeTarget[], ready: Promise<unknown>): Promise<readonly ProbeRow[]> {
  let deadline = Number.POSITIVE_INFINITY
  void ready.then(() => {
    deadline = performance.now() + AFTER_READY_MS
  })
  const started = performance.now()
  const late = (target: ProbeTarget) => {
    const waitMs = target.kind === 'tcp' ? target.waitMs : undefined
    return performance.now() > (waitMs === undefined ? deadline : started + waitMs)
  }
  return Promise.all(targets.map((target) => (target.direction === 'out' ? wayOut(target) : wayIn(target, late))))
}

async function wayOut(target: ProbeTarget): Promise<ProbeRow> {
  const started = performance.now()
  const { detail, closed } = await tryOut(target)
  return row(target, closed ? 'closed' : 'open', detail, started)
}

async function tryOut(target: ProbeTarget): Promise<{ readonly detail: string; readonly closed: boolean }> {
  switch (target.kind) {
    case 'tcp': {
      const detail = await knockAll(target)
      return { detail, closed: CLOSED.has(detail) }
    }
    case 'dns': {
      const detail = await ask(target.query)
      return { detail, closed: DNS_CLOSED.has(detail) }
    }
    case 'ipv6': {
      const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
      const addresses = own.filter(({ family, internal }) => family === 'IPv6' && !internal)
      return { detail: addresses.map(({ address }) => address).join(' ') || 'none', closed: addresses.length === 0 }
    }
  }
}

async function knockAll(target: Extract<ProbeTarget, { kind: 'tcp' }>): Promise<string> {
  const { host, port, orPorts = [], waitMs = OUT_MS } = target
  const ports = [port, ...orPorts]
  return strongest(ports, await Promise.all(ports.map((one) => knock(host, one, waitMs))))
}

/** What the first port says, unless only another one shows that somebody is there. */
export function strongest(ports: readonly number[], details: readonly string[]): string {
  const answered = details.findIndex((detail) => !CLOSED.has(detail))
  return answered < 1 ? (details[0] ?? 'timeout') : `${details[answered]} at port ${ports[answered]}`
}

async function wayIn(target: ProbeTarget, late: (target: ProbeTarget) => boolean): Promise<ProbeRow> {
  const started = performance.now()
  if (target.kind !== 'tcp') throw new Error('a way in is a port')
  for (;;) {
    const detail = await knock(target.host, target.port, 1000)
    if (detail === 'connected') return row(target, 'open', detail, started)
    if (late(target)) return row(target, 'closed', detail, started)
    await sleep(RETRY_MS)
  }
}

function row(target: ProbeTarget, result: 'open' | 'closed', detail: string, started: number): ProbeRow {
  return {
    ...{ name: target.name, direction: target.direction, target: whereOf(target), result, detail },
    durationMs: Math.round(performance.now() - started),
    ok: (result === 'open') === (target.direction === 'in'),
  }
}

function whereOf(target: ProbeTarget): string {
  switch (target.kind) {
    case 'tcp':
      return `${bracketed(target.host)}:${target.port}`
    case 'dns':
      return `dns ${target.query}`
    case 'ipv6':
      return 'an IPv6 address'
  }
}

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host)

/**
 * Failures that only this side can produce count as closed. Everything else, a refusal or reset by the other side above
 * all, shows that packets got there.
 */
const CLOSED = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EACCES',
  'EPERM',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'timeout',
])

/**
 * For an outside name, "there is no such name" is an answer as well: somebody outside was asked. Docker's own resolver
 * says SERVFAIL where it may not ask.
 */
const DNS_CLOSED = new Set(['ESERVFAIL', 'EREFUSED', 'ETIMEOUT', 'ECONNREFUSED'])

function knock(host: string, port: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const done = (detail: string) => {
      socket.destroy()
      resolve(detail)
    }
    socket.setTimeout(timeoutMs, () => done('timeout'))
    socket.once('connect', () => done('connected'))
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
  })
}

async function ask(query: string): Promise<string> {
  const resolver = new Resolver({ timeout: OUT_MS, tries: 1 })
  try {
    return `answered ${(await resolver.resolve4(query)).join(' ')}`
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

// What the audit itself costs, beyond the tools that it asks: a compose project of a thousand services, a file of ten
// megabytes, and an ordinary project.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { audit } from '../../src/audit/audit.ts'
import { type ConfigRequest, resolveConfig } from '../../src/config/resolve.ts'
import { type Docker, dockerClient } from '../../src/ports/docker.ts'
import { AirlockError } from '../../src/ports/errors.ts'
import { allowedEnvironment, hostProcess, type Process } from '../../src/ports/process.ts'
import { corpus } from '../support/corpus.ts'
import { type Project, project } from '../support/projects.ts'
import { median, type Row } from './row.ts'

const ROUNDS = 5
const child = hostProcess(allowedEnvironment(process.env))

/** Milliseconds of one audit, and how many of them went by while a tool was at work. */
async function timed(made: Project, request: Partial<ConfigRequest> = {}): Promise<readonly [number, number]> {
  let tools = 0
  let atWork = 0
  let since = 0
  const counted: Process = {
    ...child,
    async run(...call) {
      if (atWork === 0) since = performance.now()
      atWork += 1
      try {
        return await child.run(...call)
      } finally {
        atWork -= 1
        if (atWork === 0) tools += performance.now() - since
      }
    },
  }
  const docker: Docker = dockerClient(counted)
  const started = performance.now()
  try {
    audit(
      await resolveConfig(
        { directory: made.directory, project: { kind: 'auto' }, include: [], ...request },
        { docker, process: counted },
      ),
      { allow: [] },
    )
  } catch (error) {
    if (!(error instanceof AirlockError)) throw error
  }
  return [performance.now() - started, tools]
}

async function row(
  what: string,
  budget: string,
  most: (own: number, all: number) => boolean,
  measure: () => Promise<readonly [number, number]>,
): Promise<Row> {
  await measure()
  const rounds: (readonly [number, number])[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure())
  const ms = median(rounds.map(([all]) => all))
  const tools = median(rounds.map(([, atWork]) => atWork))
  return {
    what,
    comparedWith: 'docker compose and git, which it asks',
    figures: `${ms.toFixed(0)} ms, of which ${tools.toFixed(0)} ms in the tools`,
    budget,
    kept: most(ms - tools, ms),
  }
}

const service = (index: number) =>
  `  s${index}:\n    <<: *base\n    image: example/service-${index}:1\n    environment: { INDEX: "${index}", URL: "http://s${(index + 1) % 1000}" }\n    volumes: ["./data/${index}:/data", "v${index % 50}:/cache"]\n    ports: ["${2000 + index}:80"]\n    depends_on: [s0]\n`

function thousand(): Project {
  const services = Array.from({ length: 1000 }, (_, index) =>
    index === 0 ? service(0).replace(/ {4}depends_on.*\n/, '') : service(index),
  )
  const volumes = Array.from({ length: 50 }, (_, index) => `  v${index}:\n`)
  const text = `x-base: &base { restart: always, healthcheck: { test: ["CMD", "true"] } }\nservices:\n${services.join('')}volumes:\n${volumes.join('')}`
  return project({ 'compose.yaml': text })
}

export async function benchAudit(): Promise<readonly Row[]> {
  const base = { project: { kind: 'auto', base: { kind: 'image', image: 'x' } } } as const
  using many = thousand()
  using large = project({ 'compose.yaml': 'services: {}\n' })
  writeFileSync(join(large.directory, 'compose.yaml'), `services:\n${'  a: { image: x }\n'.repeat(600_000)}`)
  const mastodon = corpus().find(({ name }) => name === 'federated-timeline')
  using ordinary = project(mastodon?.files ?? {})
  return [
    await row(
      'audit of 1,000 compose services',
      '2 s',
      (_, all) => all <= 2000,
      () => timed(many, base),
    ),
    await row(
      'audit of a file of 10 MB',
      '2 s',
      (_, all) => all <= 2000,
      () => timed(large, base),
    ),
    await row(
      'audit of an ordinary project',
      '+ 300 ms',
      (own) => own <= 300,
      () => timed(ordinary),
    ),
  ]
}

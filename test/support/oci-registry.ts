// Debian's docker-registry on loopback: a real OCI registry, with nothing in it but what a test publishes.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { plainEnvironment, startProcess, temporaryFolder } from './airlock.ts'

export interface OciRegistry extends AsyncDisposable {
  /** `localhost:PORT`: the devcontainers CLI speaks plain HTTP to this name alone. */
  readonly host: string
}

export async function ociRegistry(): Promise<OciRegistry> {
  const folder = temporaryFolder('registry')
  const port = await freePort()
  const file = join(folder.path, 'config.yml')
  const storage = { filesystem: { rootdirectory: join(folder.path, 'data') } }
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ version: 0.1, storage, http: { addr: `127.0.0.1:${port}` } }))
  const server = startProcess(['docker-registry', 'serve', file], plainEnvironment())
  const host = `localhost:${port}`
  for (let tries = 0; ; tries += 1) {
    const answers = await fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (answers) break
    if (tries === 100) throw new Error(`docker-registry does not answer:\n${server.output()}`)
    await sleep(100)
  }
  return {
    host,
    async [Symbol.asyncDispose]() {
      server.child.kill()
      await server.done
      folder[Symbol.dispose]()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
